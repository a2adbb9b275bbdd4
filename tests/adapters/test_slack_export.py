"""What is promised of an export: what Slack wrote in it is read, and whatever else it is ends in one sentence."""

import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import slack_export
from bot.adapters.slack_export import ExportWrong, read_export
from bot.domain.message import Message
from tests.exports import DAY, KIM, LEE, OUTAGE, THREAD, USERS, said, write_export


def by_ts(messages: tuple[Message, ...]) -> dict[str, Message]:
    return {message.ts: message for message in messages}


def test_what_was_said_is_read(tmp_path: Path) -> None:
    old = read_export(write_export(tmp_path / "export.zip"), "#inc-messages")
    assert (old.channel, old.topic, old.private) == ("C0OUTAGE", OUTAGE["topic"]["value"], False)
    assert old.opened_at.isoformat() == "2024-05-20T05:50:00+00:00" and old.opened_by == KIM
    assert old.names == {KIM: "김민준", LEE: "Lee Seoyeon"}
    kept = by_ts(old.messages)
    assert len(kept) == 7 and old.left_out == 1, "all but who joined"
    assert kept["1716184500.000100"].thread_ts == THREAD and kept[THREAD].thread_ts is None
    assert kept["1716184680.000100"].is_edited
    assert kept["1716184560.000100"].deleted and kept["1716184560.000100"].text == ""
    assert kept["1716184740.000100"].is_bot
    assert old.pins == ((THREAD, LEE),)


def test_a_private_channel_is_private_wherever_the_export_says_it(tmp_path: Path) -> None:
    assert read_export(write_export(tmp_path / "a.zip", private=True), "inc-messages").private
    marked = {**OUTAGE, "is_private": True}
    assert read_export(write_export(tmp_path / "b.zip", channel=marked), "inc-messages").private
    both = json.dumps([OUTAGE])
    assert read_export(write_export(tmp_path / "c.zip", **{"groups.json": both}), "inc-messages").private


def test_days_are_read_in_their_order_and_no_message_twice(tmp_path: Path) -> None:
    days = {"2024-05-21": [DAY[1], said("1716270000.000100", LEE, "later")], "2024-05-20": DAY}
    old = read_export(write_export(tmp_path / "export.zip", days=days), "inc-messages")
    stamps = [float(message.ts) for message in old.messages]
    assert stamps == sorted(set(stamps)) and len(stamps) == 8


def test_a_korean_channel_is_found_however_its_name_is_composed(tmp_path: Path) -> None:
    file = write_export(tmp_path / "export.zip", channel={**OUTAGE, "name": "장애-메시지"})
    assert read_export(file, "장애-메시지").name == "장애-메시지"


def wrong(file: Path, name: str = "inc-messages") -> ExportWrong:
    with pytest.raises(ExportWrong) as raised:
        read_export(file, name)
    return raised.value


def test_another_name_offers_the_near_one(tmp_path: Path) -> None:
    told = wrong(write_export(tmp_path / "export.zip"), "inc-mesages")
    assert told.key.endswith("no_channel_near") and "inc-messages" in told.params["near"]


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "inc-messages/../../x", "..\\x", "a/../b.json"])
def test_a_path_that_leads_outside(tmp_path: Path, name: str) -> None:
    assert wrong(write_export(tmp_path / "export.zip", **{name: "x"})).key.endswith("outside")
    assert [one.name for one in tmp_path.iterdir()] == ["export.zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    spaces = b"[" + b" " * (slack_export.FILE_BYTES + 10)
    file = write_export(tmp_path / "export.zip", **{"inc-messages/2024-05-20.json": spaces})
    assert file.stat().st_size < 1_000_000
    assert wrong(file).key.endswith("too_big")


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    file = write_export(tmp_path / "export.zip", **{"users.json": b" " * 30_000_000 + b"["})
    raw = bytearray(file.read_bytes())
    size = struct.pack("<I", 30_000_001)
    assert raw.count(size) >= 1
    file.write_bytes(bytes(raw).replace(size, struct.pack("<I", 2)))
    tracemalloc.start()
    wrong(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_many_files_together_are_too_much_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_export, "ALL_BYTES", 20_000)
    days = {f"2024-05-{day:02}": [said(f"17161{day:02}000.000100", LEE, "x" * 3000)] for day in range(10, 20)}
    assert wrong(write_export(tmp_path / "export.zip", days=days)).key.endswith("too_big")


def test_more_messages_than_one_incident_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_export, "MESSAGES", 3)
    assert wrong(write_export(tmp_path / "export.zip")).key.endswith("too_many")


DAY_FILE = "inc-messages/2024-05-20.json"


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({DAY_FILE: "{not json"}, "json"),
        ({DAY_FILE: "[" * 200_000}, "json"),
        ({DAY_FILE: b"\xff\xfe\x00"}, "json"),
        ({DAY_FILE: '{"messages": []}'}, "shape"),
        ({DAY_FILE: "[1, null]"}, "shape"),
        ({DAY_FILE: "[]"}, "empty"),
        ({"users.json": '"x"'}, "shape"),
        ({"channels.json": '[{"name": "inc-messages"}]'}, "shape"),
        ({"channels.json": "[]"}, "no_export"),
    ],
)
def test_json_that_slack_does_not_write(tmp_path: Path, files: dict[str, str | bytes], key: str) -> None:
    assert wrong(write_export(tmp_path / "export.zip", **files)).key == f"imported.wrong.{key}"


def test_what_is_no_zip_file(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no archive")
    assert wrong(tmp_path / "notes.zip").key.endswith("unreadable")
    assert wrong(tmp_path / "nowhere.zip").key.endswith("unreadable")
    whole = write_export(tmp_path / "export.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert wrong(tmp_path / "cut.zip").key.endswith("unreadable")
    torn = bytearray(whole)
    torn[60:200] = b"\x00" * 140
    (tmp_path / "torn.zip").write_bytes(torn)
    wrong(tmp_path / "torn.zip")


@pytest.mark.parametrize("people", [3, "U0LEE", None, [3], {"U0LEE": 1}, ["C0X"]])
def test_reactions_of_nobody(tmp_path: Path, people: object) -> None:
    row = {**DAY[1], "reactions": [{"name": "pushpin", "users": people}, 3]}
    assert read_export(write_export(tmp_path / "export.zip", days={"2024-05-20": [row]}), "inc-messages").pins == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
    max_leaves=6,
)


def test_what_an_app_said_in_blocks_is_kept_as_a_database_takes_it(tmp_path: Path) -> None:
    told = {"type": "section", "text": {"type": "mrkdwn", "text": "p99 of lb-01 \ud800 " + "x" * 50_000}}
    row = {**DAY[1], "bot_id": "B0PAGER", "text": "", "blocks": [told], "attachments": [{"blocks": [told]}]}
    file = write_export(tmp_path / "export.zip", **{DAY_FILE: json.dumps([row])})
    (message,) = read_export(file, "inc-messages").messages
    assert message.text.startswith("p99 of lb-01 ? ") and len(message.text) <= slack_export.TEXT


FIELDS = (
    *("type", "subtype", "ts", "user", "bot_id", "text", "thread_ts", "edited", "reactions", "hidden", "channel"),
    *("attachments", "blocks"),
)
MESSAGES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8).map(
    lambda one: {"ts": "1716184320.000100", **one}
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MESSAGES, max_size=4), st.dictionaries(st.sampled_from(tuple(OUTAGE)), JSON, max_size=4))
def test_whatever_the_fields_hold_it_is_read_or_refused(
    tmp_path: Path, messages: list[Any], about: dict[str, Any]
) -> None:
    file = write_export(tmp_path / "export.zip", days={"2024-05-20": [*messages, DAY[1]]})
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("groups.json", json.dumps([{**OUTAGE, **about, "name": "inc-messages"}, *USERS]))
    try:
        old = read_export(file, "inc-messages")
    except ExportWrong:
        return
    for message in old.messages:
        assert len(message.user) <= 32 and len(message.ts) <= 32 and len(message.thread_ts or "") <= 32
        message.text.encode()
