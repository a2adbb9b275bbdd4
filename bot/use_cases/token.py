"""Tokens of those who ask the gate: made, ended, recognised."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.audit import Act
from bot.domain.ids import OPERATOR
from bot.domain.server import is_selector
from bot.domain.token import LONGEST_LIFE, Token, is_anothers, token_hash
from bot.ports.outside import Outside
from bot.use_cases.record import record
from bot.use_cases.server import canonical


class TokenNameTaken(ValueError):
    """Each caller has its own name: what it asked is found under it."""


class TokenUnknown(ValueError):
    """No caller has this name."""


async def make_token(
    outside: Outside, *, name: str, secret: str, scope: Sequence[str] = (), lasts: timedelta = LONGEST_LIFE
) -> Token:
    """Lets a caller in: only the hash of its secret is kept. A revoked name may be used again with a new secret.

    `scope`: names or selectors (empty: any server). Raises TokenNameTaken, NameUnusable.
    """
    at = outside.clock.now()
    asked = tuple(text.lower() if is_selector(text) else str(canonical(text)) for text in scope)
    new = Token(token_hash(secret), name, at, asked, at + min(lasts, LONGEST_LIFE))
    async with outside.store.write() as tx:
        before = await tx.tokens.by_name(name)
        if is_anothers(name) or (before is not None and before.revoked_at is None):
            raise TokenNameTaken(name)
        await (tx.tokens.add(new) if before is None else tx.tokens.replace(before, new))
        await record(tx, at=at, act=Act.TOKEN_MADE, actor=OPERATOR, subject=name, detail={"scope": list(asked)})
    return new


async def revoke_token(outside: Outside, *, name: str) -> Token:
    """Shuts a caller out at once. Raises TokenUnknown."""
    at = outside.clock.now()
    async with outside.store.write() as tx:
        found = await tx.tokens.by_name(name)
        if found is None:
            raise TokenUnknown(name)
        revoked = found.revoke(at=at)
        await tx.tokens.save(revoked)
        await record(tx, at=at, act=Act.TOKEN_REVOKED, actor=OPERATOR, subject=name)
    return revoked


async def list_tokens(outside: Outside) -> Sequence[Token]:
    """Every token, by name."""
    async with outside.store.read() as tx:
        return await tx.tokens.all()


async def caller_of(outside: Outside, secret: str) -> Token | None:
    """Whose secret this is, if it still lets anybody in."""
    async with outside.store.read() as tx:
        found = await tx.tokens.by_hash(token_hash(secret))
    return found if found and found.is_good(outside.clock.now()) else None
