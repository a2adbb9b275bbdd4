"""What is promised of lines that no phrase gives away: in the course of a channel each still finds its heading."""

from dataclasses import replace

import pytest

from bot.domain.extract import draft_sections
from bot.domain.parts_played import FEW, PARTS, odds_of
from bot.domain.transcript import Line, LineKind, number_lines
from tests.domain.test_extract import channel, cited

ENGLISH = channel(
    "support says nobody in Norway gets past the basket, 14 calls since nine",
    "looking at the basket service now",
    "pods are up, nothing in the error log",
    "could it be the payment provider again?",
    "their status is green and my test charge went through",
    "oh. I moved the price list to the new bucket this morning, PR 912, could be me",
    "yes, the new bucket has no norwegian file, so every lookup ends in a 404 and the basket gives up",
    "can we copy the file over?",
    "lets point it at the old bucket again, copying takes an hour",
    "ok go",
    "restarted the basket first, same thing",
    "old bucket is back in, orders from Oslo are coming through",
    "about 310 orders never placed between 08:50 and 09:41",
    "I'll write a check that counts the files before we switch, by thursday",
    "thanks everybody, closing",
)
KOREAN = channel(
    "CS에서 연락왔는데 앱에서 영수증이 안 보인다고 합니다. 9시부터 30건 정도",
    "보고 있습니다",
    "api는 정상이고 로그에 특이사항 없네요",
    "혹시 어제 디비 작업 때문일까요?",
    "디비는 아니네요 느린 쿼리도 없어요",
    "앗 오늘 아침에 제가 파일 서버 주소 새 걸로 바꿔서 나갔습니다",
    "새 주소 쪽에 1월 폴더가 없어서 영수증 찾을 때마다 404 떨어지고 화면이 비는 거네요",
    "폴더를 복사하면 얼마나 걸려요?",
    "복사는 두 시간 걸리니까 주소부터 예전 걸로 되돌리시죠",
    "네 그렇게 하시죠",
    "앱 서버 재시작 먼저 해봤는데 똑같아요",
    "주소 되돌렸고 영수증 다시 보입니다",
    "09:00~09:47 영수증 조회 실패 2,140건, 고객 1,180명",
    "파일 개수 비교하는 점검은 제가 목요일까지 만들어둘게요",
    "다들 고생하셨습니다",
)
PLACES = {"detection": 1, "trigger": 6, "root_cause": 7, "helped": 12, "hindered": 11, "decisions": 9, "follow_ups": 14}


@pytest.mark.parametrize("heading", PLACES)
@pytest.mark.parametrize("lines", [KOREAN, ENGLISH], ids=["ko", "en"])
def test_each_part_is_found_in_words_that_no_list_has(lines: tuple[Line, ...], heading: str) -> None:
    assert PLACES[heading] in cited(draft_sections("postmortem", lines), heading)


@pytest.mark.parametrize("lines", [KOREAN, ENGLISH], ids=["ko", "en"])
def test_what_was_ruled_out_and_what_only_asks_is_no_cause_and_no_trigger(lines: tuple[Line, ...]) -> None:
    sections = draft_sections("postmortem", lines)
    assert not {4, 5, 8} & {*cited(sections, "root_cause"), *cited(sections, "trigger")}


@pytest.mark.parametrize("lines", [KOREAN, ENGLISH], ids=["ko", "en"])
def test_a_cause_that_is_stated_without_a_word_of_cause_is_no_more_than_likely(lines: tuple[Line, ...]) -> None:
    (causes,) = [part for part in draft_sections("postmortem", lines) if part.heading == "root_cause"]
    assert {one.certainty for one in causes.sentences if 7 in one.citations} <= {"likely", "inconclusive"}


def test_of_a_few_lines_nothing_is_told_apart_and_of_deleted_ones_neither() -> None:
    assert odds_of(ENGLISH[: FEW - 1]) == {n: {} for n in range(1, FEW)}
    gone = tuple(replace(line, deleted=line.n == 6) for line in ENGLISH)
    odds = odds_of(gone)
    assert odds[6] == {} and set(odds[7]) == set(PARTS)


def test_entries_of_the_timeline_are_not_told_apart_and_change_nothing_for_the_messages() -> None:
    entry = replace(ENGLISH[0], kind=LineKind.ENTRY, text="Frozen: basket-1 (ann)", entry_kind="server_held")
    mixed = number_lines([*ENGLISH[:3], replace(entry, at=ENGLISH[3].at), *ENGLISH[3:]])
    odds = odds_of(mixed)
    assert odds[4] == {}
    assert [odds[line.n] for line in mixed if line.kind is LineKind.MESSAGE] == list(odds_of(ENGLISH).values())


def test_the_same_lines_have_the_same_odds_whatever_the_order_of_a_set() -> None:
    assert odds_of(KOREAN) == odds_of(tuple(replace(line) for line in KOREAN))


OPEN = (
    ("원인은 현재 미확인입니다. 회선도 센터도 이상이 없고 저절로 풀렸습니다", KOREAN),
    ("It went away by itself. We looked at everything on our side, so for the report: cause unknown", ENGLISH),
)


@pytest.mark.parametrize(("said", "lines"), OPEN, ids=["ko", "en"])
def test_where_the_cause_is_left_open_that_is_told_and_how_sure(said: str, lines: tuple[Line, ...]) -> None:
    told = tuple(replace(line, text=said) if line.n == 7 else line for line in lines)
    (causes,) = [part for part in draft_sections("postmortem", told) if part.heading == "root_cause"]
    found = [(one.text, one.certainty) for one in causes.sentences if 7 in one.citations]
    assert [certainty for _, certainty in found] == ["inconclusive"]
    assert all("미확인" in text or "unknown" in text for text, _ in found)
