"""What has not the shape of anything that Slack sends: 400 over HTTP, acknowledged and dropped over a socket."""

import copy
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.journeys.stage import MINJI, Stage
from tests.journeys.test_slack_http import FORM, JSON, door, post

__all__ = ["door"]

EVENT = {
    "type": "event_callback",
    "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": MINJI, "text": "x", "ts": "1716180000.000100"},
}
CHANGED = {
    "type": "event_callback",
    "event_id": "Ev2",
    "event": {"type": "message", "subtype": "message_changed", "channel": "C1", "message": {"ts": "1.2"}, "ts": "1.3"},
}
SUBMITTED = {
    "type": "view_submission",
    "user": {"id": MINJI},
    "trigger_id": "1.2",
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": "incident.declare",
        "blocks": [{"type": "input", "block_id": "title"}],
        "state": {"values": {"title": {"input": {"type": "plain_text_input", "value": "x"}}}},
    },
}
CHOOSING = {"type": "block_suggestion", "user": {"id": MINJI}, "action_id": "a", "view": {"callback_id": "c"}}
PRESSED = {
    "type": "block_actions",
    "user": {"id": MINJI},
    "trigger_id": "1.2",
    "channel": {"id": "C1"},
    "actions": [{"action_id": "incident.command", "action_ts": "1.1"}],
}
PINNED = {
    "type": "message_action",
    "callback_id": "timeline.pin",
    "user": {"id": MINJI},
    "trigger_id": "1.2",
    "channel": {"id": "C1"},
    "message": {"ts": "1.2"},
}
HALF = "\ud800"
"""Half a surrogate pair: no database and no address takes it."""
ODD: tuple[tuple[dict[str, Any], str, Any], ...] = (
    (EVENT, "event.channel", -1),
    (EVENT, "event.user", 0),
    (EVENT, "event.item", {"channel": True}),
    (EVENT, "event_id", HALF),
    (EVENT, "event_id", None),
    (EVENT, "event.type", HALF),
    (EVENT, "enterprise", 1),
    (EVENT, "authorizations", {"a": 1}),
    (CHANGED, "event.message.user", 7),
    (SUBMITTED, "user", 0),
    (SUBMITTED, "user.id", HALF),
    (SUBMITTED, "view.type", None),
    (SUBMITTED, "view.blocks", [{}]),
    (SUBMITTED, "view.blocks", [None]),
    (SUBMITTED, "view.blocks", [{"type": "input", "block_id": [[]]}]),
    (SUBMITTED, "response_urls", None),
    (SUBMITTED, "response_urls", [1]),
    (CHOOSING, "action_id", True),
    (CHOOSING, "view", ""),
    (CHOOSING, "view.callback_id", [{}]),
    (PRESSED, "trigger_id", HALF),
    (PRESSED, "channel", 0),
    (PRESSED, "actions", {"action_id": "incident.command"}),
    (PINNED, "trigger_id", HALF),
    (PINNED, "callback_id", HALF),
)


def odd_ones() -> list[dict[str, Any]]:
    """Each of the above with the one part in it that is odd."""
    made = []
    for sent, path, odd in ODD:
        *steps, last = path.split(".")
        part = body = copy.deepcopy(sent)
        for step in steps:
            part = part[step]
        part[last] = odd
        made.append(body)
    return made


async def test_over_http_it_is_refused_and_is_no_failure_of_ours(door: Stage) -> None:
    answers = []
    for body in odd_ones():
        as_event = "event" in body
        raw = json.dumps(body) if as_event else urlencode({"payload": json.dumps(body)})
        answers.append((await post(door, raw.encode(), JSON if as_event else FORM))[0])
    assert answers == [400] * len(ODD)


async def test_over_a_socket_it_is_acknowledged_and_dropped(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Else Slack would send it again, and we would fail again."""
    for body in odd_ones():
        kind = "events_api" if "event" in body else "interactive"
        assert (await stage.server.delivery.once(stage.app, kind, body)).acked, body
    assert sum("is dropped" in line for line in caplog.messages) == len(ODD)


async def test_the_same_without_what_is_odd_is_taken(door: Stage) -> None:
    for sent in (EVENT, CHANGED):
        assert (await post(door, json.dumps(sent).encode(), JSON))[0] == 200
    raw = urlencode({"payload": json.dumps({**SUBMITTED, "response_urls": []})}).encode()
    assert (await post(door, raw, FORM))[0] == 200
    door.expected |= {"listener failed", "given up"}
