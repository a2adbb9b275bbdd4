"""What must be true, written from the list of promises (SPEC §4) and not from the rules: it knows no product.

The account hears of each event what happened, never what a rule thought of it, and keeps its own books: who holds what,
who worked on which fix, what has leave, what runs. A broken promise is named by its number.
"""

from typing import Any, NamedTuple

Event = tuple[Any, ...]
BOTH = 0b11


class Leave(NamedTuple):
    """One piece of work by the account's own books. `word`: none, asked, leave, past, revoked, running, drained.

    `span`: the servers it was given for, as a mask; `moved`: an epoch grew there since; `agreed`: incidents as a mask.
    """

    word: str = "none"
    kind: str = ""
    target: int = 0
    span: int = 0
    moved: bool = False
    agreed: int = 0
    incident: int = 0
    going_on: int = 0


class Account(NamedTuple):
    """The books. Holds count as in the world: incident 0 on both servers, then incident 1. `shown`: evidence that is
    newer than the last work there. `glass` of the override: none, asked, open, shut (too old), used."""

    edge: bool = False
    merged: bool = False
    quarantined: bool = False
    held: tuple[bool, ...] = (False,) * 4
    shown: tuple[bool, ...] = (False,) * 4
    fixers: tuple[int, ...] = (0,) * 4
    works: tuple[Leave, Leave] = (Leave(), Leave())
    glass: str = "none"
    grows: int = 0
    broken: str = ""


PROMISES = {
    "I1": "nothing normal starts on a held server or one that shares its fate",
    "I2": "a start needs the epochs its permit was given for, and they grow when they must",
    "I3": "a freeze revokes what waits and drains what runs",
    "I4": "nothing starts late, in a quarantine, or without leave",
    "I5": "released only with evidence and by nobody who worked on the fix",
    "I6": "every hold stands until it is itself released",
    "I9": "an override needs two people, a quarter of an hour, its own servers, once",
    "I11": "a fix has the fresh word of every incident that holds there, never its requester's",
    "I12": "what runs ends by somebody's word alone",
}


def hear(books: Account, event: Event) -> Account:
    """The books after one more event."""
    name, *more = event
    return _HEARD[name](books._replace(grows=0), *more)


def broken(books: Account, held: tuple[bool, ...], states: tuple[str, str]) -> str:
    """The promise that this state breaks: `held` and `states` are what the product says of holds and work."""
    if books.broken:
        return books.broken
    if held != books.held:
        return "I6"
    for leave, state in zip(books.works, states, strict=True):
        if leave.word == "revoked" and state == "granted":
            return "I3"
        if leave.word == "drained" and state == "started":
            return "I3"
        if leave.word in ("running", "drained") and state not in ("started", "draining", "unknown"):
            return "I12"
        if leave.word not in ("running", "drained") and state in ("started", "draining", "unknown"):
            return "I4"
    return ""


def grew(books: Account, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """I2: no epoch fell, and those that had to grow did."""
    return all(
        b <= a and (b < a or not books.grows >> n & 1) for n, (b, a) in enumerate(zip(before, after, strict=True))
    )


def reach(books: Account, server: int) -> int:
    """The server and, where the edge is, the other one: a mask."""
    return BOTH if books.edge else 1 << server


def holding(books: Account, span: int) -> int:
    """The incidents that hold any of these servers, as a mask."""
    found = 0
    for slot, stands in enumerate(books.held):
        if stands and span >> slot % 2 & 1:
            found |= 1 << (0 if books.merged else slot // 2)
    return found


def _with(books: Account, n: int, **more: Any) -> Account:
    works = list(books.works)
    works[n] = works[n]._replace(**more)
    return books._replace(works=tuple(works))


def _breaks(books: Account, promise: str) -> Account:
    return books._replace(broken=books.broken or promise)


# ---------------------------------------------------------------------- holds


def _froze(books: Account, incident: int, server: int) -> Account:
    return _hold(books, incident, reach(books, server))


def _hold(books: Account, incident: int, span: int) -> Account:
    fresh = 0
    held, shown, fixers = list(books.held), list(books.shown), list(books.fixers)
    for server in (0, 1):
        has = held[2 * incident + server] or (books.merged and held[2 + server])
        if span >> server & 1 and not has:
            fresh |= 1 << server
            slot = 2 * incident + server
            held[slot], shown[slot], fixers[slot] = True, False, 0
    books = books._replace(held=tuple(held), shown=tuple(shown), fixers=tuple(fixers))
    return _stopped(_grown(books, fresh), fresh)


def _grown(books: Account, servers: int) -> Account:
    for n, leave in enumerate(books.works):
        if leave.word in ("leave", "past", "revoked") and leave.span & servers:
            books = _with(books, n, moved=True)
    return books._replace(grows=books.grows | servers)


def _stopped(books: Account, servers: int) -> Account:
    for n, leave in enumerate(books.works):
        if leave.span & servers and leave.word == "leave":
            books = _with(books, n, word="revoked")
        elif leave.span & servers and leave.word in ("running", "drained"):
            books = _with(books, n, word="drained", going_on=0)
    return books


def _claimed(books: Account, slot: int, who: int) -> Account:
    fixers = tuple(f | (1 << who) if n == slot else f for n, f in enumerate(books.fixers))
    return books._replace(fixers=fixers, shown=tuple(s or n == slot for n, s in enumerate(books.shown)))


def _rejected(books: Account, slot: int) -> Account:
    return books._replace(shown=tuple(s and n != slot for n, s in enumerate(books.shown)))


def _released(books: Account, slot: int, who: int) -> Account:
    if not books.shown[slot] or books.fixers[slot] >> who & 1:
        books = _breaks(books, "I5")
    after = _rejected(books, slot)
    held = tuple(h and n != slot for n, h in enumerate(books.held))
    return after._replace(held=held, fixers=tuple(0 if n == slot else f for n, f in enumerate(after.fixers)))


def _worked(books: Account, span: int, who: int | None) -> Account:
    here = [stands and span >> slot % 2 & 1 for slot, stands in enumerate(books.held)]
    shown = tuple(s and not touched for s, touched in zip(books.shown, here, strict=True))
    mine = 0 if who is None else 1 << who
    fixers = tuple(f | mine if touched else f for f, touched in zip(books.fixers, here, strict=True))
    return books._replace(shown=shown, fixers=fixers)


def _edge(books: Account, there: bool) -> Account:
    if not there:
        return books._replace(edge=False)
    holders = [n for n in (0, 1) if holding(books, BOTH) >> n & 1]
    books = _grown(books._replace(edge=True), BOTH)
    for incident in holders:
        books = _hold(books, incident, BOTH)
    return books


def _merged(books: Account) -> Account:
    moved = sum(1 << server for server in (0, 1) if books.held[2 + server])
    return _grown(books._replace(merged=True), moved)


def _quarantine(books: Account, begun: bool) -> Account:
    books = books._replace(quarantined=begun)
    if not begun:
        return books
    for n, leave in enumerate(books.works):
        if leave.word == "leave":
            books = _with(books, n, word="revoked")
    return _grown(books, BOTH)


# ---------------------------------------------------------------------- work


def _asked(books: Account, n: int, incident: int) -> Account:
    return _with(books, n, **Leave("asked", "fix", 0, incident=incident)._asdict())


def _approved(books: Account, n: int, incident: int, who: int) -> Account:
    if who == 0:
        books = _breaks(books, "I11")
    return _with(books, n, agreed=books.works[n].agreed | 1 << incident)


def _half_an_hour(books: Account, n: int) -> Account:
    return _with(books, n, agreed=0)


def _granted(books: Account, n: int, kind: str, target: int, incident: int) -> Account:
    span = reach(books, target)
    if books.quarantined:
        books = _breaks(books, "I4")
    if kind == "normal" and holding(books, span):
        books = _breaks(books, "I1")
    if kind == "fix" and not _is_agreed(books, books.works[n], target):
        books = _breaks(books, "I11")
    if kind == "override":
        books = _breaks(books, "I9") if books.glass != "open" or target != 0 else books
        books = _worked(books._replace(glass="used"), span, 0)
    agreed = books.works[n].agreed if kind == "fix" else 0
    return _with(books, n, **Leave("leave", kind, target, span, agreed=agreed, incident=incident)._asdict())


def _is_agreed(books: Account, leave: Leave, target: int) -> bool:
    own = [2 * leave.incident + target, *([2 + target] if books.merged and leave.incident == 0 else [])]
    gone = books.merged and leave.incident == 1
    held = any(books.held[slot] for slot in own) and not gone
    return held and not holding(books, reach(books, target)) & ~leave.agreed


def _expired(books: Account, n: int) -> Account:
    return _with(books, n, word="past") if books.works[n].word == "leave" else books


def _started(books: Account, n: int) -> Account:
    leave = books.works[n]
    span = reach(books, leave.target)
    if leave.word != "leave" or books.quarantined:
        books = _breaks(books, "I4")
    if leave.moved:
        books = _breaks(books, "I2")
    if leave.kind == "normal" and holding(books, span):
        books = _breaks(books, "I1")
    if leave.kind == "fix" and not _is_agreed(books, leave, leave.target):
        books = _breaks(books, "I11")
    if leave.kind == "override" and books.glass == "shut":
        books = _breaks(books, "I9")
    if leave.kind != "normal":
        books = _worked(books, leave.span, 0 if leave.kind == "fix" else None)
    return _with(books, n, word="running", moved=False, agreed=0)


def _told(books: Account, n: int, word: str) -> Account:
    leave = books.works[n]
    if word == "continue" and holding(books, leave.span) & ~leave.going_on:
        return _breaks(books, "I11")
    return _with(books, n, word="drained") if leave.word == "running" and word != "go" else books


def _directed(books: Account, n: int, incident: int, word: str) -> Account:
    agreed = books.works[n].going_on | 1 << incident if word == "continue" else 0
    books = _with(books, n, going_on=agreed)
    leave = books.works[n]
    if word == "continue" and not holding(books, leave.span) & ~agreed:
        return _worked(books, leave.span, 0 if leave.kind == "fix" else None)
    return books


def _silent(books: Account, n: int) -> Account:
    """Time alone: the work goes on running as far as anybody knows."""
    return books


def _lost(books: Account, n: int) -> Account:
    """Whoever let it go on did not know what comes meanwhile."""
    return _with(books, n, going_on=0)


def _ended(books: Account, n: int) -> Account:
    leave = books.works[n]
    return _with(_worked(books, leave.span, None), n, **Leave()._asdict())


# ---------------------------------------------------------------------- overrides


def _confirmed(books: Account, who: int) -> Account:
    books = _breaks(books, "I9") if who == 0 or books.glass != "asked" else books
    return books._replace(glass="open")


def _override_old(books: Account) -> Account:
    """Its quarter of an hour is over: leave that was given on its word and did not begin is past."""
    leave = books.works[0]
    if leave.kind == "override" and leave.word == "leave":
        books = _with(books, 0, word="past")
    return books._replace(glass="shut")


_HEARD: dict[str, Any] = {
    "froze": _froze,
    "edge": _edge,
    "merged": _merged,
    "quarantine": _quarantine,
    "claimed": _claimed,
    "rejected": _rejected,
    "released": _released,
    "asked": _asked,
    "approved": _approved,
    "half an hour": _half_an_hour,
    "granted": _granted,
    "expired": _expired,
    "started": _started,
    "told": _told,
    "directed": _directed,
    "silent": _silent,
    "lost": _lost,
    "ended": _ended,
    "override asked": lambda books: books._replace(glass="asked"),
    "confirmed": _confirmed,
    "override old": _override_old,
}
