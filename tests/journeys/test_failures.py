"""What fails for one fails for nobody else: managers, announcements, threads, deletions."""

from bot.adapters.offline_model import OfflineModel
from bot.domain.draft import DraftKind
from bot.domain.ids import IncidentId, SlackUserId
from bot.sandbox.faults import Swallowed
from bot.use_cases.draft import make_draft
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
