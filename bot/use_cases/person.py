"""Who people are: looked up once, kept, asked for their authority at the moment they decide."""

from dataclasses import replace

from bot.domain.errors import NoAuthority, StandingUnknown
from bot.domain.ids import SlackUserId
from bot.domain.person import Person
from bot.ports.chat import Chat, ChatGone
from bot.ports.outside import Outside
from bot.ports.storage import Transaction


async def known(outside: Outside, who: SlackUserId) -> Person | None:
    """The person as we last saw them."""
    async with outside.store.read() as tx:
        return await tx.people.get(who)


async def refresh(outside: Outside, chat: Chat, who: SlackUserId) -> Person:
    """Asks the chat service who somebody is now, and keeps it. Raises ChatTransient, ChatPermanent.

    Whom we knew and it does not show us any more is no member.
    """
    try:
        person = await chat.person(who)
    except ChatGone:
        before = await known(outside, who)
        if before is None:
            raise
        person = replace(before, is_member=False)
    async with outside.store.write() as tx:
        await tx.people.save(person)
    return person


async def must_not_be_guest(tx: Transaction, who: SlackUserId) -> None:
    """Raises NoAuthority for those we know to be guests, strangers or bots.

    Stopping the line does not wait until the chat service told us who somebody is.
    """
    if await is_outsider(tx, who):
        raise NoAuthority


async def is_outsider(tx: Transaction, who: SlackUserId) -> bool:
    """Whether we know somebody to be a guest, a stranger or a bot."""
    person = await tx.people.get(who)
    return person is not None and person.is_outsider


async def must_be_member(tx: Transaction, who: SlackUserId) -> None:
    """Raises NoAuthority for guests, people of other workspaces, bots, and anybody we never met."""
    person = await tx.people.get(who)
    if person is None:
        raise StandingUnknown
    person.must_be_member()
