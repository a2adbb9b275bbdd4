"""What the gate said, for doors that only want yes or no and one reason: the same words and decision everywhere."""

from dataclasses import dataclass

from bot.domain.errors import Refused
from bot.domain.gate import Verdict
from bot.ports.storage import StoreCollision
from bot.use_cases.gate import Ask, GateAnswer, ask_permit, look
from bot.use_cases.sight import names_to_ask
from handlers.http.entrance import Entrance, Overloaded
from handlers.http.gate_answers import Speaker

TRIES = 3
"""How often a question that collided with another one is asked."""


@dataclass(frozen=True, slots=True)
class Said:
    """Yes or no. `waiting`: no for now, until a fix is agreed to. `reason` is for people, with the decision's id."""

    allowed: bool
    reason: str
    decision_id: str = ""
    waiting: bool = False
    answer: GateAnswer | None = None


async def ask_gate(entrance: Entrance, speaker: Speaker, ask: Ask, *, dry: bool = False) -> Said:
    """The one decision behind every door; `dry` leaves no trace. Raises StoreUnavailable, Overloaded."""
    try:
        answer = await _answer(entrance, ask, dry=dry)
    except Refused as refused:
        return Said(allowed=False, reason=speaker.why(refused))
    speaker = speaker.knowing(await names_to_ask(entrance.outside, answer.incidents))
    waiting = answer.decision.verdict is Verdict.WAITING
    return Said(answer.decision.allows, speaker.reason(answer), answer.decision_id, waiting, answer)


async def _answer(entrance: Entrance, ask: Ask, *, dry: bool) -> GateAnswer:
    async with entrance.turnstile.turn():
        if dry:
            return await look(entrance.outside, ask)
        for _ in range(TRIES):
            try:
                return await ask_permit(entrance.outside, ask)
            except StoreCollision:
                continue
    raise Overloaded
