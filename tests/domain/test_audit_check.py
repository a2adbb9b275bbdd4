"""What is promised of a check: it accepts a whole chain, and finds every tampering and names where it begins."""

import hashlib
import json
import os
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.audit_chain import (
    Fact,
    Head,
    Link,
    canonical,
    commit_to,
    first_prev,
    hash_of,
    header_of,
    links_after,
    payload_of,
)
from bot.domain.audit_check import Check, Verdict, Why
from bot.domain.checkpoint import Checkpoint

LENGTH, EVERY = 60, 10
LOG = "0f" * 16
SEED = int(os.environ.get("STOPLINE_TEST_SEED", "20260517"))
TAMPERINGS = 10_000

Rows = list[tuple[Link, Fact]]


def fact(seq: int, **detail: object) -> Fact:
    """A row of which no two say the same."""
    at = f"2024-05-20T05:{seq // 60:02}:{seq % 60:02}.000000Z"
    return Fact(seq, at, "note_added", str(seq % 3 or ""), payload_of("U1", f"srv-{seq}", detail or {"n": seq}))


def salts(seed: int) -> Callable[[], str]:
    """32 bytes as hex, the same ones again for the same seed."""
    numbers = random.Random(seed)
    return lambda: numbers.randbytes(32).hex()


def chain(facts: list[Fact], before: Head | None = None, seed: int = 1) -> Rows:
    """Their links, from the beginning or after `before`."""
    return list(zip(links_after(before or Head(LOG, 0, first_prev(LOG)), facts, salts(seed)), facts, strict=True))


WHOLE = chain([fact(seq) for seq in range(3, LENGTH * 2 + 3, 2)])
ANCHORS = [Checkpoint(LOG, n, WHOLE[n - 1][0].hash, "", "") for n in range(EVERY, LENGTH + 1, EVERY)]


def end(rows: Rows) -> Head:
    """Where these end."""
    return Head(LOG, rows[-1][0].n, rows[-1][0].hash) if rows else Head(LOG, 0, first_prev(LOG))


def verdict(rows: Rows, head: Head | None = None) -> Verdict:
    """What a check says."""
    check = Check(LOG, ANCHORS)
    for link, row in rows:
        check.add(link, row)
    return check.end(head or end(rows))


def test_a_whole_chain_is_whole() -> None:
    found = verdict(WHOLE)
    assert (found.entries, found.erased, found.checkpoints, found.wrong) == (LENGTH, 0, 6, [])


def test_the_hash_is_over_the_canonical_header() -> None:
    link, row = WHOLE[4][0], replace(WHOLE[4][1], act='a"\\ \n한', incident="7")
    header = header_of(LOG, link, row)
    assert hash_of(LOG, link, row) == hashlib.sha256(b"\0" + canonical(header)).hexdigest()
    assert json.loads(canonical(header)) == header and set(map(type, header.values())) == {str}


def changed_link(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    link, row = rows[at]
    name = dice.choice(["n", "seq", "salt", "commitment", "prev", "hash"])
    value = getattr(link, name)
    other = value + dice.randint(1, 9) if isinstance(value, int) else dice.choice(["", "zz", "0" * 64, value[::-1]])
    rows[at] = replace(link, **{name: other}), row
    return rows, at + 1


def changed_row(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    link, row = rows[at]
    payload = payload_of(
        dice.choice(["U2", "erased"]), str(row.payload["subject"]), {"n": row.seq + dice.choice([0, 1])}
    )
    change = dice.choice(
        [
            {"seq": row.seq + 1},
            {"at": row.at.replace("2024", "2025")},
            {"act": "x"},
            {"incident": "9"},
            {"payload": payload},
        ]
    )
    rows[at] = link, replace(row, **change)  # type: ignore[arg-type]
    return rows, at + 1


def deleted(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    del rows[at]
    return rows, at + 1


def inserted(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    rows.insert(at, dice.choice([rows[at], rows[-1], rows[0]]))
    same = rows[at] == rows[at + 1]
    return rows, at + 1 + same


def swapped(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    other = dice.choice([n for n in range(len(rows)) if n != at])
    if dice.random() < 0.5:
        rows[at], rows[other] = rows[other], rows[at]
    else:
        rows[at], rows[other] = (rows[at][0], rows[other][1]), (rows[other][0], rows[at][1])
    return rows, min(at, other) + 1


def truncated(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    return rows[:at], at + 1


def forked(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    """Other rows from here on, linked as they should be: only the anchors know."""
    tail = [fact(1000 + n) for n in range(dice.randint(1, LENGTH))]
    return rows[:at] + chain(tail, end(rows[:at]), dice.random().__hash__()), at + 1


def chained_again(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    """One row changed, left out or added, and everything behind it linked anew."""
    facts = [row for _, row in rows[at:]]
    how = dice.choice(["change", "drop", "add"])
    if how == "add":
        facts.insert(0, fact(999))
    elif how == "drop":
        del facts[0]
    else:
        facts[0] = replace(facts[0], act="permit_granted")
    return rows[:at] + chain(facts, end(rows[:at]), dice.randrange(2**32)), at + 1


def sealed_anew(dice: random.Random, at: int, rows: Rows) -> tuple[Rows, int]:
    """One row changed and its own link made to fit; only the next one still knows."""
    link, row = rows[at]
    changed = replace(row, act="permit_granted")
    rows[at] = replace(link, hash=hash_of(LOG, link, changed)), changed
    return rows, at + 1


KINDS = [sealed_anew, changed_link, changed_row, deleted, inserted, swapped, truncated, forked, chained_again]


def test_every_tampering_is_found_and_its_place_named() -> None:
    """With the head put right afterwards, as whoever owns the database would."""
    dice = random.Random(SEED)
    for number in range(TAMPERINGS):
        kind = dice.choice(KINDS)
        rows, first = kind(dice, dice.randrange(LENGTH), list(WHOLE))
        if rows == WHOLE:
            continue
        found = verdict(rows, dice.choice([end(rows), end(WHOLE)]))
        say = f"STOPLINE_TEST_SEED={SEED}, tampering {number}: {kind.__name__} at {first}: {found.wrong[:2]}"
        assert found.wrong, say
        assert found.wrong[0].after < first <= found.wrong[0].n, say


@pytest.mark.parametrize("listed", [True, False])
def test_a_payload_may_be_another_one_only_where_an_erasure_says_so(listed: bool) -> None:
    rows = chain([fact(1), fact(2), fact(3)])
    link, row = rows[1]
    salt, payload = "ab" * 32, payload_of("erased", "srv-2", {"n": 2})
    rows[1] = replace(link, salt=salt), replace(row, payload=payload)
    renewed = {"2": commit_to(salt, payload)} if listed else {"3": commit_to(salt, payload)}
    last = replace(fact(4, rows=renewed), act="person_erased")
    rows += chain([last], end(rows))
    check = Check(LOG)
    for one in rows:
        check.add(*one)
    found = check.end(end(rows))
    assert [(one.n, one.why) for one in found.wrong] == ([] if listed else [(2, Why.PAYLOAD)])
    assert found.erased == int(listed)


def test_a_row_that_is_gone_and_one_that_was_never_sealed_are_told() -> None:
    check = Check(LOG)
    for link, row in WHOLE[:5]:
        check.add(link, None if link.n == 3 else row)
    found = check.end(end(WHOLE[:5]), unsealed=77)
    assert [(one.n, one.why, one.seq) for one in found.wrong] == [(3, Why.ROW_GONE, 7), (6, Why.UNSEALED, 77)]
