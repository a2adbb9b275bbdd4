"""What fails for one fails for nobody else: managers, announcements, threads, deletions."""

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.domain.draft import DraftKind
from bot.domain.ids import IncidentId, SlackUserId
from bot.domain.job import Job, JobKind
from bot.sandbox.faults import Swallowed
from bot.use_cases.draft import make_draft
from handlers.jobs.buried import tell_of_buried
from tests.journeys.conftest import SetUp
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, Stage, shown


async def test_one_wrong_manager_keeps_no_draft_from_the_others(set_up_stage: SetUp) -> None:
    async with set_up_stage(managers=(SlackUserId("U0WRONG"), SlackUserId(HANA))) as stage:
        stage.expected |= {"user_not_found", "users_not_found", "dead job send", "given up"}
        channel = await stage.declare(MINJI, "sev2 checkout errors")
        await stage.person(DOYUN).say(channel, "원인은 14:48 배포의 커넥션 풀 설정입니다")
        await stage.settled()
        offline = OfflineModel()
        await make_draft(
            stage.product.desk.outside,
            offline,
            offline,
            by=SlackUserId(MINJI),
            incident_id=IncidentId(1),
            kind=DraftKind.POSTMORTEM,
        )
        await stage.settled()
        drafts = [m for m in stage.direct(HANA) if "장애 보고서 초안" in shown(m)]
        assert len(drafts) == 1


async def test_an_answer_in_a_thread_is_posted_once(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 checkout errors")
    asked = await stage.person(ALEX).say(stage.ops, f"<@{stage.app.bot_user}> checkout errors?")
    stage.expected |= {"chat.postMessage"}
    stage.server.faults.on("chat.postMessage", Swallowed())
    await stage.settled()
    answers = [m for m in stage.person(ALEX).replies(stage.ops, asked["ts"]) if m.get("bot_id")]
    assert len(answers) == 1 and stage.calls("conversations.replies"), "the first try was found again"


async def test_a_deleted_parent_is_a_deleted_message(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 checkout errors")
    minji = stage.person(MINJI)
    parent = await minji.say(channel, "a word too much")
    await minji.say(channel, "a reply", thread_ts=parent["ts"])
    await stage.settled()
    await minji.delete(channel, parent["ts"])
    await stage.settled()
    async with stage.product.database.read() as tx:
        kept = {m.ts: m for m in await tx.messages.of_channel(channel)}  # type: ignore[arg-type]
    assert kept[parent["ts"]].deleted and not kept[parent["ts"]].text


async def test_a_wrong_announcement_channel_fails_no_opening(set_up_stage: SetUp) -> None:
    async with set_up_stage(announce_channel="#nowhere") as stage:
        stage.expected |= {"channel_not_found"}
        channel = await stage.declare(MINJI, "sev2 checkout errors")
        assert "#nowhere 채널에 이 장애를 알리지 못했습니다(channel_not_found)" in "\n".join(stage.said(channel))
        assert not stage.direct(MINJI), "the opening itself went well"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("ChatPermanent: not_in_channel", "This did not work: handling what you sent (-). The reason: not_in_channel"),
        (
            "ChatTransient: TimeoutError: no answer",
            "Something did not work even after several tries: handling what you sent (-). The error was: no answer",
        ),
    ],
)
async def test_whoever_sent_an_event_is_told_of_its_end_in_plain_words(stage: Stage, error: str, said: str) -> None:
    stage.expected |= {"given up"}
    job = Job("d1", "d", JobKind.SLACK_DELIVERY, {"event": {"type": "app_mention", "user": ALEX}}, 8, {})
    await tell_of_buried(stage.product.desk, job, error)
    assert said in shown(stage.direct(ALEX)[-1])


async def test_where_nobody_can_be_told_nothing_is_raised(stage: Stage) -> None:
    stage.expected |= {"given up", "nobody could be told", "user_not_found"}
    job = Job("d1", "d", JobKind.SLACK_DELIVERY, {"event": {"user": "U0NOBODY"}}, 8, {})
    await tell_of_buried(stage.product.desk, job, "ChatPermanent: not_in_channel")
