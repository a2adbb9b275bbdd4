"""What is promised of search: the same documents on both databases, Korean inside inflected words, no injection."""

import pytest

from bot.domain.ids import IncidentId
from bot.domain.search_text import expand, query_terms
from bot.ports.outside import Outside
from tests.acts import stop_the_line

DOCUMENTS = {
    "lb": "로드밸런서에서 5xx 오류가 급증했습니다. lb-07을 재부팅했습니다.",
    "db": "The database failover left replica db-3 behind; checkout timed out.",
    "push": "메시지 전송이 지연되었다가 설정 파일을 되돌린 뒤 복구됨",
    "odd": "quotes ' \" and \\ and NEAR AND OR NOT ( ) : * stay words",
}


@pytest.fixture
async def shelf(outside: Outside) -> dict[IncidentId, str]:
    """Which incident holds which document."""
    numbers = {}
    for name, text in DOCUMENTS.items():
        number = (await stop_the_line(outside, title=name)).incident.id
        numbers[number] = name
        async with outside.store.write() as tx:
            await tx.search.replace(number, [("title", name), ("message:1", text)])
    return numbers


async def found(outside: Outside, shelf: dict[IncidentId, str], question: str, *, all_terms: bool = True) -> set[str]:
    terms = expand(query_terms(question))
    async with outside.store.read() as tx:
        return {shelf[hit.incident_id] for hit in await tx.search.find(terms, all_terms=all_terms, limit=20)}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("로드밸런서", {"lb"}),
        ("오류", {"lb"}),
        ("lb-07 재부팅", {"lb"}),
        ("lb-07은 왜?", {"lb"}),
        ("설정 파일", {"push"}),
        ("메시지가 지연", {"push"}),
        ("FAILOVER", {"db"}),
        ("db-3", {"db"}),
        ("checkout database", {"db"}),
        ("database 메시지", set()),
        ("zebra", set()),
    ],
)
async def test_words_of_both_languages_are_found(
    outside: Outside, shelf: dict[IncidentId, str], question: str, names: set[str]
) -> None:
    assert await found(outside, shelf, question) == names


async def test_any_term_will_do_where_not_all_match(outside: Outside, shelf: dict[IncidentId, str]) -> None:
    assert await found(outside, shelf, "database 메시지", all_terms=False) == {"db", "push"}


async def test_an_incident_is_indexed_anew_not_twice(outside: Outside, shelf: dict[IncidentId, str]) -> None:
    number = next(iter(shelf))
    async with outside.store.write() as tx:
        await tx.search.replace(number, [("message:1", "nothing but a walrus")])
    assert await found(outside, shelf, "로드밸런서") == set()
    async with outside.store.read() as tx:
        hits = await tx.search.find(expand(query_terms("walrus")), all_terms=True, limit=20)
    assert [hit.source for hit in hits] == ["message:1"]
    async with outside.store.write() as tx:
        await tx.search.replace(number, [])
    assert await found(outside, shelf, "walrus") == set()


@pytest.mark.parametrize(
    "hostile",
    [
        "'",
        '"',
        "' OR 1=1 --",
        '" OR "',
        "NEAR(a b)",
        "a AND",
        "* ^ - :",
        "\\'",
        "!!&|<->",
        "(((",
        "\x00",
        "😀",
        "ㅋㅋ",
        "",
    ],
)
async def test_hostile_questions_are_only_words(outside: Outside, shelf: dict[IncidentId, str], hostile: str) -> None:
    for all_terms in (True, False):
        assert await found(outside, shelf, hostile, all_terms=all_terms) <= {"odd"}


async def test_hostile_tokens_are_quoted_by_the_storage_itself(outside: Outside, shelf: dict[IncidentId, str]) -> None:
    terms = [[["a'b", 'c"d', "e\\f", ") OR ("]]]
    async with outside.store.read() as tx:
        assert list(await tx.search.find(terms, all_terms=True, limit=5)) == []
