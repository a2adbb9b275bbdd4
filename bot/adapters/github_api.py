"""GitHub as its App: reviews of waiting deployments, and how environments are protected.

Sources: docs.github.com/en/rest/actions/workflow-runs ("Review custom deployment protection rules for a workflow run",
204), docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app (JWT: RS256, `iat` 60 s back, `exp`
at most 10 minutes on; installation tokens last an hour), docs.github.com/en/rest/deployments/environments
(`can_admins_bypass`) and /protection-rules (`custom_deployment_protection_rules`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.adapters.door_http import DoorStatus, exchange
from bot.domain.door import Drift, GitHubApp
from bot.ports.clock import Clock
from bot.ports.doors import DoorAway, DoorRefused

BACK = timedelta(seconds=60)
"""Clocks differ: our tokens begin so long ago."""
AHEAD = timedelta(minutes=8)
MARGIN = timedelta(minutes=2)
"""An installation's token is not used in its last moments."""
COMMENT_CHARACTERS = 1_024


class GitHubApi:
    """Implements `bot.ports.doors.GitHub`."""

    def __init__(self, app: GitHubApp, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._app, self._session, self._clock = app, session, clock
        self._tokens: dict[int, tuple[str, datetime]] = {}

    async def review(
        self, *, repository: str, run_id: str, installation_id: int, environment: str, state: str, comment: str
    ) -> None:
        """Approves, rejects, or (no state) only comments. Raises DoorAway, DoorRefused."""
        path = f"/repos/{repository}/actions/runs/{run_id}/deployment_protection_rule"
        body = {"environment_name": environment, "comment": comment[:COMMENT_CHARACTERS]}
        await self._call("POST", path, installation_id, {**body, **({"state": state} if state else {})})

    async def drift(self, *, repository: str, environment: str) -> Sequence[Drift]:
        """What lets a deployment go past us. Raises DoorAway, DoorRefused."""
        installation_id = await self._installation(repository)
        path = f"/repos/{repository}/environments/{quote(environment, safe='')}"
        shown = await self._call("GET", path, installation_id)
        rules = await self._call("GET", f"{path}/deployment_protection_rules", installation_id)
        found = []
        if _of(shown).get("can_admins_bypass") is not False:
            found.append(Drift.ADMINS_BYPASS)
        listed = _of(rules).get("custom_deployment_protection_rules")
        if not any(self._is_ours(rule) for rule in (listed if isinstance(listed, list) else ())):
            found.append(Drift.RULE_MISSING)
        return found

    async def _installation(self, repository: str) -> int:
        """docs.github.com/en/rest/apps/apps, "Get a repository installation for the authenticated app"."""
        url = f"{self._app.api_url}/repos/{repository}/installation"
        found = _of(await exchange(self._session, "GET", url, headers=_headers(f"Bearer {await self._proof()}")))
        if not isinstance(found.get("id"), int):
            raise DoorRefused("the App is not installed there")
        return int(found["id"])

    def _is_ours(self, rule: Any) -> bool:
        return _of(rule).get("enabled") is True and str(_of(_of(rule).get("app")).get("id")) == self._app.app_id

    async def _call(self, method: str, path: str, installation_id: int, body: Mapping[str, Any] | None = None) -> Any:
        token = await self._token(installation_id)
        try:
            return await exchange(
                self._session, method, self._app.api_url + path, headers=_headers(f"Bearer {token}"), body=body
            )
        except DoorStatus as refused:
            if refused.status == 401:
                self._tokens.pop(installation_id, None)
                raise DoorAway("the installation's token is not taken any more") from refused
            raise

    async def _token(self, installation_id: int) -> str:
        token, until = self._tokens.get(installation_id, ("", self._clock.now()))
        if token and self._clock.now() < until - MARGIN:
            return token
        path = f"{self._app.api_url}/app/installations/{installation_id}/access_tokens"
        made = _of(await exchange(self._session, "POST", path, headers=_headers(f"Bearer {await self._proof()}")))
        try:
            token, until = str(made["token"]), datetime.fromisoformat(str(made["expires_at"]))
        except (KeyError, ValueError) as odd:
            raise DoorRefused("no installation token") from odd
        self._tokens[installation_id] = (token, until)
        return token

    async def _proof(self) -> str:
        """Who we are, signed; loading PyJWT and signing take longer than the loop should wait."""
        now = self._clock.now()
        claims = {
            "iat": int((now - BACK).timestamp()),
            "exp": int((now + AHEAD).timestamp()),
            "iss": self._app.app_id,
        }
        return await asyncio.to_thread(_signed, claims, self._app.private_key)


def _signed(claims: Mapping[str, Any], key: str) -> str:
    from bot.adapters.jwt_wire import signed

    try:
        return signed(claims, key)
    except ValueError as wrong:
        raise DoorRefused("the App's private key cannot be used") from wrong


def _headers(authorization: str) -> Mapping[str, str]:
    return {
        "Authorization": authorization,
        "Accept": "application/vnd.github+json",
        "Content-Type": "application/json",
        "X-GitHub-Api-Version": "2022-11-28",
        "User-Agent": "stopline",
    }


def _of(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
