"""What is promised of GitHub's door: no deployment is approved on frozen servers, no token goes anywhere else."""

import hashlib
import hmac
import json
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization

from bot.adapters.callback_http import CallbackHttp
from bot.adapters.github_api import GitHubApi
from bot.domain.audit import Act
from bot.domain.door import GitHubApp, GitHubEnvironment
from bot.domain.ids import PermitId
from bot.domain.job import JobKind
from bot.ports.doors import DoorAway, DoorRefused
from bot.ports.outside import Outside, Policy
from bot.ports.storage import StoreUnavailable
from bot.use_cases.permit import approve_fix
from handlers.http.entrance import Entrance
from handlers.http.github import add_github, is_signed, run_of
from handlers.http.machine_words import fix_in
from handlers.jobs.doors import DoorDesk, answer_github
from tests.acts import BEN, EVERYBODY, add_server, audit, stop_the_line
from tests.adapters.oidc_server import RSA_KEY
from tests.clocks import START, FrozenClock
from tests.conftest import AddPeople
from tests.handlers.doors_stage import Knock, Service, Worker, mutate, opened

SECRET = "it-is-a-secret-to-everybody"
PEM = RSA_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
TOKEN_PATH = "/app/installations/789/access_tokens"


def event(api: str, **other: Any) -> dict[str, Any]:
    """As GitHub sends it, shortened where it only repeats itself."""
    said = {
        "action": "requested",
        "environment": "production",
        "event": "push",
        "sha": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
        "ref": "refs/heads/main",
        "deployment_callback_url": f"{api}/repos/example/relay/actions/runs/1234567890/deployment_protection_rule",
        "deployment": {
            "url": f"{api}/repos/example/relay/deployments/326191728",
            "id": 326191728,
            "node_id": "DE_kwDOABCD1234",
            "task": "deploy",
            "original_environment": "production",
            "environment": "production",
            "description": None,
            "created_at": "2024-05-20T05:52:00Z",
            "updated_at": "2024-05-20T05:52:00Z",
            "creator": {"login": "octocat", "id": 1, "type": "User"},
            "sha": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
            "ref": "main",
            "payload": {},
            "transient_environment": False,
            "production_environment": True,
        },
        "pull_requests": [],
        "repository": {"id": 123456789, "name": "relay", "full_name": "example/relay", "private": True},
        "organization": {"login": "example", "id": 987654},
        "installation": {"id": 789, "node_id": "MDIz"},
        "sender": {"login": "octocat", "id": 1, "type": "User"},
    }
    return {**said, **other}


def signature(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


@dataclass
class Stage:
    """GitHub, the door and the worker."""

    api: Service
    knock: Knock
    worker: Worker
    clock: FrozenClock
    app: GitHubApp

    async def deliver(self, body: Any, **headers: str) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        known = {
            "X-GitHub-Event": "deployment_protection_rule",
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "X-Hub-Signature-256": signature(raw),
            "Content-Type": "application/json",
        }
        return await self.knock("/v1/github", raw, {**known, **headers})

    @property
    def reviews(self) -> list[Any]:
        return [body for _, path, _, body in self.api.heard if path.endswith("/deployment_protection_rule")]


def _github(request: web.Request, _: Any) -> web.StreamResponse:
    if request.path == TOKEN_PATH:
        return web.json_response({"token": "ghs_secret", "expires_at": "2024-05-20T06:52:00Z"}, status=201)
    return web.Response(status=204)


@pytest.fixture
async def stage(outside: Outside, clock: FrozenClock, add_people: AddPeople) -> AsyncIterator[Stage]:
    await add_people(*EVERYBODY)
    await add_server(outside, "web-1", "web-2")
    async with Service(_github).running() as api, aiohttp.ClientSession() as session:
        environments = (GitHubEnvironment("123456789", "example/relay", "production", ("web-1",)),)
        app = GitHubApp(api.url, "1234", PEM, SECRET, environments)
        entrance = Entrance(outside)
        callbacks = CallbackHttp()
        desk = DoorDesk(entrance, callbacks, github=app, github_api=GitHubApi(app, session, clock))
        worker = Worker(outside, clock, {JobKind.ANSWER_GITHUB: partial(answer_github, desk)})
        async with opened(partial(_add, app), entrance) as knock:
            yield Stage(api, knock, worker, clock, app)
        await callbacks.close()


def _add(github: GitHubApp, app: web.Application, entrance: Entrance) -> None:
    add_github(app, entrance, github)


async def test_a_free_environment_is_approved_and_the_comment_says_it_is_no_start(
    stage: Stage, outside: Outside
) -> None:
    assert await stage.deliver(event(stage.api.url)) == 200
    assert not stage.api.heard, "GitHub has its 200 before anybody is asked"
    assert await stage.worker.run() == 1
    (review,) = stage.reviews
    assert (review["environment_name"], review["state"]) == ("production", "approved")
    (row,) = await audit(outside, Act.PERMIT_GRANTED)
    assert row.actor == "github:123456789" and row.detail["door"] == "github"
    assert f"D-{row.seq}" in review["comment"] and "no start" in review["comment"]
    assert row.detail["purpose"] == "example/relay production run 1234567890 main @octocat"
    method, path, headers, _ = stage.api.heard[-1]
    assert (method, path) == ("POST", "/repos/example/relay/actions/runs/1234567890/deployment_protection_rule")
    assert headers["Authorization"] == "Bearer ghs_secret"


async def test_a_frozen_environment_is_rejected_with_the_one_reason(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1", title="메시지 지연 " * 25)
    await stage.deliver(event(stage.api.url))
    await stage.worker.run()
    (review,) = stage.reviews
    (row,) = await audit(outside, Act.PERMIT_REFUSED)
    assert review["state"] == "rejected" and f"D-{row.seq}" in review["comment"]
    assert f"INC-{made.incident.id}" in review["comment"] and len(review["comment"]) <= 1_024


async def test_an_environment_that_nobody_mapped_is_accepted_and_rejected(stage: Stage, outside: Outside) -> None:
    assert await stage.deliver(event(stage.api.url, environment="staging")) == 202
    await stage.worker.run()
    assert stage.reviews[0]["state"] == "rejected" and "example/relay staging" in stage.reviews[0]["comment"]
    other = event(stage.api.url)
    other["repository"]["id"] = 7
    assert await stage.deliver(other) == 202, "the name of a repository is nobody's: its id counts"
    await stage.worker.run()
    assert stage.reviews[1]["state"] == "rejected" and not await audit(outside, Act.PERMIT_GRANTED)


async def test_the_app_proves_itself_for_minutes_and_keeps_its_token_for_the_hour(stage: Stage) -> None:
    await stage.deliver(event(stage.api.url))
    await stage.deliver(event(stage.api.url, sha="another"))
    await stage.worker.run()
    proofs = [headers["Authorization"] for _, path, headers, _ in stage.api.heard if path == TOKEN_PATH]
    assert len(proofs) == 1 and len(stage.reviews) == 2
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(proofs[0].removeprefix("Bearer "), RSA_KEY.public_key(), algorithms=["RS256"], options=options)
    now = int(START.timestamp())
    assert claims == {"iat": now - 60, "exp": claims["exp"], "iss": "1234"} and now < claims["exp"] <= now + 540
    stage.clock.forward(minutes=59)
    await stage.deliver(event(stage.api.url, sha="a third"))
    stage.api.answers.append(web.json_response({"token": "ghs_new", "expires_at": "2024-05-20T07:52:00Z"}, status=201))
    await stage.worker.run()
    assert stage.api.heard[-1][2]["Authorization"] == "Bearer ghs_new"


async def test_the_same_delivery_is_answered_once_whatever_its_id(stage: Stage, outside: Outside) -> None:
    for number in range(3):
        assert await stage.deliver(event(stage.api.url), **{"X-GitHub-Delivery": f"delivery-{number}"}) == 200
    assert await stage.worker.run() == 1
    assert await stage.deliver(event(stage.api.url)) == 200 and await stage.worker.run() == 0
    assert len(stage.reviews) == 1 and len(await audit(outside, Act.PERMIT_GRANTED)) == 1


@pytest.mark.parametrize(
    "given",
    ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "SHA256={}", "{}", "sha256={}0", "sha512={}", "sha256=é"],
)
async def test_without_its_signature_nothing_is_heard(stage: Stage, given: str) -> None:
    raw = json.dumps(event(stage.api.url)).encode()
    digest = signature(raw).removeprefix("sha256=")
    assert await stage.deliver(raw, **{"X-Hub-Signature-256": given.replace("{}", digest)}) == 401
    assert await stage.deliver(raw, **{"X-Hub-Signature-256": signature(raw, "another secret")}) == 401
    assert await stage.deliver(raw + b" ", **{"X-Hub-Signature-256": signature(raw)}) == 401
    assert await stage.worker.run() == 0


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed(b"x", "", signature(b"x", ""))


async def test_other_events_are_taken_note_of_and_nothing_more(stage: Stage) -> None:
    ping = {"zen": "Keep it logically awesome.", "hook_id": 1, "hook": {"type": "App", "app_id": 1234}}
    assert await stage.deliver(ping, **{"X-GitHub-Event": "ping"}) == 200
    assert await stage.deliver(event(stage.api.url), **{"X-GitHub-Event": "deployment"}) == 200
    assert await stage.deliver(event(stage.api.url, action="removed")) == 200
    assert await stage.worker.run() == 0


@pytest.mark.parametrize(
    "callback",
    [
        "https://evil.example/repos/example/relay/actions/runs/1/deployment_protection_rule",
        "{api}.evil.example/repos/example/relay/actions/runs/1/deployment_protection_rule",
        "{api}@evil.example/repos/example/relay/actions/runs/1/deployment_protection_rule",
        "{api}/repos/other/relay/actions/runs/1/deployment_protection_rule",
        "{api}/repos/example/relay/actions/runs/1/../../../../x/actions/runs/2/deployment_protection_rule",
        "{api}/repos/example/relay/actions/runs/0/deployment_protection_rule",
        "{api}/repos/example/relay/actions/runs/1/deployment_protection_rule?x=1",
        "{api}/repos/example/relay/actions/runs/1/deployment_protection_rule\n",
        "http://169.254.169.254/latest/meta-data",
        "",
    ],
)
async def test_an_answer_that_would_go_elsewhere_is_not_given(stage: Stage, callback: str) -> None:
    asked = event(stage.api.url, deployment_callback_url=callback.replace("{api}", stage.api.url))
    assert await stage.deliver(asked) == 400
    assert await stage.worker.run() == 0


def test_an_enterprise_server_has_its_own_address() -> None:
    api = "https://github.corp.example/api/v3"
    run = f"{api}/repos/a/b/actions/runs/77/deployment_protection_rule"
    assert run_of(run, api, "a/b") == "77" and run_of(run, "https://api.github.com", "a/b") is None


async def test_a_fix_waits_with_few_comments_and_goes_ahead_once_agreed(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    asked = event(stage.api.url)
    asked["deployment"]["ref"] = f"fix/INC-{made.incident.id}-relay"
    await stage.deliver(asked)
    for _ in range(6):
        assert await stage.worker.run() == 1
        assert await stage.worker.run() == 0, "the next round is a minute away"
        stage.clock.forward(minutes=1)
    assert [review.get("state") for review in stage.reviews] == [None, None]
    assert "approval" in stage.reviews[0]["comment"]
    permit = PermitId(int((await audit(outside, Act.FIX_ASKED))[0].subject.partition("-")[2]))
    await approve_fix(outside, by=BEN, permit_id=permit, incident_id=made.incident.id)
    await stage.worker.run()
    assert stage.reviews[-1]["state"] == "approved" and f"INC-{made.incident.id}" in stage.reviews[-1]["comment"]
    stage.clock.forward(minutes=1)
    assert await stage.worker.run() == 0
    assert len(await audit(outside, Act.FIX_ASKED)) == 1


async def test_a_fix_that_nobody_agrees_to_is_rejected_after_half_an_hour(stage: Stage, outside: Outside) -> None:
    made = await stop_the_line(outside, "web-1")
    asked = event(stage.api.url)
    asked["deployment"]["ref"] = f"fix/INC-{made.incident.id}"
    await stage.deliver(asked)
    rounds = 0
    while await stage.worker.run():
        rounds += 1
        stage.clock.forward(minutes=1)
    states = [review.get("state") for review in stage.reviews]
    assert states[-1] == "rejected" and set(states[:-1]) == {None} and len(states) <= 10
    assert rounds == 31 and "in time" in stage.reviews[-1]["comment"]


async def test_a_service_that_is_away_is_told_later_and_the_gate_is_asked_again(
    stage: Stage, outside: Outside, clock: FrozenClock
) -> None:
    await stage.deliver(event(stage.api.url))
    stage.api.answers += [
        web.json_response({"token": "ghs_secret", "expires_at": "2024-05-20T06:52:00Z"}, status=201),
        web.Response(status=502),
    ]
    with pytest.raises(DoorAway):
        await stage.worker.run()
    await stop_the_line(outside, "web-1")
    clock.forward(seconds=30)
    assert await stage.worker.run() == 1
    assert [review["state"] for review in stage.reviews] == ["approved", "rejected"], "never yesterday's answer"


async def test_redirects_and_refusals_end_without_a_token_elsewhere(stage: Stage, outside: Outside) -> None:
    async with Service(lambda *_: web.Response(status=204)).running() as elsewhere:
        await stage.deliver(event(stage.api.url))
        token = web.json_response({"token": "ghs_secret", "expires_at": "2024-05-20T06:52:00Z"}, status=201)
        stage.api.answers += [token, web.Response(status=307, headers={"Location": elsewhere.url})]
        assert await stage.worker.run() == 1
        assert not elsewhere.heard
    await stage.deliver(event(stage.api.url, sha="2"))
    stage.api.answers.append(web.json_response({"message": "Not Found"}, status=404))
    assert await stage.worker.run() == 1


async def test_drift_is_seen(stage: Stage, clock: FrozenClock) -> None:
    async with aiohttp.ClientSession() as session:
        api = GitHubApi(stage.app, session, clock)
        token = web.json_response({"token": "t", "expires_at": "2024-05-20T06:52:00Z"}, status=201)
        rule = {"id": 3, "enabled": True, "app": {"id": 1234, "slug": "stopline"}}
        for bypass, rules, found in (
            (False, [rule], []),
            (True, [rule], ["admins_bypass"]),
            (None, [{**rule, "enabled": False}], ["admins_bypass", "rule_missing"]),
            (False, [{**rule, "app": {"id": 99}}], ["rule_missing"]),
        ):
            first = not stage.api.heard
            stage.api.answers += [web.json_response({"id": 789, "app_id": 1234}), *([token] if first else [])]
            shown = {"name": "production", "can_admins_bypass": bypass}
            stage.api.answers += [
                web.json_response(shown),
                web.json_response({"total_count": 1, "custom_deployment_protection_rules": rules}),
            ]
            ask = partial(api.drift, repository="example/relay", environment="a b/c")
            assert list(await ask()) == found
        assert stage.api.heard[-1][1].startswith("/repos/example/relay/environments/a%20b%2Fc/")
        stage.api.answers.append(web.Response(status=403))
        with pytest.raises(DoorRefused):
            await ask()


async def test_without_the_database_the_delivery_is_not_taken(stage: Stage, outside: Outside) -> None:
    class Gone:
        def write(self, *, urgent: bool = False) -> Any:
            raise StoreUnavailable("gone")

        read = write

    away: Any = replace(outside, store=Gone())
    async with opened(partial(_add, stage.app), Entrance(away)) as knock:
        raw = json.dumps(event(stage.api.url)).encode()
        headers = {"X-GitHub-Event": "deployment_protection_rule", "X-Hub-Signature-256": signature(raw)}
        assert await knock("/v1/github", raw, headers) == 503


@pytest.mark.parametrize(
    ("words", "incident"),
    [
        ("fix/INC-7", 7), ("refs/heads/fix/inc-12-relay", 12), ("deploy fix-for: INC-3 now", 3), ("fix-for INC-4", 4),
        ("hotfix/INC-7", None), ("fix/INC-0", None), ("INC-7", None), ("prefix-for: INC-7", None), ("", None),
    ],
)  # fmt: skip
def test_words_say_whose_fix_it_is(words: str, incident: int | None) -> None:
    assert fix_in(words) == incident


async def test_no_mutation_of_an_event_breaks_the_door_or_gets_leave(
    stage: Stage, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    """3,000 broken events and signatures against frozen servers: never a 5xx, never a traceback, never an approval."""
    await stop_the_line(outside, "web-1", "web-2")
    dice = random.Random(20261122)
    statuses: dict[int, int] = {}
    for _ in range(1_500):
        body = mutate(event(stage.api.url), dice)
        raw = json.dumps(body).encode()
        known = signature(raw)
        spoiled = known[: dice.randrange(8, 70)] + dice.choice(["", "0", "g", "é"])
        for given in (known, spoiled):
            status = await stage.deliver(raw, **{"X-Hub-Signature-256": given})
            assert status in (200, 202, 400, 401, 429), (status, body)
            assert status in (401, 429) or given == known
            statuses[status] = statuses.get(status, 0) + 1
    assert statuses[200] + statuses[202] > 300 and statuses[400] > 300, statuses
    assert statuses[401] + statuses.get(429, 0) == 1_500, "who guesses signatures is slowed down"
    while await stage.worker.run():
        pass
    assert {review.get("state") for review in stage.reviews} == {"rejected"}
    assert not await audit(outside, Act.PERMIT_GRANTED)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_the_operators_language_is_spoken() -> None:
    from bot.i18n.texts import Texts

    assert "허가" in Texts(Policy(language="ko").language).plain("doors.approved", decision="D-1")
