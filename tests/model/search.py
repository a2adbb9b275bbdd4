"""Breadth first over every state that can be reached; the first that breaks a promise is shown with the way to it."""

import gc
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.model.moves import Bound, Event, Moves, World
from tests.model.promises import Account, broken, grew, hear

State = tuple[World, Account]


@dataclass
class Found:
    """What a search saw. `promise`: the broken one ("" for none) and the events that led there."""

    states: int = 0
    transitions: int = 0
    seconds: float = 0.0
    promise: str = ""
    trace: list[Event] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)


class Kept:
    """Each part of a state once: equal parts are the same object, so that a state is known by a few numbers."""

    def __init__(self) -> None:
        self._parts: dict[object, object] = {}
        self._heard: dict[tuple[int, Event], Account] = {}

    def __call__(self, part: Any) -> Any:
        return self._parts.setdefault(part, part)

    def hear(self, books: Account, event: Event) -> Account:
        """As `hear`, remembered."""
        key = (id(books), event)
        if key not in self._heard:
            self._heard[key] = self(hear(books, event))
        return self._heard[key]

    def key(self, world: World, books: Account) -> tuple[int, ...]:
        """What tells this state from any other."""
        flags = world.edge + 2 * world.merged + 4 * world.quarantined
        rest = (id(self(part)) for part in (world.holds, world.works, world.override))
        return (flags, *world.epochs, *rest, id(self(books)))


def search(moves: Moves, *, most: int | None = None) -> Found:
    """Every state within the bound (or the nearest `most`), up to the first that breaks a promise."""
    gc.disable()
    try:
        return _search(moves, most)
    finally:
        gc.enable()


def _search(moves: Moves, most: int | None) -> Found:
    began, kept, found = time.perf_counter(), Kept(), Found()
    first: State = (World(), kept(Account()))
    seen = {kept.key(*first)}
    came: list[tuple[int, Event]] = [(0, ("begin",))]
    queue, here = deque([first]), -1
    while queue and not found.promise and (most is None or len(seen) < most):
        world, books = queue.popleft()
        here += 1
        for event, after in moves.all(world):
            found.transitions += 1
            found.events[str(event[0])] = found.events.get(str(event[0]), 0) + 1
            heard = kept.hear(books, event)
            promise = "" if grew(heard, world.epochs, after.epochs) else "I2"
            state = same((after, heard._replace(grows=0) if heard.grows else heard))
            key = kept.key(*state)
            if not promise and key in seen:
                continue
            seen.add(key)
            came.append((here, event))
            queue.append((state[0], kept(state[1])))
            if promise := promise or broken(state[1], _held(state[0]), _states(state[0])):
                found.promise, found.trace = promise, _way(came, len(came) - 1)
                break
    found.states, found.seconds = len(seen), time.perf_counter() - began
    return found


def _held(world: World) -> tuple[bool, ...]:
    return tuple(hold is not None for hold in world.holds)


def _states(world: World) -> tuple[str, str]:
    one, other = ("none" if work is None else work.state for work in world.works)
    return one, other


def _way(came: list[tuple[int, Event]], last: int) -> list[Event]:
    way = []
    while last:
        last, event = came[last]
        way.append(event)
    return way[::-1]


_SWAP = {n: (n & 0b1001) | (n & 0b0010) << 1 | (n & 0b0100) >> 1 for n in range(16)}


def same(state: State) -> State:
    """Persons 1 and 2 do the same things: of two states that differ in their names alone one is kept."""
    world, books = state
    for hold in world.holds:
        if hold is not None and hold.fixers & 0b110 not in (0, 0b110):
            break
    else:
        if not any(hold and hold.claimer in (1, 2) for hold in world.holds):
            return state
    return min(state, _mirror(world, books), key=_order)


def _order(state: State) -> tuple[object, ...]:
    world, books = state
    return tuple((hold.fixers, hold.claimer) if hold else (-1, -1) for hold in world.holds), books.fixers


def _mirror(world: World, books: Account) -> State:
    holds = tuple(
        hold._replace(fixers=_SWAP[hold.fixers], claimer={1: 2, 2: 1}.get(hold.claimer, hold.claimer)) if hold else None
        for hold in world.holds
    )
    return world._replace(holds=holds), books._replace(fixers=tuple(_SWAP[f] for f in books.fixers))


def report(found: Found, bound: Bound) -> str:
    """What people read."""
    return f"{found.states} states, {found.transitions} transitions, {found.seconds:.1f} s ({bound})"
