"""Whether somebody may decide: read from our records in the deciding transaction, which are kept true outside of it."""

import logging
from collections.abc import Iterable, Sequence

from bot.domain.authority import Authority, Duty, Group, authority_of, groups_in, people_of
from bot.domain.change import WAITING, Change
from bot.domain.errors import Refused
from bot.domain.ids import GroupId, Holder, SlackUserId
from bot.domain.permit import Permit, PermitState
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


async def without_duty(
    tx: Transaction, outside: Outside, people: Iterable[SlackUserId | None], duty: Duty
) -> frozenset[SlackUserId]:
    """Those of them who may not decide any more what they decided: their word counts for nothing that has not begun."""
    lost = set()
    for who in {one for one in people if one is not None}:
        try:
            await must_have(tx, outside, who, duty)
        except Refused:
            lost.add(who)
    return frozenset(lost)


async def still_approved(tx: Transaction, outside: Outside, change: Change) -> Change:
    """A change with the approvals that still count."""
    if change.state not in WAITING:
        return change
    return change.without(await without_duty(tx, outside, (change.approver, change.second_look), Duty.APPROVE))


async def still_agreed(tx: Transaction, outside: Outside, permit: Permit) -> Permit:
    """A permit that has not begun, with the approvals that still count."""
    if permit.state not in (PermitState.WAITING, PermitState.GRANTED):
        return permit
    return permit.without(await without_duty(tx, outside, [one.by for one in permit.approvals], Duty.APPROVE))


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
