"""What is promised of Korean names: nobody is said to have done what others did, and no noun is taken for a person."""

from datetime import UTC, datetime

import pytest

from bot.domain.citation import Reason, Section, Sentence, judge_sections
from bot.domain.korean_names import korean_names_in
from bot.domain.transcript import Line, LineKind

START = datetime(2024, 5, 20, 5, 52, tzinfo=UTC)


def refused(said: str, text: str, speaker: str = "박지영") -> Reason | None:
    """Why the sentence is not shown of this line, None when it is."""
    line = Line(1, LineKind.MESSAGE, START, speaker, said, "")
    _, dropped = judge_sections([Section("timeline", (Sentence(text, (1,)),))], [line])
    return dropped[0].reason if dropped else None


@pytest.mark.parametrize(
    "who",
    [
        *("김철수가", "이영희는", "박민수께서", "최은주가", "정다은이", "강도현이", "조민호는", "윤서연이", "장미라가"),
        *("임재민이", "한지수는", "오민석이", "서준호가", "신동현이", "권나은은", "황정은이", "안정민이", "송지훈이"),
        *("이상민이", "정상훈이", "남궁현이", "선우은지가", "제갈윤은", "이지은이가", "문재호에게", "이도훈 님께서"),
    ],
)
def test_somebody_of_whom_no_line_speaks_did_nothing(who: str) -> None:
    assert refused("web-3 재시작했습니다", f"{who} web-3 재시작했습니다.") is Reason.PERSON
    assert refused("web-3 재시작했습니다", f"web-3은 {who} 재시작했습니다.") is Reason.PERSON


def test_whoever_said_it_or_is_named_in_it_did_it() -> None:
    assert refused("web-3 재시작했습니다", "박지영이 web-3을 재시작했다.") is None
    assert refused("김철수님이 web-3 재시작했습니다", "김철수가 web-3을 재시작했다.") is None


@pytest.mark.parametrize(
    "words",
    [
        "이상이 감지되어 조치가 필요했고 장애가 배포가 끝난 뒤 서버가 전체가 정상이 되었다",
        "이용자가 늘어 주문수가 급증했고 전용선이 끊겨 이중화가 동작하지 않았다",
        "정상화가 늦어져 이동통신이 끊기고 고객수는 줄었으며 오류율은 올랐다",
        "이미지가 깨지고 이메일이 늦고 이벤트가 쌓이고 인증서가 만료되었다",
        "서비스가 멈추고 데이터가 밀리고 조회수는 줄고 전송량은 늘었다",
        "한동안은 괜찮았고 이정도는 견뎠지만 최소한은 아니었다",
        "정지하는 서버와 유지하는 서버, 이동하는 트래픽, 주도하는 팀",
        "원인인가 싶었던 설정인가 하는 물음은 조사하는 동안 풀렸다",
        "공유기가 고장나고 전화기가 울리고 전원선이 빠지고 정보원이 없었다",
        "담당자는 문의가 이유는 주기는 기준은 현재는 이전에는 이후에는 우선은 오전에는",
        "안정성이 낮고 유효성은 없고 신뢰도가 떨어지고 한도가 찼다",
        "고객사가 문의하고 개발팀이 확인하고 운영팀이 승인하고 관제실이 알렸다",
        "네트워크가 느리고 라우터가 죽고 스위치가 바뀌고 방화벽이 막았다",
        "공무원이 신기록은 주소록이 지하철이 하수도가 현대인은 이동식이",
    ],
)
def test_a_noun_is_nobody(words: str) -> None:
    assert korean_names_in(words) == []
