"""What is promised of search: inflected Korean is found by its noun, and either language finds the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search_text import GLOSSARY, expand, index_tokens, query_terms


def finds(question: str, text: str) -> bool:
    """Whether each term of the question is somewhere in the text, as a phrase of the index."""
    tokens = index_tokens(text)
    return all(any(_has(tokens, phrase) for phrase in [term]) for term in query_terms(question))


def finds_with_synonyms(question: str, text: str) -> bool:
    tokens = index_tokens(text)
    return all(any(_has(tokens, phrase) for phrase in term) for term in expand(query_terms(question)))


def _has(tokens: list[str], phrase: list[str]) -> bool:
    starts = range(len(tokens) - len(phrase) + 1)
    if len(phrase) == 1 and len(phrase[0]) == 1 and not phrase[0].isascii():
        return any(token.startswith(phrase[0]) for token in tokens)
    return any(tokens[at : at + len(phrase)] == phrase for at in starts)


def test_the_index_has_pairs_words_and_hosts_in_one_piece() -> None:
    assert index_tokens("web-3 장애원인, 큐 API") == ["web", "3", "web3", "장애", "애원", "원인", "인", "큐", "api"]


@pytest.mark.parametrize("noun", ["장애", "원인", "서버", "이중화", "배포", "롤백", "로드밸런서", "트래픽", "복구"])
@pytest.mark.parametrize(
    "form", ["{}", "{}가", "{}이", "{}에서", "{}로", "{}했던", "{}됐습니다", "재{}", "{}장치", "{}을", "{}의"]
)
def test_a_korean_noun_is_found_inside_every_inflected_word(noun: str, form: str) -> None:
    assert finds(noun, f"어제 {form.format(noun)} 확인")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("원인이 뭐였지?", ["원인"]),
        ("서버에서 이중화 문제 있었던 사례 찾아줘", ["서버", "이중화", "문제"]),
        ("web-3에서 지난번 장애 원인이 뭐였지?", ["web-3", "장애", "원인"]),
        ("배포했던 서버들이", ["배포", "서버"]),
        ("인증서가 만료된 적이 있나요?", ["인증서", "만료"]),
        ("큐가 밀린 장애 알려줘", ["큐", "밀린", "장애"]),
        ("what was the cause of the outage?", ["cause", "outage"]),
        ("결제장애 원인", ["결제", "장애", "원인"]),
        ("동의 절차 회의", ["동의", "절차", "회의"]),
        ("우리 경로 설정의 차이", ["경로", "설정", "차이"]),
    ],
)
def test_a_question_is_about_its_nouns(question: str, words: list[str]) -> None:
    assert query_terms(question) == [term for word in words for term in query_terms(word)]
    assert len(query_terms(question)) == len(words)


@pytest.mark.parametrize("question", ["web-3", "web3", "WEB_3", "web-3에서", "`web-3`"])
@pytest.mark.parametrize("text", ["web-3 down", "web3이 죽음", "WEB-3에서 502", "web_3"])
def test_a_server_is_found_however_its_name_is_written(question: str, text: str) -> None:
    assert finds(question, text)
    assert not finds(question, "web-30 and web-4 are fine")


def test_a_full_host_name_is_found() -> None:
    assert finds("web-3.example.com", "web-3.example.com went away")
    assert finds("lb07", "lb07.example.com")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("load balancer outage", "부하 분산 장애가 있었다"),
        ("부하 분산 장애", "the load balancers' outage: the load balancer died"),
        ("부하분산 롤백", "load balancing was rolled back"),
        ("로드밸런서", "부하 분산 작업"),
        ("root cause", "근본 원인은 설정"),
        ("expired certificate", "인증서 만료로 접속 불가"),
        ("servers", "서버에서"),
        ("데이터베이스 삭제", "someone wiped the database"),
    ],
)
def test_one_language_finds_the_other(question: str, text: str) -> None:
    assert finds_with_synonyms(question, text)


def test_a_term_stands_first_among_its_alternatives() -> None:
    assert expand([["롤백"]])[0][0] == ["롤백"]
    assert expand([["unheard"]]) == [[["unheard"]]]
    assert expand([]) == []


def test_a_question_of_stop_words_still_asks_for_something() -> None:
    assert query_terms("what happened")
    assert query_terms("?!") == []


@pytest.mark.parametrize("entry", [entry for group in GLOSSARY for entry in group])
def test_every_glossary_entry_finds_itself_in_a_text(entry: str) -> None:
    assert finds_with_synonyms(entry, f"어제 {entry} 있음")


@given(st.text(max_size=60))
def test_any_text_is_found_by_the_tokens_it_was_indexed_under(text: str) -> None:
    tokens = index_tokens(text)
    assert all(token == token.lower() and token for token in tokens)
    assert all(all(phrase) for term in expand(query_terms(text)) for phrase in term)


@given(st.lists(st.text(alphabet="가나다라마바사아자차카타파하", min_size=2, max_size=5), min_size=1, max_size=5))
def test_every_word_of_a_korean_text_finds_that_text(words: list[str]) -> None:
    text = " ".join(words)
    assert all(_has(index_tokens(text), term) for word in words for term in query_terms(word))
