"""Logs: one JSON object a line, ids and no content, no secret."""

import json
import logging
import re
import sys
import traceback
from types import TracebackType

from bot.ports.chat import ChatPermanent, ChatTransient
from bot.ports.storage import StoreUnavailable

SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sl_[\w-]{20,}|sk-[\w-]{10,}|(?i:bearer)\s+\S+|(?<=://)[^\s/:@]*:[^\s@]+(?=@)"
)
SPEAKABLE = (
    ChatPermanent,
    ChatTransient,
    StoreUnavailable,
    OSError,
    ImportError,
    AttributeError,
    TypeError,
    NameError,
    AssertionError,
)
"""Exceptions whose words are codes, names and places. Any other may quote what somebody typed (a value that could not
be read, a row that is there already), so only its name is written."""
PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class JsonLines(logging.Formatter):
    """level, logger, text and what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line = {"at": self.formatTime(record), "level": record.levelname, "from": record.name}
        line["text"] = _first_line(record)
        line |= {name: value for name, value in record.__dict__.items() if name not in PLAIN}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return SECRET.sub("[redacted]", json.dumps(line, ensure_ascii=False, default=str))

    def formatException(self, ei: ExcInfo) -> str:
        """Where it went wrong, and in which words where they are no content."""
        return "".join(_trace(ei[1])) if ei[1] is not None else ""


def _first_line(record: logging.LogRecord) -> str:
    """asyncio repeats in later lines what a task failed with."""
    text = record.getMessage()
    return text.partition("\n")[0] if record.name == "asyncio" else text


def _trace(trouble: BaseException) -> list[str]:
    cause = trouble.__cause__ or (None if trouble.__suppress_context__ else trouble.__context__)
    before = [*_trace(cause), "\nand then\n\n"] if cause is not None else []
    parts = trouble.exceptions if isinstance(trouble, BaseExceptionGroup) else ()
    inside = [line for one in parts for line in _trace(one)]
    words = f": {trouble}" if isinstance(trouble, SPEAKABLE) and str(trouble) else ""
    frames = traceback.format_tb(trouble.__traceback__)
    return [*before, "Traceback (most recent call last):\n", *frames, f"{type(trouble).__name__}{words}\n", *inside]


def set_up_logs(level: str = "INFO") -> None:
    """Logs go to standard error. Bolt and the Slack client say too much below warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("slack_bolt", "slack_sdk", "aiohttp.access", "httpx2", "openai", "alembic"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL if talkative == "slack_bolt" else logging.ERROR)
