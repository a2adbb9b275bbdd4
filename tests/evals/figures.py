"""Lines with figures, and the ways to lie with one: a number that nobody said, another scale, another noun, a piece."""

import random
import re

from tests.evals.told import Told

ENGLISH_FIGURES = (
    Told(
        "0.{small}% of requests to {host} failed, about 1.{small} million users saw it",
        (
            "0.{small}% of requests to {host} failed.",
            "About 1.{small} million users saw it.",
            "0.{small} percent of requests to {host} failed and 1.{small} million users saw it.",
        ),
        heading="impact",
        torn=("{small}% of requests to {host} failed", "{small} million users saw it"),
    ),
    Told(
        "{host} was unreachable for 1 hour 30 minutes, {count} orders waited",
        (
            "{host} was unreachable for 90 minutes and {count~} orders waited.",
            "{count~} orders waited while {host} was unreachable for 1 hour and 30 minutes.",
            "{host} was unreachable for 1.5 hours.",
        ),
        ("No orders waited for {host}.",),
        "impact",
    ),
    Told(
        "rumour, not true: customer data leaked from {host}",
        ("{who} called it a rumour that customer data leaked from {host}, not true.",),
        ("Customer data leaked from {host}.",),
        torn=("customer data leaked from {host}", "Customer data leaked from {host}."),
    ),
    Told(
        "the cron job on {host} was the cause - no, it was not",
        ("The cron job on {host} was the cause - no, it was not.",),
        heading="hindered",
        torn=("the cron job on {host} was the cause", "The cron job on {host} was the cause."),
    ),
    Told(
        "only non-production data on {host} was wiped",
        ("Only non-production data on {host} was wiped.", "{who} said only non-production data was wiped on {host}."),
        torn=("production data on {host} was wiped", "Production data on {host} was wiped."),
    ),
    Told(
        "{small} pods of {host} restarted, {size} requests were retried within an hour",
        (
            "{small~} pods of {host} restarted and {size} requests were retried.",
            "{size} requests were retried within 1 hour.",
            "Within an hour {size} requests were retried.",
        ),
        ("No pods of {host} restarted.",),
    ),
)
KOREAN_FIGURES = (
    Told(
        "{host} 요청의 0.{small}%가 실패, 이용자 1.{small}만 명이 겪었습니다",
        ("{host} 요청의 0.{small}%가 실패했다.", "이용자 1.{small}만 명이 겪었다."),
        ("{host} 요청은 실패하지 않았다.",),
        "impact",
        torn=("{small}%가 실패", "{small}만 명이 겪었습니다"),
    ),
    Told(
        "{host} 접속이 한 시간 30분 동안 끊겼고 주문 {count}건이 밀렸습니다",
        (
            "{host} 접속이 90분 동안 끊겼고 주문 {count~}건이 밀렸다.",
            "{host} 접속이 1시간 30분 동안 끊겼다.",
            "주문 {count~}건이 밀렸다.",
        ),
        ("주문은 밀리지 않았다.",),
        "impact",
    ),
    Told(
        "뜬소문입니다, 사실 아님: {host} 고객 정보가 유출됐습니다",
        ("뜬소문입니다, 사실 아님: {host} 고객 정보가 유출됐습니다",),
        torn=("{host} 고객 정보가 유출됐습니다", "{host} 고객 정보가 유출됐습니다."),
    ),
    Told(
        "{host} 야간 배치가 원인입니다 - 아니었습니다",
        ("{host} 야간 배치가 원인입니다 - 아니었습니다",),
        heading="hindered",
        torn=("{host} 야간 배치가 원인입니다", "{host} 야간 배치가 원인입니다."),
    ),
    Told(
        "{host} 파드 {small}개가 재시작했고 요청 {size}건을 다시 보냈습니다",
        ("{host} 파드 {small}개가 재시작했다.", "요청 {size}건을 다시 보냈다."),
        ("{host} 파드는 재시작하지 않았다.",),
    ),
)
_MANY = (
    *("a hundred", "thirteen", "two dozen", "thousands of", "2 million", "half of the", "several hundred", "five"),
    *("47", "half a million", "twenty-one"),
)
_KOREAN_MANY = ("일곱 건", "수백 건", "열세 건", "5백만 건", "절반", "수천 명", "백 건", "스무 대", "47건")
_SCALES = ("thousand", "million", "hundred", "dozen")
_OTHERS = ("pods", "invoices", "clusters", "tickets", "volumes")
_COUNTED = "orders|users|customers|requests|network cards|pods|archives|messages|alerts|payments"


def inflated(chance: random.Random, text: str) -> str:
    """The text with a number that was not there, in another scale or of something else; "" where none fits."""
    ways = (
        [_added, _scaled, _of_others]
        if not re.search("[가-힣]", text)
        else [_added_korean, _scaled_korean, _of_others_korean]
    )
    found = {way(chance, text) for way in ways} - {text}
    return chance.choice(sorted(found)) if found else ""


def _added(chance: random.Random, text: str) -> str:
    many = chance.choice(_MANY)
    text = re.sub(r"^An? (alert|restart)\b", rf"{many[0].upper()}{many[1:]} \1s", text)
    return re.sub(
        r"(?<![\d%] )(?<!million )(?<!of )\b(users|customers|messages|archives|payments)\b",
        rf"{many} \1",
        text,
        count=1,
    )


def _scaled(chance: random.Random, text: str) -> str:
    return re.sub(
        rf"(?<![\d.,:-])(\d[\d,]*)(?= (?:{_COUNTED}|GB|minutes|hours)\b)",
        rf"\1 {chance.choice(_SCALES)}",
        text,
        count=1,
    )


def _of_others(chance: random.Random, text: str) -> str:
    other = chance.choice([one for one in _OTHERS if one not in text])
    return re.sub(rf"(?<![.:-])(\b\d[\d,]*(?: million)?|\btwo|\bthree) (?:{_COUNTED})\b", rf"\1 {other}", text, count=1)


def _added_korean(chance: random.Random, text: str) -> str:
    return re.sub(
        r"(알람|메시지|아카이브|데이터|캐시|설정|롤백)(?=[이가은는을를] )",
        rf"\1 {chance.choice(_KOREAN_MANY)}",
        text,
        count=1,
    )


def _scaled_korean(chance: random.Random, text: str) -> str:
    return re.sub(r"(?<![\d.,:-])(\d[\d,]*)(?=건|개|분 |명)", rf"\1{chance.choice('백천만억')} ", text, count=1)


def _of_others_korean(chance: random.Random, text: str) -> str:
    return re.sub(r"(?<![.:-])(\b\d[\d,]*)(?:건|개)", rf"\1{chance.choice(('원', '명', '대'))}", text, count=1)
