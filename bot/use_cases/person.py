"""Who people are: looked up once, kept, asked for their authority at the moment they decide."""

from bot.domain.errors import StandingUnknown
from bot.domain.ids import SlackUserId
from bot.domain.person import Person
from bot.ports.chat import Chat
from bot.ports.outside import Outside
from bot.ports.storage import Transaction


async def meet(outside: Outside, chat: Chat, who: SlackUserId) -> Person:
    """The person, from our records or from the chat service. Raises ChatTransient, ChatPermanent."""
    async with outside.store.read() as tx:
        known = await tx.people.get(who)
    return known or await refresh(outside, chat, who)


async def refresh(outside: Outside, chat: Chat, who: SlackUserId) -> Person:
    """Asks the chat service who somebody is now, and keeps it."""
    person = await chat.person(who)
    async with outside.store.write() as tx:
        await tx.people.save(person)
    return person


async def must_not_be_guest(tx: Transaction, who: SlackUserId) -> None:
    """Raises NoAuthority for those we know to be guests, strangers or bots.

    An incident does not wait until the chat service told us who somebody is.
    """
    person = await tx.people.get(who)
    if person is not None:
        person.must_be_member()


async def is_guest(tx: Transaction, who: SlackUserId) -> bool:
    """Whether we know somebody to be a guest, a stranger or a bot."""
    person = await tx.people.get(who)
    return person is not None and (person.is_bot or not person.is_member)


async def must_be_member(tx: Transaction, who: SlackUserId) -> None:
    """Raises NoAuthority for guests, people of other workspaces, bots, and anybody we never met."""
    person = await tx.people.get(who)
    if person is None:
        raise StandingUnknown
    person.must_be_member()
