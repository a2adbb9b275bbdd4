"""Requests that the OpenAPI document allows and requests that it forbids, sent to a gate whose every server is frozen.

Promised of each: an answer below 500 that is JSON, and no permit. `python -m tests.hostile` sends 10,000 of them.
"""

import json
import warnings
from collections import Counter
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from schemathesis.generation import GenerationMode

from handlers.http.openapi import document

PATIENCE_SECONDS = 60.0


class Attack:
    """Sends cases to a gate and counts what it answered."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.answers: Counter[tuple[str, int]] = Counter()
        self._session = requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=1))
        self._session.headers["Authorization"] = f"Bearer {secret}"

    def run(self, cases: int, *, number: int) -> None:
        """So many cases over all routes, half of them against the document. Raises AssertionError."""
        warnings.simplefilter("ignore")
        operations = [found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()]
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        hostile = [one for one in operations if one.body or one.path_parameters]
        for operation in hostile:
            kinds = [operation.as_strategy(generation_mode=mode) for mode in modes]
            self._send_all(st.one_of(*kinds), cases // len(hostile) + 1, number)

    def _send_all(self, strategy: Any, cases: int, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=cases,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def send(case: Any) -> None:
            self._send(case)

        send()

    def _send(self, case: Any) -> None:
        try:
            wanted = case.as_transport_kwargs(base_url=self.url)
        except (UnicodeError, ValueError):
            return
        theirs = dict(wanted.get("headers") or {})
        known = self.answers.total() % 20 > 0  # one in twenty comes with the token that the case made up
        wanted["headers"] = {**theirs, **self._session.headers} if known else {**self._session.headers, **theirs}
        try:
            prepared = self._session.prepare_request(requests.Request(**_only_known(wanted)))
        except (requests.RequestException, UnicodeError, ValueError):
            return
        answer = self._session.send(prepared, timeout=PATIENCE_SECONDS, allow_redirects=False)
        self.answers[case.operation.label, answer.status_code] += 1
        assert answer.status_code < 500, (prepared.method, prepared.url, prepared.body, answer.text)
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            fields = json.loads(answer.content)
            assert fields.get("state") != "granted", (prepared.url, prepared.body, fields)


def _only_known(wanted: dict[str, Any]) -> dict[str, Any]:
    names = ("method", "url", "headers", "files", "data", "params", "json", "cookies")
    return {name: wanted[name] for name in names if name in wanted}
