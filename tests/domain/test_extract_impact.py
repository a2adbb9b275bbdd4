"""What is promised of impact without a model: what did not work and for whom is shown, whoever says it and however."""

import pytest

from bot.domain.extract import draft_sections
from tests.domain.test_extract import channel, cited

HARM = (
    "checkout is 500ing",
    "nobody can log in",
    "no one in EU can pay rn",
    "pages are blank",
    "grafana dead, we are blind",
    "login broken for sso ppl",
    "api timing out for ~30% of reqs",
    "emails arent going out since 9",
    "search returns nothing for everyone on ios",
    "webhooks delayed by 20 mins",
    "search results empty for everyone",
    "line 3 palletizer stopped",
    "prod db is dwon!!!",
    "the admin page won't load",
    "password reset mails never arrive",
    "login takes forever",
    "no data in the dashboards since 13:10",
    "ticket machines at 3 stations out of service",
    "no emails since lunchtime",
    "영상이 계속 끊겨요",
    "서버가 내려갔어요 접속 안 됨",
    "결제가 안 돼요",
    "페이지가 하얗게 나와요",
    "이미지 업로드 전부 실패",
    "앱 켜자마자 죽는다는 문의 폭주",
    "2호기 컨베이어 멈춤",
    "푸시 발송이 밀립니다",
)
NO_HARM = (
    "yes 500 gems for whoever finds it",
    "im at 500 unread, sorry for the delay",
    "we can take 500 more rps after the upscale",
    "my coffee machine is down, worst day",
    "if we fail over, users will be logged out for a minute",
    "is checkout down?",
    "no customers affected so far",
    "payments are working again",
    "disconnects stopped",
    "queue empty",
    "mail backlog is now drained",
    "happy to jump into a hangouts session just lmk",
    "status page updated, acknowledging the outage",
    "scrape timeout raised to 30 seconds",
    "rollback done, p99 still 4s",
    "can't be the cert, valid till march",
    "will post the customer notice in 10",
    "the load test will take the site down at 6",
    "the error page looks nice",
    "my slack keeps crashing sorry",
    "this channel is dead",
    "staging is broken but that is known",
    "롤백하면 잠깐 접속이 끊길 수 있어요",
    "실패율 0.3%로 내려갔습니다",
    "고객 영향 없음",
    "중복 결제될수도 있으니 일단 막아 주세요",
    "killed it, errors dropping",
    "결제 정상입니다",
    "나머지 3건은 고객에게 연락하기로 했습니다",
    "저 30% 남았어요 배터리",
)


@pytest.mark.parametrize("text", HARM)
def test_what_does_not_work_is_impact_however_it_is_said(text: str) -> None:
    told = draft_sections("postmortem", channel("hello all", text, "on it", "link is in the topic"))
    assert cited(told, "impact") == [2]


@pytest.mark.parametrize("text", NO_HARM)
def test_a_remedy_a_plan_a_joke_a_figure_and_what_is_over_are_no_impact(text: str) -> None:
    told = draft_sections("postmortem", channel("hello all", text, "on it", "link is in the topic"))
    assert not cited(told, "impact")


def test_of_harm_said_unclearly_that_of_the_beginning_is_shown() -> None:
    lines = channel("CDN returns stale prices in US", *(f"looking at host {n} now" for n in range(12)))
    assert cited(draft_sections("postmortem", lines), "impact") == [1]


def test_where_nobody_says_what_did_not_work_nothing_stands_under_impact() -> None:
    lines = channel("hello all", "link is in the topic", "the queue of web-2 has 300 entries", "back at my desk")
    assert not cited(draft_sections("postmortem", lines), "impact")


def test_that_it_works_again_is_not_how_it_was_noticed() -> None:
    told = draft_sections("postmortem", channel("cpu on db-7 100%", "on it", "db-7 cpu 20%, site back"))
    assert cited(told, "detection") == [1]
