"""What is promised of names: one spelling a server, near names offered, channel names Slack accepts."""

import re
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import (
    NameInvalid,
    canonical_server_name,
    channel_name,
    looks_like_server,
    nearest_names,
    server_names_in,
    shorten,
)
from bot.domain.romanisation import romanise
from bot.domain.shortening import is_character_boundary

DAY = date(2024, 5, 20)
labels = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True)
server_names = st.lists(labels, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(
    "typed",
    [
        "web-3",
        " WEB-3 ",
        "`web-3`",
        '"web-3"',
        "“web-3”",
        "web-3.",
        "ｗｅｂ-３",
        "<http://web-3|web-3>",
        "<https://web-3/>",
        "`<http://web-3|web-3>`",
    ],
)
def test_every_way_of_typing_a_server_gives_one_name(typed: str) -> None:
    assert canonical_server_name(typed) == "web-3"


def test_a_link_made_by_slack_gives_the_name_that_was_typed() -> None:
    assert canonical_server_name("<http://web-3.example.com|web-3.example.com>") == "web-3.example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-web",
        "web-",
        "a..b",
        ".web",
        "web 3",
        "web/3",
        "웹-3",
        "a" * 64,
        "<@U123>",
        "web-3\n; rm",
        "한",
    ],
)
def test_what_cannot_be_a_name_is_refused(typed: str) -> None:
    with pytest.raises(NameInvalid):
        canonical_server_name(typed)


def test_a_name_is_at_most_253_characters_long() -> None:
    longest = ".".join(["a" * 62] * 4) + ".b"
    assert len(canonical_server_name(longest)) == 253
    with pytest.raises(NameInvalid):
        canonical_server_name(longest + "b")


@given(st.text(max_size=80))
def test_a_canonical_name_is_its_own_canonical_name(raw: str) -> None:
    try:
        name = canonical_server_name(raw)
    except NameInvalid:
        return
    assert canonical_server_name(name) == name
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name)


@given(server_names)
def test_case_never_makes_another_server(name: str) -> None:
    assert canonical_server_name(name.upper()) == canonical_server_name(name)


KNOWN = ("web-3", "web-4", "db-master", "lb-07", "api-gateway", "cache-1.example.com")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("web3", "web-3"),
        ("web-03", "web-3"),
        ("WEB_3", "web-3"),
        ("wbe-3", "web-3"),
        ("db-mastre", "db-master"),
        ("lb7", "lb-07"),
        ("apigateway", "api-gateway"),
        ("api-gatway", "api-gateway"),
        ("cache1", "cache-1.example.com"),
    ],
)
def test_the_name_that_was_meant_comes_first(typed: str, meant: str) -> None:
    assert nearest_names(typed, KNOWN)[0] == meant


def test_nothing_is_offered_when_nothing_is_near() -> None:
    assert nearest_names("kafka-broker", KNOWN) == ()
    assert nearest_names("", KNOWN) == ()
    assert nearest_names("web-3", ()) == ()


@given(server_names, st.lists(server_names, max_size=8), st.integers(1, 5))
def test_a_known_name_is_nearest_to_itself(name: str, others: list[str], limit: int) -> None:
    found = nearest_names(name, [*others, name], limit)
    assert found[0] == name
    assert len(found) <= limit


@pytest.mark.parametrize(
    "token",
    [
        "web-3",
        "lb07",
        "db-master",
        "api.prod",
        "WEB-03",
        "10.0.0.7",
        "`relay-12`",
        "web-3,",
        "kr.web-3.example.com",
    ],
)
def test_a_server_is_recognised_in_a_sentence(token: str) -> None:
    assert looks_like_server(token)


@pytest.mark.parametrize(
    "token",
    [
        "page",
        "3pm",
        "50%",
        "v2",
        "v1.2.3",
        "1.2.3",
        "14:58",
        "10min",
        "1h30m",
        "5xx",
        "p99",
        "sev2",
        "2024-05-20",
        "follow-up",
        "on-call",
        "read-only",
        "OPS-1234",
        "config.yaml",
        "a1b2c3d",
        "U012ABCDEF",
        "<@U012ABCDEF>",
        "#inc-1",
        "k8s",
        "e.g.",
        "300.1.1.1",
        "load-balancer",
        "장애",
        ":fire:",
        "user@host-1",
    ],
)
def test_times_amounts_and_words_are_no_servers(token: str) -> None:
    assert not looks_like_server(token)


def test_servers_are_found_under_korean_particles() -> None:
    text = "web-3에서 LB-07로 옮겼고 `db-master`는 정상, https://example.com/x-1 은 무관"
    assert server_names_in(text) == ("web-3", "lb-07", "db-master")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Load balancing", "inc-20240520-load-balancing"),
        ("부하 분산 장애", "inc-20240520-buha-bunsan-jangae"),
        ("🔥 결제 API 502!", "inc-20240520-gyeolje-api-502"),
        ("DB장애", "inc-20240520-db-jangae"),
        ("Café can't load :fire:", "inc-20240520-cafe-cant-load"),
        ("<https://a.example|status page> down", "inc-20240520-status-page-down"),
        ("日本語 🔥", "inc-20240520-7"),
        ("", "inc-20240520-7"),
    ],
)
def test_a_channel_is_named_by_day_and_title(title: str, name: str) -> None:
    assert channel_name(DAY, title, 7) == name


def test_a_name_that_is_taken_is_tried_with_a_number() -> None:
    assert channel_name(DAY, "Load balancing", 7, 1) == "inc-20240520-load-balancing-2"
    assert channel_name(DAY, "Load balancing", 7, 2) == "inc-20240520-load-balancing-3"


def test_a_long_title_ends_at_a_word() -> None:
    assert channel_name(DAY, "every checkout server refuses connections", 7) == (
        "inc-20240520-every-checkout-server-refuses"
    )


@given(st.text(max_size=200), st.integers(0, 10**6), st.integers(0, 99))
def test_slack_accepts_every_channel_name(title: str, number: int, attempt: int) -> None:
    name = channel_name(DAY, title, number, attempt)
    assert len(name) <= 80
    assert set(name) <= set(string.ascii_lowercase + string.digits + "-_")
    assert not name.endswith("-")


@pytest.mark.parametrize(
    ("korean", "latin"),
    [
        ("종로", "jongno"),
        ("신라", "silla"),
        ("백마", "baengma"),
        ("왕십리", "wangsimni"),
        ("독립문", "dongnimmun"),
        ("같이", "gachi"),
        ("좋고", "joko"),
        ("묵호", "mukho"),
        ("압구정", "apgujeong"),
        ("한라", "halla"),
        ("서버", "seobeo"),
        ("없음", "eopseum"),
        ("web서버3", "webseobeo3"),
    ],
)
def test_korean_is_romanised_as_it_is_spoken(korean: str, latin: str) -> None:
    assert romanise(korean) == latin


@given(st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=8))
def test_romanised_hangul_is_only_latin_letters(word: str) -> None:
    assert set(romanise(word)) <= set(string.ascii_lowercase)


def test_a_shortened_text_shows_that_it_was_cut() -> None:
    assert shorten("checkout errors", 9) == "checkout…"
    assert shorten("checkout", 8) == "checkout"


def test_a_family_a_flag_and_an_accent_stay_whole() -> None:
    family, flag = "👨‍👩‍👧", "🇰🇷"
    assert shorten(f"a{family}bcd", 5) == "a…"
    assert shorten(f"{flag}{flag}abc", 4) == f"{flag}…"
    assert shorten("e\u0301e\u0301e\u0301", 4) == "e\u0301…"
    assert shorten("👍🏽👍🏽", 3) == "👍🏽…"


@given(st.text(alphabet="ab \u0301\u200d\ufe0f👨👩🇰🇷🏽가", max_size=30), st.integers(1, 30))
def test_shortening_keeps_to_the_limit_and_to_whole_characters(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if short != text:
        kept = short.removesuffix("…")
        assert text.startswith(kept)
        assert is_character_boundary(text, len(kept)) or text[len(kept)].isspace()


def test_no_room_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="limit"):
        shorten("text", 0)
