"""Whether somebody may decide: read from our records in the deciding transaction, which are kept true outside of it."""

import logging
from collections.abc import Sequence

from bot.domain.authority import Authority, Duty, Group, authority_of, groups_in, people_of
from bot.domain.ids import GroupId, Holder, SlackUserId
from bot.ports.chat import Chat, ChatPermanent, ChatTransient
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.person import is_outsider, must_be_member

log = logging.getLogger(__name__)


async def must_have(tx: Transaction, outside: Outside, who: SlackUserId, duty: Duty) -> Authority:
    """By which right somebody decides. Raises NoAuthority, StandingUnknown, NotYourDuty, GroupUnread."""
    await must_be_member(tx, who)
    holders = outside.policy.holders(duty)
    return authority_of(who, duty, holders, await tx.groups.named(groups_in(holders)))


async def check_duty(outside: Outside, *, by: SlackUserId, duty: Duty) -> None:
    """Raises what a decision would raise, before anybody fills in a form for it."""
    async with outside.store.read() as tx:
        await must_have(tx, outside, by, duty)


async def people_in(tx: Transaction, holders: Sequence[Holder]) -> tuple[SlackUserId, ...]:
    """Everybody who is meant: a group stands for its members; whom we know to be an outsider is meant by nothing."""
    meant = people_of(holders, await tx.groups.named(groups_in(holders)))
    return tuple([who for who in meant if not await is_outsider(tx, who)])


async def people_named(outside: Outside, holders: Sequence[Holder]) -> tuple[SlackUserId, ...]:
    """As `people_in`, in a transaction of its own."""
    async with outside.store.read() as tx:
        return await people_in(tx, holders)


async def read_group(outside: Outside, chat: Chat, group: GroupId) -> None:
    """Asks who is in a group now, and keeps it. Raises ChatTransient, ChatPermanent."""
    read = Group(group, frozenset(await chat.members_of(group)))
    async with outside.store.write() as tx:
        if list(await tx.groups.named([group])) != [read]:
            await tx.groups.save(read)


async def read_groups(outside: Outside, chat: Chat) -> bool:
    """Reads every group that the settings name; whether all could be read. Of others the last known members stand."""
    everything = True
    for group in outside.policy.groups:
        try:
            await read_group(outside, chat, group)
        except (ChatTransient, ChatPermanent) as trouble:
            everything = False
            log.warning("a user group cannot be read: %s", trouble, extra={"group": group})
    return everything
