"""Whether an audit chain is whole: everything is computed again, and the first wrong position is named."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.audit import ERASING
from bot.domain.audit_chain import Fact, Head, Link, commit_to, first_prev, hash_of
from bot.domain.checkpoint import Checkpoint

MOST = 20
"""So many faults are kept: behind the first one they tell little."""


class Why(StrEnum):
    """What is wrong at a position; the text key is `audit.wrong.<value>`."""

    GAP = "gap"
    ROW_GONE = "row_gone"
    NOT_LINKED = "not_linked"
    HASH = "hash"
    PAYLOAD = "payload"
    HEAD = "head"
    UNSEALED = "unsealed"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    SIGNATURE = "signature"
    OTHER_LOG = "other_log"


SINCE = (Why.REWRITTEN, Why.TRUNCATED, Why.HEAD)
"""These speak of everything since the last good checkpoint."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault. `n`: the position. `after`: the last position that is known to be good.

    `seq`: the audit row's number, 0 where there is none.
    """

    n: int
    why: Why
    after: int
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many links, how many of them speak of somebody erased, and the faults by position."""

    log: str
    entries: int
    erased: int
    checkpoints: int
    wrong: Sequence[Wrong]


@dataclass(slots=True)
class Check:
    """Takes every link in its order, then the head."""

    log: str
    checkpoints: Sequence[Checkpoint] = ()
    n: int = 0
    _prev: str = ""
    _wrong: list[Wrong] = field(default_factory=list)
    _other_payload: dict[str, tuple[int, str]] = field(default_factory=dict)
    _renewed: dict[str, str] = field(default_factory=dict)
    _anchored: dict[int, set[str]] = field(default_factory=dict)
    _good: int = 0

    def __post_init__(self) -> None:
        """A checkpoint of another log says that this one took its place."""
        self._prev = first_prev(self.log)
        for one in self.checkpoints:
            if one.log != self.log:
                self._wrong.append(Wrong(1, Why.OTHER_LOG, 0))
            self._anchored.setdefault(one.n, set()).add(one.hash)

    def add(self, link: Link, fact: Fact | None) -> None:
        """The next link and its row, None where the row is gone."""
        self.n += 1
        if link.n != self.n:
            self._note(Why.GAP, link)
        if link.prev != self._prev:
            self._note(Why.NOT_LINKED, link, after=max(0, self.n - 2))
        self._prev = link.hash
        if fact is None:
            self._note(Why.ROW_GONE, link)
        elif fact.seq != link.seq or not self._has_its_hash(link, fact):
            self._note(Why.HASH, link)
        else:
            self._look_into(link, fact)
        if self.n in self._anchored:
            self._compare(link)

    def _has_its_hash(self, link: Link, fact: Fact) -> bool:
        try:
            return hash_of(self.log, link, fact) == link.hash
        except TypeError:
            return False

    def _look_into(self, link: Link, fact: Fact) -> None:
        """A payload other than the sealed one is right only where an erasure that is sealed itself says so."""
        try:
            found = commit_to(link.salt, fact.payload)
        except (ValueError, TypeError):
            found = "no salt"
        if found != link.commitment:
            self._other_payload[str(link.seq)] = (self.n, found)
        elif fact.act in ERASING:
            self._renewed.update(fact.payload["detail"].get("rows", {}))

    def _compare(self, link: Link) -> None:
        if self._anchored.pop(self.n) == {link.hash}:
            self._good = self.n
        else:
            self._note(Why.REWRITTEN, link, after=self._good)

    def _note(self, why: Why, link: Link, after: int | None = None) -> None:
        if len(self._wrong) < MOST:
            self._wrong.append(Wrong(self.n, why, self.n - 1 if after is None else after, link.seq))

    def end(self, head: Head, unsealed: int | None = None) -> Verdict:
        """The verdict. `unsealed`: an audit row that no link seals."""
        late: list[tuple[int, Why, int]] = []
        erased = 0
        for seq, (n, found) in self._other_payload.items():
            if self._renewed.get(seq) == found:
                erased += 1
            else:
                late.append((n, Why.PAYLOAD, int(seq)))
        if (head.log, head.n, head.hash) != (self.log, self.n, self._prev):
            late.append((min(head.n, self.n) + (head.n != self.n), Why.HEAD, 0))
        if self._anchored:
            late.append((min(self.n + 1, *self._anchored), Why.TRUNCATED, 0))
        if unsealed is not None:
            late.append((self.n + 1, Why.UNSEALED, unsealed))
        wrong = [*self._wrong, *(Wrong(n, why, self._good if why in SINCE else n - 1, seq) for n, why, seq in late)]
        wrong = sorted(wrong, key=lambda one: one.n)[:MOST]
        return Verdict(self.log, self.n, erased, len(self.checkpoints), wrong)
