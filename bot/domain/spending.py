"""What a model may cost for one incident, and what it cost: tokens, seconds and money."""

from dataclasses import dataclass

MILLION = 1_000_000
CHARACTERS_PER_TOKEN = 3
"""How many characters a token is taken for where nobody counted; English has about four, Korean about two."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What requests took: tokens as the server counted them, and seconds from asking to the end of the answer."""

    tokens_in: int = 0
    tokens_out: int = 0
    requests: int = 0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Those of the questions and of the answers."""
        return self.tokens_in + self.tokens_out

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.requests + other.requests,
            self.seconds + other.seconds,
        )

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(
            self.tokens_in - other.tokens_in,
            self.tokens_out - other.tokens_out,
            self.requests - other.requests,
            self.seconds - other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """What all drafts of one incident may take together. `money` of 0 is no limit.

    `price_in`, `price_out`: money for a million tokens of questions and of answers, in whatever currency the operator
    counts; 0 where it was not told.
    """

    tokens: int = 1_000_000
    seconds: float = 900.0
    money: float = 0.0
    price_in: float = 0.0
    price_out: float = 0.0

    def cost(self, spent: Spent) -> float | None:
        """The money it took; None where the operator told no price."""
        if not (self.price_in or self.price_out):
            return None
        return (spent.tokens_in * self.price_in + spent.tokens_out * self.price_out) / MILLION

    def allows(self, spent: Spent, characters: int) -> bool:
        """Whether another request with so many characters stays within it."""
        then = spent + Spent(tokens_in=characters // CHARACTERS_PER_TOKEN)
        within_money = not self.money or (self.cost(then) or 0.0) <= self.money
        return then.tokens <= self.tokens and then.seconds < self.seconds and within_money


class Meter:
    """How far the requests of one draft are while they run, and what they took; for others to look at."""

    def __init__(self) -> None:
        self.spent = Spent()
        self.part, self.parts = 0, 0
        self.writing = 0
        """Characters of the answer that comes in now."""

    def wrote(self, characters: int) -> None:
        """So many characters of the answer are there."""
        self.writing = characters

    def reads(self, part: int, parts: int) -> None:
        """The next part of the log goes to the model, counted from 1."""
        self.part, self.parts, self.writing = part, parts, 0

    def add(self, spent: Spent) -> None:
        """A request ended, well or not."""
        self.spent += spent
