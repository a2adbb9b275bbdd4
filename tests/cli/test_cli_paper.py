"""`stopline draft`: the paper as Markdown, JSON or PDF, on the operator's terminal."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.adapters.paper_json import Paper
from bot.cli import main
from bot.domain.draft import DraftKind, DraftState
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Status
from bot.domain.message import Message
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from bot.use_cases.draft import decide_draft, make_draft
from bot.use_cases.follow_up import add_follow_ups
from bot.use_cases.incident import set_status
from bot.use_cases.timeline import keep_messages
from bot.use_cases.transcript import TEAM_URL
from storage.database import Database
from tests.acts import ANN, BEN, stop_the_line
from tests.clocks import START, FrozenClock
from tests.databases import run

SAID = {
    "ko": (
        "결제가 안 됩니다. 14:52부터 사용자 80%가 메시지를 보내지 못하고 있습니다",
        "원인은 부하 분산 설정 변경이었습니다 <https://evil.example|여기>",
        "lb-07을 롤백해서 복구했습니다 | 표 | 깨짐",
        "재발 방지: 배포 전에 운영과 같은 환경에서 시험하겠습니다",
    ),
    "en": (
        "80% of users cannot send messages since 14:52",
        "The root cause was the load balancing change on lb-07",
        "Rolling lb-07 back fixed it",
        "Action item: test in an environment like production before a change",
    ),
}


@pytest.fixture(params=["en", "ko"])
def told(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An incident in this language, mitigated and told about."""
    language: str = request.param
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOPLINE_TIMEZONE", "Asia/Seoul")
    shutil.copy(sqlite_template, tmp_path / "stopline.db")
    run(lambda: _happened(language))
    return language


async def _happened(language: str) -> None:
    database, clock = Database("sqlite:///stopline.db"), FrozenClock()
    outside = Outside(database, clock, Policy(managers=(ANN,)))
    async with database.write() as tx:
        await tx.facts.put(TEAM_URL, "https://haneul.slack.com/")
        for who, name in ((ANN, "김민지"), (BEN, "이도윤")):
            await tx.people.save(Person(who, name, "ko-KR", "Asia/Seoul"))
    one = (await stop_the_line(outside, "lb-07", title="메시지 전송 실패 *급함*", language=language)).incident
    async with database.write() as tx:
        locked = await tx.incidents.lock(one.id)
        assert locked
        await tx.incidents.save(replace(locked, channel=ChannelId("C0INC")))
    for n, text in enumerate(SAID[language]):
        ts = MessageTs(f"{START.timestamp() + 60 * n:.6f}")
        await keep_messages(outside, [Message(ChannelId("C0INC"), ts, "", SlackUserId(BEN if n else ANN), text)])
    clock.forward(minutes=6)
    await set_status(outside, by=ANN, incident_id=one.id, to=Status.MITIGATED)
    due = (START + timedelta(days=14)).date()
    await add_follow_ups(outside, by=ANN, incident_id=one.id, items=[(SAID[language][3], BEN, due)])
    await database.close()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["draft", "INC-1", *arguments]) == 0
    return capsys.readouterr().out


def test_markdown(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    paper = printed(capsys)
    assert paper.startswith("# ") and ("Postmortem draft" in paper) == (told == "en")
    assert "\\*급함\\*" in paper and "2024-06-03" in paper and "이도윤" in paper and "lb-07" in paper
    assert "https://haneul.slack.com/archives/C0INC/p" in paper and "evil.example|" not in paper.replace("\\", "")
    cause = "## Root cause" if told == "en" else "## 근본 원인"
    assert cause in paper


def test_json_keeps_its_schema(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    paper = Paper.model_validate(json.loads(printed(capsys, "--format", "json")), strict=False)
    assert (paper.incident, paper.kind, paper.still_frozen) == ("INC-1", "postmortem", ["lb-07"])
    assert paper.durations["impact_duration"] == 360.0 and paper.durations["time_to_resolve"] is None
    known = {source.n for source in paper.sources}
    said = [sentence for heading in paper.headings for sentence in heading.sentences]
    assert said and all(sentence.sources and set(sentence.sources) <= known for sentence in said)
    assert paper.follow_ups[0].owner == "이도윤" and len(paper.timeline) >= 3


def test_pdf(told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "--format", "pdf", "-o", "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_nothing_is_kept_and_what_people_approved_is_what_leaves(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = json.loads(printed(capsys, "--format", "json"))
    assert (first["state"], first["version"]) == ("proposed", 0)

    async def approve() -> None:
        database = Database("sqlite:///stopline.db")
        outside, offline = Outside(database, FrozenClock(), Policy(managers=(ANN,))), OfflineModel()
        kind, one = DraftKind.POSTMORTEM, IncidentId(1)
        made = await make_draft(outside, offline, offline, by=ANN, incident_id=one, kind=kind)
        assert made.version == 1, "the terminal's draft was none of the versions"
        await decide_draft(outside, by=ANN, draft_id=made.id, state=DraftState.APPROVED)
        await make_draft(outside, offline, offline, by=ANN, incident_id=one, kind=kind)
        await database.close()

    run(approve)
    last = json.loads(printed(capsys, "--format", "json"))
    assert (last["state"], last["version"]) == ("approved", 1)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("INC-9",), "There is no incident INC-9"),
        (("seven",), "There is no incident seven"),
        (("INC-1", "--format", "pdf"), "-o report.pdf"),
        (("INC-1", "-o", "nowhere/paper.md"), "cannot be written"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    told: str, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert main(["draft", *arguments]) == 2
    told_so = capsys.readouterr().err
    assert says in told_so and "Traceback" not in told_so


def test_without_typst(told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    assert main(["draft", "INC-1", "--format", "pdf", "-o", "x.pdf"]) == 2
    assert "stopline[pdf]" in capsys.readouterr().err


def test_what_was_changed_since_says_so(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def changed() -> None:
        database = Database("sqlite:///stopline.db")
        outside, offline = Outside(database, FrozenClock(), Policy(managers=(ANN,))), OfflineModel()
        kind, one = DraftKind.POSTMORTEM, IncidentId(1)
        made = await make_draft(outside, offline, offline, by=ANN, incident_id=one, kind=kind)
        await decide_draft(outside, by=ANN, draft_id=made.id, state=DraftState.APPROVED)
        ts, version = MessageTs(f"{START.timestamp() + 60:.6f}"), f"{START.timestamp() + 600:.6f}"
        await keep_messages(outside, [Message(ChannelId("C0INC"), ts, version, BEN, "it was something else")])
        await database.close()

    run(changed)
    assert ("edited since" if told == "en" else "이후 수정됨") in printed(capsys)
