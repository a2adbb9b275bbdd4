"""Exports of Slack in the shape that Slack gives them, made up for tests."""

import json
import zipfile
from pathlib import Path
from typing import Any

KIM, LEE, BOT = "U0KIM", "U0LEE", "B0PAGER"
USERS = [
    {"id": KIM, "name": "kim", "deleted": True, "tz": "Asia/Seoul", "profile": {"display_name": "김민준"}},
    {"id": LEE, "name": "lee", "real_name": "Lee Seoyeon", "tz": "../Nowhere", "profile": {"display_name": ""}},
    {"id": "U0ELSE", "name": "else", "tz": "Europe/Berlin", "profile": {"display_name": "somebody else"}},
]
OUTAGE = {
    "id": "C0OUTAGE",
    "name": "inc-messages",
    "created": 1716184200,
    "creator": KIM,
    "is_archived": True,
    "members": [KIM, LEE],
    "topic": {"value": "SEV2: messages are not delivered", "creator": KIM, "last_set": 1716184210},
    "purpose": {"value": "", "creator": "", "last_set": 0},
}
"""Opened 2024-05-20 05:50:00 UTC, 14:50 in Seoul."""


def said(ts: str, user: str, text: str, **more: Any) -> dict[str, Any]:
    """One message as the day files have it."""
    return {"type": "message", "user": user, "text": text, "ts": ts, "client_msg_id": "x", **more}


THREAD = "1716184440.000100"
DAY = [
    {
        "type": "message",
        "subtype": "channel_join",
        "user": KIM,
        "text": "<@U0KIM> has joined",
        "ts": "1716184201.000100",
    },
    said("1716184320.000100", LEE, "Messages are not delivered since 14:50 KST, it looks like lb-07"),
    said(
        THREAD,
        KIM,
        "the relay update was rolled out at 14:49, rolling back",
        thread_ts=THREAD,
        reply_count=2,
        replies=[{"user": LEE, "ts": "1716184500.000100"}],
        reactions=[{"name": "pushpin", "users": [LEE], "count": 1}],
    ),
    said("1716184500.000100", LEE, "<@U0KIM> 됐나요? is it resolved?", thread_ts=THREAD, parent_user_id=KIM),
    {
        "type": "message",
        "subtype": "tombstone",
        "user": "USLACKBOT",
        "text": "This message was deleted.",
        "hidden": True,
        "ts": "1716184560.000100",
        "thread_ts": "1716184560.000100",
        "reply_count": 1,
    },
    said(
        "1716184680.000100",
        KIM,
        "root cause: the update deleted the routing files",
        edited={"user": KIM, "ts": "1716184700.000000"},
        reactions=[{"name": "+1::skin-tone-3", "users": [LEE, "U0ELSE"], "count": 2}],
    ),
    {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": BOT,
        "text": "alert cleared",
        "ts": "1716184740.000100",
    },
    said("1716184800.000100", KIM, "Incident resolved at 14:58."),
]


def write_export(
    file: Path,
    *,
    days: dict[str, Any] | None = None,
    channel: dict[str, Any] | None = None,
    private: bool = False,
    **others: str | bytes,
) -> Path:
    """An export with one channel. `others`: more files, or others in the place of these, by their names."""
    about = channel or OUTAGE
    files: dict[str, str | bytes] = {
        "channels.json": json.dumps([] if private else [about]),
        "groups.json": json.dumps([about] if private else []),
        "users.json": json.dumps(USERS),
        "integration_logs.json": "[]",
    }
    for day, messages in (days or {"2024-05-20": DAY}).items():
        files[f"{about['name']}/{day}.json"] = json.dumps(messages, ensure_ascii=False)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **others}.items():
            archive.writestr(name, content)
    return file
