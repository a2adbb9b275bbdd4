"""A workspace whose operator keeps what people said for a month: the bot forgets it by itself, whatever Slack shows."""

from datetime import timedelta

from bot.domain.ids import ChannelId
from bot.use_cases.backfill import ask_of
from tests.journeys.conftest import SetUp
from tests.journeys.stage import DOYUN, MINJI, Stage
from tests.use_cases.test_retention_promises import found

SAID, LATER = "quaxom", "vexiplo"


async def chores(stage: Stage, *names: str) -> None:
    """Done once each, as the running bot would."""
    for chore in stage.product.chores():
        if chore.name in names:
            await chore.act()
    stage.product.worker.wake()
    await stage.settled()


async def test_a_month_after_its_end_what_was_said_is_gone_and_stays_gone(set_up_stage: SetUp) -> None:
    async with set_up_stage(retention=timedelta(days=30)) as stage:
        store = stage.product.database
        channel = await stage.declare(MINJI, "sev2 결제 오류")
        ts = (await stage.person(DOYUN).say(channel, f"원인은 {SAID} 설정입니다"))["ts"]
        await stage.person(MINJI).react(channel, ts, "pushpin")
        await stage.settled()
        assert SAID in await stage.command(MINJI, "/incident timeline", channel)
        await stage.command(MINJI, "/incident cancel 훈련이었음", channel)
        stage.clock.forward(days=31)
        await chores(stage, "retention", "old jobs")
        assert await found(store, [SAID, LATER]) == set()
        told = await stage.command(MINJI, "/incident timeline", channel)
        assert "보관 기간이 지나" in told and SAID not in told
        await stage.person(DOYUN).say(channel, f"{LATER}도 보세요")
        await ask_of(stage.product.desk.outside, ChannelId(channel))
        await chores(stage)
        stage.clock.forward(days=31)
        await chores(stage, "retention", "old jobs")
        assert await found(store, [SAID, LATER]) == set()
        assert SAID in str(stage.server.workspace.channels[channel].messages), "Slack itself still has it"
