"""What people read they may type, and a number means what its letters say."""

import pytest

from tests.journeys.stage import ALEX, MINJI, Stage


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("/incident 상태 영향 해소", "영향 해소"),
        ("/incident 상태 원인 파악", "원인 파악"),
        ("/incident 시각 대응시작 14:50", "대응 시작"),
        ("/incident 시각 장애 시작 14:40", "장애 시작"),
        ("/incident 역할 장애 지휘자 <@U02DOYUN>", "장애 지휘자"),
    ],
)
async def test_the_words_on_the_card(stage: Stage, line: str, wanted: str) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    assert wanted in await stage.command(MINJI, line, channel)
    assert "쓸 수" not in "".join(stage.said(channel))


async def test_a_number_means_its_own_kind(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    await stage.command(ALEX, "/change request tidy up on web-3")
    await stage.submit(ALEX, {"rollback": "nothing to go back"})
    assert "There is no change INC-1" in await stage.command(ALEX, "/change start INC-1")
    assert "“CHG-1” is no incident's number" in await stage.command(ALEX, "/incident show CHG-1", channel)
    assert "“foo”은(는) 장애 번호가 아닙니다" in await stage.command(MINJI, "/incident show foo", channel)
    assert "There is no INC-9999999999" in await stage.command(ALEX, "/incident show INC-9999999999")
    assert "There is no INC-9999999999" in await stage.command(ALEX, "/incident note INC-9999999999 words")
