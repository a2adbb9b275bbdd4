"""Asks Slack a few questions with our tokens, and keeps what its answer's head says: scopes granted, its clock.

Plain HTTP rather than the SDK: the head of an answer is what matters here (docs.slack.dev/authentication/tokens).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=10)


class SlackAway(Exception):
    """Nobody answers there, or nobody who speaks Slack's language; its text says what happened instead."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`error` is "" where Slack agreed; `scopes` None where it did not say; `at` its clock, to the second."""

    body: Mapping[str, Any]
    error: str
    scopes: frozenset[str] | None
    at: datetime | None


async def ask_slack(session: aiohttp.ClientSession, api_url: str, token: str, method: str, **arguments: str) -> Reply:
    """One call of a method. Raises SlackAway."""
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with session.post(api_url + method, data=arguments, headers=headers, timeout=TIMEOUT) as answer:
            body = json.loads(await answer.text())
            head = dict(answer.headers)
    except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
        raise SlackAway(f"{type(trouble).__name__} {api_url}") from trouble
    except ValueError as trouble:
        raise SlackAway(f"no JSON: {api_url}") from trouble
    if not isinstance(body, dict):
        raise SlackAway(f"no JSON object: {api_url}")
    error = "" if body.get("ok") is True else str(body.get("error", "?"))[:80]
    return Reply(body, error, _scopes(head.get("x-oauth-scopes")), _date(head.get("Date", "")))


def _scopes(said: str | None) -> frozenset[str] | None:
    return None if said is None else frozenset(one.strip() for one in said.split(",") if one.strip())


def _date(said: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    return at if at.tzinfo else None
