"""What is promised of `servers.yaml`: the catalogue as written, or one sentence with the line of the mistake."""

import re
import string
import time
from pathlib import Path

import pytest

from bot.adapters.catalogue_file import read_catalogue
from bot.adapters.servers_file import SERVERS, ServersFileWrong, read_servers_file
from bot.adapters.yaml_file import FILE_BYTES
from bot.adapters.yaml_lines import FileWrong
from bot.domain.server import Edge, EdgeKind, Server
from bot.i18n.texts import Texts, catalogue
from bot.ports.catalogue import Described

ROOT = Path(__file__).parents[2]
READERS = [
    ROOT / "bot" / "adapters" / f"{name}.py"
    for name in (
        "yaml_file",
        "yaml_lines",
        "yaml_tree",
        "servers_file",
        "backstage_file",
        "catalogue_file",
        "doors_file",
        "doors_issuers",
        "doors_values",
    )
]
KEY = re.compile(r"""wrong\(\s*"(\w+)"|key = "(\w+)" if near else "(\w+)"|, "(bad_\w+)"\)""")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "servers.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(folder: Path, text: str | bytes) -> Described:
    return read_servers_file(written(folder, text))


def told(wrong: FileWrong) -> str:
    """The English sentence; the Korean one can be said as well and names the same line."""
    english, korean = (Texts(language).plain(wrong.key, **wrong.params) for language in ("en", "ko"))
    if "line" in wrong.params:
        assert english.startswith(f"line {wrong.params['line']}: ")
        assert korean.startswith(f"{wrong.params['line']}행: ")
    return english


def mistake(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ServersFileWrong) as caught:
        read(folder, text)
    assert caught.value.file == "servers.yaml"
    return told(caught.value)


def server(name: str, *aliases: str, **labels: str) -> Server:
    return Server(id=0, name=name, epoch=0, aliases=aliases, **labels)  # type: ignore[arg-type]


def test_a_catalogue_is_read_as_written(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """servers:
  - name: LB-01.
    role: Relay
    service: messaging
    pool: 010
    image: relay-4.2
    aliases: [lb-01.dc1.example.net]
    shared_fate: [lb-02]
    serves: [SESSION]
  - name: lb-02
    shared_fate: [lb-01.dc1.example.net]
  - {name: session-01, aliases: [session], pool: no}
""",
    )
    assert found.servers == (
        server("lb-01", "lb-01.dc1.example.net", role="relay", service="messaging", pool="010", image="relay-4.2"),
        server("lb-02"),
        server("session-01", "session", pool="no"),
    )
    assert found.edges == {
        Edge("lb-01", "lb-02", EdgeKind.SHARED_FATE),  # type: ignore[arg-type]
        Edge("lb-01", "session-01", EdgeKind.SERVES),  # type: ignore[arg-type]
    }


def test_an_edge_of_shared_fate_is_one_edge_whoever_writes_it(tmp_path: Path) -> None:
    rows = ["{name: a, shared_fate: [b]}", "{name: b, shared_fate: [a, a]}"]
    assert len(read(tmp_path, f"servers: [{', '.join(rows)}]").edges) == 1
    assert read(tmp_path, f"servers: [{rows[0]}, {{name: b}}]").edges == read(
        tmp_path, f"servers: [{{name: a}}, {rows[1]}]"
    ).edges  # fmt: skip


def test_the_examples_and_the_story_are_read() -> None:
    assert len(read_servers_file(ROOT / "bot/assets/servers.example.yaml").servers) == 3
    assert len(read_catalogue(ROOT / "bot/assets/story/servers.yaml").servers) == 7


def test_an_empty_list_is_an_empty_catalogue(tmp_path: Path) -> None:
    assert read(tmp_path, "servers: []") == Described(())


def test_a_mark_at_the_beginning_and_windows_lines_do_not_matter(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfservers:\r\n  - name: a\r\n").servers == (server("a"),)
    assert "line 3:" in mistake(tmp_path, b"\xef\xbb\xbfservers:\r\n  - name: a\r\n  - nam: b\r\n")


def test_a_list_may_be_repeated_by_an_alias(tmp_path: Path) -> None:
    found = read(tmp_path, "servers:\n- {name: a, serves: &rack [c]}\n- {name: b, serves: *rack}\n- {name: c}\n")
    assert len(found.edges) == 2


MISTAKES = {
    "": "nothing is written in it",
    "# only a remark\n": "nothing is written in it",
    "servers:\n- name: a\n---\nservers: []\n": "line 4: a second document begins here; write everything in one",
    "- name: a\n": "line 1: write fields here, such as “name: lb-01”",
    "server: []\n": "line 1: “server” is not known here; use servers",
    "servers:\n": "line 1: write a list here, such as [lb-01, lb-02]",
    "servers: lb-01\n": "line 1: write a list here, such as [lb-01, lb-02]",
    "{}\n": "line 1: “servers” is missing here",
    "servers:\n- name: a\n- lb-02\n": "line 3: write fields here, such as “name: lb-01”",
    "servers:\n- role: a\n": "line 2: “name” is missing here",
    "servers:\n- name: a\n  roel: relay\n":
        "line 3: “roel” is not known here; use aliases, image, name, pool, role, serves, service, shared_fate",
    "servers:\n- name: a\n  <<: {role: b}\n":
        "line 3: “<<” is not known here; use aliases, image, name, pool, role, serves, service, shared_fate",
    "servers:\n- name: a\n  name: b\n": "line 3: “name” stands at line 2 already",
    "servers:\n- name: a\n  role:\n": "line 3: write one text here",
    "servers:\n- name: [a]\n": "line 2: write one text here",
    "servers:\n- name: a\n  aliases: b\n": "line 3: write a list here, such as [lb-01, lb-02]",
    "servers:\n- name: a\n  aliases: [b,\n   {c: d}]\n": "line 4: write one text here",
    "servers:\n- name: a b\n": "line 2: “a b” cannot be a server's name",
    "servers:\n- name: ''\n": "line 2: “” cannot be a server's name",
    "servers:\n- name: a\n  role: message relay\n":
        "line 3: write “message relay” as one word of at most 100 characters, without commas",
    "servers:\n- name: a\n- name: A.\n": "line 3: “a” stands at line 2 already",
    "servers:\n- name: a\n  aliases:\n  - b\n- name: b\n": "line 5: “b” stands at line 4 already",
    "servers:\n- name: a\n  aliases: [a]\n": "line 3: “a” stands at line 2 already",
    "servers:\n- name: lb-01\n- name: b\n  serves:\n  - lb-1\n":
        "line 5: no server of this file is called “lb-1”; the nearest is lb-01",
    "servers:\n- name: lb-01\n  shared_fate: [database]\n": "line 3: no server of this file is called “database”",
    "servers:\n- name: a\n  aliases: [b]\n  serves: [b]\n": "line 4: “b” is this server itself",
    "servers:\n- name: !!python/name:os.system a\n":
        "line 2: leave out the tag “tag:yaml.org,2002:python/name:os.system”",
    "servers: !!set {a, b}\n": "line 1: leave out the tag “tag:yaml.org,2002:set”",
    "servers:\n- name: *b\n": "line 2: the alias “b” repeats nothing: no complete value above has it as its anchor",
    "servers: &s [*s]\n": "line 1: the alias “s” repeats nothing: no complete value above has it as its anchor",
    "servers:\n- name: \"a\\0b\"\n": "line 2: there is a control character; remove it",
    "servers:\n- name: a\x07\n": "line 2: there is a control character; remove it",
    "? [a, b]\n: c\n": "line 1: write one text here",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_has_its_line_and_its_sentence(tmp_path: Path, text: str) -> None:
    assert mistake(tmp_path, text) == MISTAKES[text]


def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    assert mistake(tmp_path, "servers:\n- name: a\n  role: b: c\n").startswith(
        "line 3: this is not YAML (mapping values"
    )
    assert mistake(tmp_path, "servers:\n- name: 'a\n").startswith("line 3: this is not YAML (")
    assert mistake(tmp_path, b"servers:\n- name: \xff\n") == "line 2: this is not UTF-8; save the file as UTF-8"
    assert mistake(tmp_path, "servers: []".encode("utf-16")).startswith("line 1: this is not UTF-8")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "servers.yaml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(ServersFileWrong) as caught:
            read_servers_file(path)
        assert told(caught.value) == f"it cannot be read ({why})"


def test_no_file_is_too_much(tmp_path: Path) -> None:
    began = time.thread_time()
    assert mistake(tmp_path, "#" * (FILE_BYTES + 1)) == "it is larger than 5 MiB"
    for text in ("[" * FILE_BYTES, "{a: " * (FILE_BYTES // 4), "- " * (FILE_BYTES // 2)):
        assert "more than 50 lists and fields inside one another" in mistake(tmp_path, text)
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert "counting what aliases repeat" in mistake(tmp_path, bomb)
    assert "at most 1000 can be written here" in mistake(
        tmp_path, f"servers: [{{name: a, serves: [{'b,' * 1001}]}}]"
    )  # fmt: skip
    assert time.thread_time() - began < 10


def test_a_hundred_thousand_servers_are_read_and_one_more_is_not(tmp_path: Path) -> None:
    rows = "servers:\n" + "".join(f"- {{name: s-{n}, role: relay}}\n" for n in range(SERVERS))
    began = time.thread_time()
    assert len(read(tmp_path, rows).servers) == SERVERS
    assert time.thread_time() - began < 20
    assert "at most 100000 can be written here" in mistake(tmp_path, rows + "- {name: one-more}\n")


def test_the_sentences_of_files_are_all_used_and_all_there() -> None:
    asked = {
        key
        for path in READERS
        for found in KEY.finditer(path.read_text(encoding="utf-8"))
        for key in found.groups()
        if key
    }
    known = {key.removeprefix("file.") for key in catalogue() if key.startswith("file.")}
    assert asked == known


def test_each_sentence_has_only_the_blanks_that_its_mistakes_fill() -> None:
    """Sentences with a line come from a place that knows it; the tests of the files say the others."""
    for key, sentence in catalogue().items():
        if key.startswith("file."):
            blanks = {name for _, name, _, _ in string.Formatter().parse(sentence["en"]) if name}
            assert ("line" in blanks) == sentence["en"].startswith("line {line}: ")
