"""What is promised of particles: the form a Korean would say, whatever the name is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.korean import josa

PAIRS = ["은/는", "이/가", "을/를", "과/와", "으로/로", "아/야"]


@pytest.mark.parametrize(
    ("word", "pair", "said"),
    [
        ("서버", "은/는", "서버는"),
        ("부하 분산", "이/가", "부하 분산이"),
        ("장애", "을/를", "장애를"),
        ("인증", "과/와", "인증과"),
        ("민준", "아/야", "민준아"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("대구", "으로/로", "대구로"),
        ("서울", "은/는", "서울은"),
        ("장애", "이라/라", "장애라"),
    ],
)
def test_hangul_is_followed_by_what_its_final_consonant_asks_for(word: str, pair: str, said: str) -> None:
    assert josa(word, pair) == said


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("lb-07", "lb-07은"),
        ("`lb-07`", "`lb-07`은"),
        ("web-2", "web-2는"),
        ("web-3", "web-3은"),
        ("db-10", "db-10은"),
        ("1000", "1000은"),
        ("*API*", "*API*는"),
        ("URL", "URL은"),
        ("VPN", "VPN은"),
        ("DNS", "DNS는"),
        ("mysql", "mysql은"),
        ("nginx", "nginx는"),
        ("gateway", "gateway는"),
        ("rollback", "rollback은"),
        ("cache", "cache는"),
        ("50%", "50%는"),
        ("“결제”", "“결제”는"),
        ("web-3.", "web-3.은"),
        ("서버 🔥", "서버 🔥는"),
        ("서버(web-3)", "서버(web-3)은"),
    ],
)
def test_digits_and_latin_letters_are_followed_by_how_they_are_read(word: str, said: str) -> None:
    assert josa(word, "은/는") == said


def test_rieul_before_ro_counts_as_a_vowel() -> None:
    assert josa("web-1", "으로/로") == "web-1로"
    assert josa("`lb-07`", "으로/로") == "`lb-07`로"
    assert josa("web-3", "으로/로") == "web-3으로"


@pytest.mark.parametrize("word", ["", "??", "🔥", "日本", "ㅋㅋ"])
def test_an_unknown_sound_shows_both_forms(word: str) -> None:
    assert josa(word, "은/는") == f"{word}은(는)"
    assert josa(word, "으로/로") == f"{word}(으)로"


def test_a_decomposed_word_sounds_as_the_composed_one() -> None:
    assert josa("\u1109\u1165\u1107\u1165", "은/는").endswith("는")
    assert josa("\u1107\u116e\u1109\u1161\u11ab", "은/는").endswith("은")


def test_what_is_not_a_pair_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="pair"):
        josa("서버", "은")


@given(st.text(max_size=20), st.sampled_from(PAIRS))
def test_the_word_itself_is_never_changed(word: str, pair: str) -> None:
    said = josa(word, pair)
    one, other = pair.split("/")
    assert said.startswith(word)
    assert said[len(word) :] in (one, other, f"{one}({other})", "(으)로")
