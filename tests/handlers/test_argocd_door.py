"""What is promised of Argo CD: a deny window while servers are held, nobody else's touched, and drift is seen."""

import copy
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web

from bot.adapters.argocd_api import ArgoApi
from bot.adapters.kubernetes_api import KubernetesApi, drift_of
from bot.domain.door import ArgoProject, ArgoServer, Cluster
from bot.ports.doors import DoorAway, DoorRefused
from bot.ports.outside import Outside, Policy
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.windows import Reconciled, reconcile_windows, wanted_window
from tests.acts import ANN, BEN, EVERYBODY, add_server, hold_on, stop_the_line
from tests.conftest import AddPeople
from tests.handlers.doors_stage import Service

FOREIGN = [
    {"kind": "allow", "schedule": "10 1 * * *", "duration": "1h", "applications": ["*-prod"], "manualSync": True},
    {"timeZone": "Asia/Seoul", "kind": "deny", "schedule": "0 22 * * *", "duration": "8h", "namespaces": ["default"],
     "andOperator": True, "description": "nights: 밤에는 배포하지 않음 (stopline: no)", "syncOverrun": True},
]  # fmt: skip
MESSAGING = ArgoProject("messaging", ("web-1", "service:nothing"), ("relay-*",))
GAMES = ArgoProject("games", ("web-2",))


@dataclass
class Argo:
    """An Argo CD server with two projects that really keeps versions and leaves out what is false."""

    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: int = 0
    meddle: int = 0
    forgets: str = ""

    def __post_init__(self) -> None:
        for name in ("messaging", "games"):
            spec = {"sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}]}
            spec["syncWindows"] = copy.deepcopy(FOREIGN)
            metadata = {
                "name": name,
                "namespace": "argocd",
                "resourceVersion": "1",
                "managedFields": [{"manager": "x"}],
            }
            self.projects[name] = {"metadata": metadata, "spec": spec, "status": {}}

    def __call__(self, request: web.Request, body: Any) -> web.Response:
        name = request.path.rpartition("/")[2]
        if request.headers.get("Authorization") != "Bearer argo-token":
            return web.json_response({"error": "permission denied", "code": 7}, status=403)
        found = self.projects.get(name)
        if found is None:
            return web.json_response({"error": "not found", "code": 5}, status=404)
        return self._put(found, body["project"]) if request.method == "PUT" else web.json_response(found)

    def _put(self, found: dict[str, Any], new: dict[str, Any]) -> web.Response:
        if self.meddle:
            self.meddle -= 1
            found["metadata"]["resourceVersion"] += "0"
        if new["metadata"]["resourceVersion"] != found["metadata"]["resourceVersion"]:
            said = 'Operation cannot be fulfilled on appprojects.argoproj.io "x": the object has been modified; please'
            code, status = (10, 409) if self.meddle % 2 else (9, 400)
            return web.json_response({"error": said, "code": code, "message": said}, status=status)
        self.writes += 1
        kept = copy.deepcopy(new)
        kept["metadata"]["resourceVersion"] = str(int(found["metadata"]["resourceVersion"]) + 1)
        for window in kept["spec"]["syncWindows"]:
            for gone in [key for key, value in window.items() if value is False or key == self.forgets]:
                del window[gone]
        found.clear()
        found.update(kept)
        return web.json_response(found)

    def windows(self, name: str = "messaging") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.projects[name]["spec"]["syncWindows"]
        return found

    def ours(self, name: str = "messaging") -> list[dict[str, Any]]:
        return [one for one in self.windows(name) if one.get("schedule") == "* * * * *"]


@dataclass
class Stage:
    argo: Argo
    service: Service
    api: ArgoApi
    outside: Outside

    async def run(self, outside: Outside | None = None) -> dict[str, Reconciled]:
        done = await reconcile_windows(outside or self.outside, self.api, [MESSAGING, GAMES], server=self.service.url)
        return {one.project: one for one in done}


@pytest.fixture
async def stage(outside: Outside, add_people: AddPeople) -> AsyncIterator[Stage]:
    await add_people(*EVERYBODY)
    await add_server(outside, "web-1", "web-2")
    argo = Argo()
    async with Service(argo).running() as service, aiohttp.ClientSession() as session:
        server = ArgoServer(service.url, "argo-token", (MESSAGING, GAMES))
        yield Stage(argo, service, ArgoApi(server, session), outside)


async def _thaw(outside: Outside, server: str) -> None:
    hold = await hold_on(outside, server)
    await claim_fix(outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(outside, by=BEN, hold_id=hold.id)


async def test_while_nothing_is_held_nothing_is_written(stage: Stage) -> None:
    done = await stage.run()
    assert done == {
        "messaging": Reconciled("messaging", unknown=("service:nothing",)),
        "games": Reconciled("games"),
    }
    assert stage.argo.writes == 0


async def test_a_freeze_writes_one_deny_window_in_its_project_and_the_thaw_takes_it_away(stage: Stage) -> None:
    made = await stop_the_line(stage.outside, "web-1")
    before = copy.deepcopy(stage.argo.projects)
    done = await stage.run()
    assert done["messaging"].written and done["messaging"].held and not done["messaging"].drifted
    assert stage.argo.ours() == [
        {
            "kind": "deny",
            "schedule": "* * * * *",
            "duration": "1h",
            "applications": ["relay-*"],
            "timeZone": "UTC",
            "description": f"stopline: INC-{made.incident.id}",
        }
    ]
    assert stage.argo.projects["games"] == before["games"]
    assert not (await stage.run())["messaging"].written and stage.argo.writes == 1
    await _thaw(stage.outside, "web-1")
    done = await stage.run()
    assert done["messaging"].written and not done["messaging"].held and not done["messaging"].drifted
    assert not stage.argo.ours()
    await stage.run()
    assert stage.argo.writes == 2


async def test_what_is_not_ours_goes_back_byte_for_byte(stage: Stage) -> None:
    before = copy.deepcopy(stage.argo.projects["messaging"])
    await stop_the_line(stage.outside, "web-1")
    await stage.run()
    sent = next(body for body in stage.service.told("PUT"))["project"]
    assert json.dumps(sent["spec"]["syncWindows"][:2]) == json.dumps(FOREIGN)
    sent["spec"]["syncWindows"] = before["spec"]["syncWindows"]
    assert json.dumps(sent) == json.dumps(before)


async def test_a_second_incident_is_named_and_each_thaw_takes_its_own_name_away(stage: Stage) -> None:
    first = await stop_the_line(stage.outside, "web-1")
    second = await stop_the_line(stage.outside, "web-1", title="and now the disk")
    await stage.run()
    labels = [f"INC-{one.incident.id}" for one in (first, second)]
    assert stage.argo.ours()[0]["description"] == f"stopline: {', '.join(labels)}"
    hold = await hold_on(stage.outside, "web-1", first.incident.id)
    await claim_fix(stage.outside, by=ANN, hold_id=hold.id, evidence="rebooted")
    await verify_server(stage.outside, by=BEN, hold_id=hold.id)
    await stage.run()
    assert [one["description"] for one in stage.argo.ours()] == [f"stopline: {labels[1]}"]


@pytest.mark.parametrize("how", ["removed", "shortened", "manual", "doubled"])
async def test_a_window_that_somebody_meddled_with_is_put_back_and_told(stage: Stage, how: str) -> None:
    await stop_the_line(stage.outside, "web-1")
    await stage.run()
    expected = copy.deepcopy(stage.argo.ours())
    ours = stage.argo.ours()[0]
    match how:
        case "removed":
            stage.argo.windows().remove(ours)
        case "shortened":
            ours["duration"] = "1m"
        case "manual":
            ours["manualSync"] = True
        case "doubled":
            stage.argo.windows().append(copy.deepcopy(ours))
    done = await stage.run()
    assert done["messaging"].drifted and done["messaging"].written
    assert stage.argo.ours() == expected and stage.argo.windows()[:2] == [
        {key: value for key, value in one.items() if value is not False} for one in FOREIGN
    ]
    assert not (await stage.run())["messaging"].drifted


async def test_who_writes_at_the_same_moment_is_not_overwritten(stage: Stage) -> None:
    await stop_the_line(stage.outside, "web-1")
    stage.argo.meddle = 2
    assert (await stage.run())["messaging"].written and stage.argo.writes == 1 and len(stage.argo.ours()) == 1
    await _thaw(stage.outside, "web-1")
    stage.argo.meddle = 99
    done = await stage.run()
    assert done["messaging"].trouble.startswith("ProjectChanged") and stage.argo.ours(), "and tried again later"
    stage.argo.meddle = 0
    assert (await stage.run())["messaging"].written and not stage.argo.ours()


async def test_trouble_with_one_project_is_told_and_does_not_stop_the_others(stage: Stage) -> None:
    await stop_the_line(stage.outside, "web-1", "web-2")
    del stage.argo.projects["messaging"]
    done = await stage.run()
    assert done["messaging"].trouble == "DoorStatus: HTTP 404" and done["messaging"].held
    assert done["games"].written and stage.argo.ours("games")
    stage.service.answers += [web.Response(status=503), web.Response(status=302, headers={"Location": "/"})]
    done = await stage.run()
    assert done["messaging"].trouble.startswith("DoorAway") and done["games"].trouble == "DoorStatus: HTTP 302"


async def test_an_argo_cd_that_forgets_descriptions_is_left_as_it_was(stage: Stage) -> None:
    for window in stage.argo.windows():
        window.pop("description", None)
    before = [{k: v for k, v in one.items() if v is not False} for one in stage.argo.windows()]
    stage.argo.forgets = "description"
    await stop_the_line(stage.outside, "web-1")
    done = await stage.run()
    assert "did not keep" in done["messaging"].trouble and stage.argo.windows() == before


async def test_a_shadow_freeze_writes_no_window(stage: Stage) -> None:
    await stop_the_line(stage.outside, "web-1")
    await stage.run(replace(stage.outside, policy=Policy(shadow=True)))
    assert stage.argo.writes == 0


async def test_what_is_no_project_is_not_written(stage: Stage) -> None:
    await stop_the_line(stage.outside, "web-1")
    odd: list[Any] = [
        [],
        {},
        {"metadata": {}, "spec": {}},
        {"metadata": {"resourceVersion": "1"}, "spec": {"syncWindows": "x"}},
    ]
    for one in odd:
        stage.service.answers = [web.json_response(one)]
        assert (await stage.run())["messaging"].trouble.startswith("DoorRefused")


def test_a_description_is_never_longer_than_argo_cd_takes() -> None:
    window = wanted_window(MESSAGING, [f"INC-{number}" for number in range(1_000, 1_100)])
    assert window and len(window["description"]) == 255 and window["manualSync"] is False


# ---------------------------------------------------------------- the Kubernetes door watches itself

SEOUL = Cluster(
    "seoul-1", "THE-SECRET", {"messaging": ("web-1",)}, nodes=True, api_token="k8s-token", webhook="stopline"
)
EXAMPLE = Path(__file__).parents[2] / "bot/assets/doors/kubernetes/validating-webhook.yaml"


def example() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return found


def test_our_example_is_what_the_watch_wants_to_see() -> None:
    assert drift_of(example(), SEOUL) == []
    assert drift_of(None, SEOUL) == ["missing"] == drift_of({"webhooks": "x"}, SEOUL)
    assert drift_of(example(), replace(SEOUL, secret="another")) == ["missing"]
    open_one, labelled, thin = example(), example(), example()
    open_one["webhooks"][0]["failurePolicy"] = "Ignore"
    labelled["webhooks"][1]["objectSelector"] = {"matchLabels": {"gate": "on"}}
    thin["webhooks"].pop()
    assert drift_of(open_one, SEOUL) == ["not_closed"]
    assert drift_of(labelled, SEOUL) == ["label_escape"]
    assert drift_of(thin, SEOUL) == ["rule_missing"] and drift_of(thin, replace(SEOUL, nodes=False)) == []


async def test_the_configuration_is_read_where_kubernetes_keeps_it() -> None:
    async with (
        Service(lambda *_: web.json_response(example())).running() as service,
        aiohttp.ClientSession() as session,
    ):
        api = KubernetesApi(replace(SEOUL, api_url=service.url), session)
        assert list(await api.drift()) == []
        method, path, headers, _ = service.heard[0]
        assert headers["Authorization"] == "Bearer k8s-token" and (method, path) == (
            "GET",
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/stopline",
        )
        service.answers = [web.json_response({"kind": "Status", "code": 404}, status=404)]
        assert list(await api.drift()) == ["missing"]
        service.answers = [web.Response(status=403), web.Response(status=500)]
        with pytest.raises(DoorRefused):
            await api.drift()
        with pytest.raises(DoorAway):
            await api.drift()
