"""How a draft came to know its log: in how many parts, what no model read and why, and what it cost."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.spending import Spent


class Stopped(StrEnum):
    """Why the model did not read all of it; nothing where it did, or where there is none."""

    NOTHING = ""
    BUDGET = "budget"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Reading:
    """`parts`: into how many the log was cut for the model, `quoted`: of how many the log is quoted instead.

    `money`: what it cost in the operator's currency, None where no price was told. `job`: for which job it was read.
    `used`: tokens that all drafts of the incident took up to this one, of those that are `allowed` (0: not noted).
    `edited`: a person edited the version before, and nothing was read for it.
    """

    parts: int = 0
    quoted: int = 0
    stopped: Stopped = Stopped.NOTHING
    spent: Spent = field(default_factory=Spent)
    money: float | None = None
    job: str = ""
    used: int = 0
    allowed: int = 0
    edited: bool = False
