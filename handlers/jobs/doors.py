"""Answers at the doors of GitHub, HCP Terraform and Azure DevOps: each asks the gate and tells the service.

The gate is asked anew at every try, never from a noted answer: an approval that could not be delivered in time may be
worth nothing by then. A fix that waits for its incident is asked for again every minute, in a job of its own each time.
What the service will not take (the run was cancelled meanwhile) ends the job with a line in the log: nobody waits.
"""

import base64
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.door import AzureCheck, Door, GitHubApp, TerraformTasks
from bot.domain.errors import PermitStale, Refused
from bot.domain.job import JobKind
from bot.domain.permit import PermitState
from bot.domain.shortening import shorten
from bot.i18n.texts import Texts
from bot.jobs.worker import Run
from bot.ports.doors import Callbacks, DoorRefused, GitHub, Seal
from bot.ports.storage import NewJob
from bot.use_cases.gate import Ask, Shot
from bot.use_cases.permit import finish_permit, start_permit
from handlers.http.entrance import Entrance
from handlers.http.gate_answers import Speaker
from handlers.http.github import environment_of
from handlers.http.machine_words import fix_in, printable
from handlers.http.said import Said, ask_gate

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
"""Between two questions for a fix that waits."""
GITHUB_COMMENT = 1_024
"""Characters (docs.github.com, "Creating custom deployment protection rules")."""
GITHUB_EVERY = 4
"""Progress comments: every so many rounds, 8 in all. GitHub takes 10 (the same page)."""
GITHUB_PATIENCE = timedelta(minutes=30)
TERRAFORM_MESSAGE = 1_000
"""Characters; the integration's page names no limit."""
TERRAFORM_PATIENCE = timedelta(minutes=58)
"""A task ends after 60 minutes, and after 10 without progress
(developer.hashicorp.com, run tasks integration API, "Run Task Callback")."""
TERRAFORM_EVERY = 3
AZURE_PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class DoorDesk:
    """What answering needs; a door that is not configured is None, and its old jobs end with a line in the log."""

    entrance: Entrance
    callbacks: Callbacks
    github: GitHubApp | None = None
    github_api: GitHub | None = None
    terraform: TerraformTasks | None = None
    terraform_seal: Seal | None = None
    azure: AzureCheck | None = None
    azure_seal: Seal | None = None

    @property
    def texts(self) -> Texts:
        """Nobody says which language the reader has: the operator's."""
        policy = self.entrance.outside.policy
        return Texts(policy.language, policy.zone)


async def answer_github(desk: DoorDesk, run: Run) -> None:
    """Approves or rejects a waiting deployment. An approval is no start: the permit is still to be started."""
    if desk.github is None or desk.github_api is None:
        return _not_configured(run)
    said = await _ask_for_github(desk, desk.github, run.payload)
    waits = _still_waits(desk, run, said, GITHUB_PATIENCE)
    if not waits or run.payload["round"] % GITHUB_EVERY == 0:
        state = "" if waits else "approved" if said.allowed else "rejected"
        comment = shorten(_words(desk, said, waits=waits, yes="approved"), GITHUB_COMMENT)
        await _told(run, _review(desk.github_api, run.payload, state, comment))
    if waits:
        await _later(desk, run, JobKind.ANSWER_GITHUB)


def _review(api: GitHub, payload: Mapping[str, Any], state: str, comment: str) -> Awaitable[None]:
    return api.review(
        repository=payload["repository"],
        run_id=payload["run_id"],
        installation_id=payload["installation_id"],
        environment=payload["environment"],
        state=state,
        comment=comment,
    )


async def _ask_for_github(desk: DoorDesk, github: GitHubApp, asked: Mapping[str, Any]) -> Said:
    found = environment_of(github, asked["repository_id"], asked["environment"])
    place = f"{asked['repository']} {asked['environment']}"
    purpose = printable(f"{place} run {asked['run_id']} {asked['ref']} @{asked['sender']}", 500)
    return await _ask(
        desk,
        place,
        Ask(
            caller=f"github:{asked['repository_id']}",
            key=asked["delivery"],
            servers=found.servers if found else (),
            purpose=purpose,
            door=Door.GITHUB,
            fix_for=fix_in(asked["ref"]),
        ),
    )


async def answer_terraform(desk: DoorDesk, run: Run) -> None:
    """Passes or fails a run task; before the apply it is leave and start in one, after it the end is noted."""
    if desk.terraform is None or desk.terraform_seal is None:
        return _not_configured(run)
    judged = run.payload["stage"] == "pre_apply" and not run.payload["speculative"]
    said = await _ask_for_terraform(desk, desk.terraform, run.payload) if judged else None
    waits = said is not None and _still_waits(desk, run, said, TERRAFORM_PATIENCE)
    if said is None:
        status, words = "passed", await _not_judged(desk, run.payload)
    else:
        status = "running" if waits else "passed" if said.allowed else "failed"
        words = _words(desk, said, waits=waits, yes="started")
    if not waits or run.payload["round"] % TERRAFORM_EVERY == 0:
        await _told(run, _task_result(desk, desk.terraform, desk.terraform_seal, run, status, words))
    if waits:
        await _later(desk, run, JobKind.ANSWER_TERRAFORM)


async def _task_result(desk: DoorDesk, tasks: TerraformTasks, seal: Seal, run: Run, status: str, words: str) -> None:
    attributes = {"status": status, "message": shorten(words, TERRAFORM_MESSAGE)}
    token = seal.open(run.payload["token"])
    await desk.callbacks.send(
        "PATCH",
        run.payload["callback"],
        hosts=tasks.hosts,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/vnd.api+json"},
        body={"data": {"type": "task-results", "attributes": attributes}},
    )


async def _ask_for_terraform(desk: DoorDesk, tasks: TerraformTasks, asked: Mapping[str, Any]) -> Said:
    place = asked["workspace"]
    ask = Ask(
        caller=_terraform_caller(asked),
        key=asked["run_id"],
        servers=tasks.workspaces.get(place, ()),
        purpose=printable(f"{place} {asked['run_id']} {asked['message']} @{asked['who']}", 500),
        door=Door.TERRAFORM,
        fix_for=fix_in(asked["message"]),
        shot=Shot.START,
    )
    said = await _ask(desk, place, ask)
    if ask.fix_for is not None and said.allowed:
        return await _start_fix(desk, ask, said)
    return said


async def _start_fix(desk: DoorDesk, ask: Ask, said: Said) -> Said:
    """A fix that was agreed to still has to start; one that started before runs."""
    permit = said.answer.permit if said.answer else None
    if permit is None or permit.state is PermitState.STARTED:
        return said
    try:
        await start_permit(desk.entrance.outside, caller=ask.caller, permit_id=permit.id)
    except Refused as refused:
        return Said(allowed=False, reason=Speaker(desk.texts).why(refused))
    return said


def _terraform_caller(asked: Mapping[str, Any]) -> str:
    return f"terraform:{asked['workspace_id']}"


async def _not_judged(desk: DoorDesk, asked: Mapping[str, Any]) -> str:
    """What a stage is told that changes nothing; after the apply the run's permit ends, where one runs."""
    if asked["stage"] != "post_apply":
        return desk.texts.plain("doors.not_judged")
    outside, caller = desk.entrance.outside, _terraform_caller(asked)
    async with outside.store.read() as tx:
        permit = await tx.permits.by_key(caller, asked["run_id"])
    if permit is not None:
        try:
            await finish_permit(outside, caller=caller, permit_id=permit.id, outcome="applied")
        except PermitStale:
            log.info("no permit to end", extra={"permit": permit.id})
    return desk.texts.plain("doors.ended")


async def answer_azure(desk: DoorDesk, run: Run) -> None:
    """Succeeds or fails a check. Its leave is no start: the stage's first step asks again."""
    if desk.azure is None or desk.azure_seal is None:
        return _not_configured(run)
    said = await _ask_for_azure(desk, desk.azure, run.payload)
    if _still_waits(desk, run, said, AZURE_PATIENCE):
        await _later(desk, run, JobKind.ANSWER_AZURE)
        return
    log.info("azure check", extra={"job": run.job.id, "allowed": said.allowed, "decision": said.decision_id})
    await _told(run, _task_completed(desk, desk.azure, desk.azure_seal, run.payload, said))


async def _task_completed(desk: DoorDesk, check: AzureCheck, seal: Seal, asked: Mapping[str, Any], said: Said) -> None:
    """learn.microsoft.com/en-us/azure/devops/pipelines/process/invoke-checks, "Send a decision back"; a job's token is
    the password of nobody (Basic).
    """
    basic = base64.b64encode(f":{seal.open(asked['token'])}".encode()).decode()
    await desk.callbacks.send(
        "POST",
        asked["callback"],
        hosts=check.hosts,
        headers={"Authorization": f"Basic {basic}", "Content-Type": "application/json"},
        body={
            "name": "TaskCompleted",
            "taskId": asked["task_id"],
            "jobId": asked["job_id"],
            "result": "succeeded" if said.allowed else "failed",
        },
    )


async def _ask_for_azure(desk: DoorDesk, check: AzureCheck, asked: Mapping[str, Any]) -> Said:
    place = asked["project"] or asked["project_id"]
    servers = check.projects.get(asked["project_id"], ()) or check.projects.get(asked["project"], ())
    return await _ask(
        desk,
        place,
        Ask(
            caller=f"azure:{asked['project_id']}",
            key=asked["check"],
            servers=servers,
            purpose=printable(f"{place} {asked['what']}", 500),
            door=Door.AZURE,
            fix_for=fix_in(asked["branch"]),
        ),
    )


async def _ask(desk: DoorDesk, place: str, ask: Ask) -> Said:
    if not ask.servers:
        return Said(allowed=False, reason=desk.texts.plain("doors.not_mapped", place=printable(place, 200)))
    return await ask_gate(desk.entrance, Speaker(desk.texts), ask)


def _words(desk: DoorDesk, said: Said, *, waits: bool, yes: str) -> str:
    """The gate's reason; with a yes what it means here, without one after the wait that it is over."""
    if said.allowed:
        lines = [desk.texts.plain(f"doors.{yes}", decision=said.decision_id), said.reason]
    elif said.waiting and not waits:
        lines = [said.reason, desk.texts.plain("doors.waited_too_long")]
    else:
        lines = [said.reason]
    return "\n".join(filter(None, lines))


def _still_waits(desk: DoorDesk, run: Run, said: Said, patience: timedelta) -> bool:
    waited = desk.entrance.outside.clock.now() - datetime.fromisoformat(run.payload["asked_at"])
    return said.waiting and waited < patience


async def _later(desk: DoorDesk, run: Run, kind: JobKind) -> None:
    """The next round: the same id however often this run is repeated."""
    outside = desk.entrance.outside
    number = run.payload["round"] + 1
    name = run.job.id.rpartition(":")[0]
    payload = {**run.payload, "round": number}
    job = NewJob(f"{name}:{number}", run.job.key, kind, outside.clock.now() + PAUSE, payload)
    async with outside.store.write() as tx:
        await tx.jobs.put([job])


async def _told(run: Run, telling: Awaitable[None]) -> None:
    """Raises DoorAway: the worker tries again, from the question on."""
    try:
        await telling
    except DoorRefused as refused:
        log.warning("the service takes no answer", extra={"job": run.job.id, "why": str(refused)})


def _not_configured(run: Run) -> None:
    log.warning("the door of a waiting answer is not configured any more", extra={"job": run.job.id})
