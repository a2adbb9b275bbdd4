"""Who may do what: duties that the operator gives to people and Slack user groups, on top of membership."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Refused
from bot.domain.ids import GroupId, Holder, SlackUserId


class Duty(StrEnum):
    """What is not for every member. The rest is: declaring, adding servers, notes, asking, doing one's own work.

    claim: say that a fix is done · verify: release a server, or reject what was claimed · approve: changes, fixes, and
    how running work goes on · override: ask for and confirm one · administer: make the reach of a freeze smaller ·
    manage: decide the drafts.
    """

    CLAIM = "claim"
    VERIFY = "verify"
    APPROVE = "approve"
    OVERRIDE = "override"
    ADMINISTER = "administer"
    MANAGE = "manage"


class NotYourDuty(Refused):
    """Some decisions are for the people and groups whom the operator named."""

    key = "refused.not_your_duty"


class GroupUnread(Refused):
    """A group of which nobody could read who is in it gives nobody authority."""

    key = "refused.group_unread"


MEMBERSHIP = "membership"
"""Nobody is named for the duty: every full member has it."""
NAME = "name"
"""The settings name this very person."""
ROLE = "role"
"""Where no manager is named, whoever led or reported the incident manages its drafts."""


@dataclass(frozen=True, slots=True)
class Group:
    """A Slack user group as it was last read."""

    id: GroupId
    members: frozenset[SlackUserId]


@dataclass(frozen=True, slots=True)
class Authority:
    """By which right somebody decides. `through`: MEMBERSHIP, NAME, ROLE or the id of a group."""

    duty: Duty
    through: str

    @property
    def detail(self) -> dict[str, str]:
        """As the audit row says it."""
        return {"duty": self.duty.value, "through": self.through}


def authority_of(who: SlackUserId, duty: Duty, holders: Sequence[Holder], groups: Sequence[Group]) -> Authority:
    """The right of a full member. A group that nobody has read yet gives none. Raises NotYourDuty, GroupUnread."""
    if not holders:
        return Authority(duty, MEMBERSHIP)
    if who in holders:
        return Authority(duty, NAME)
    for group in groups:
        if group.id in holders and who in group.members:
            return Authority(duty, group.id)
    if unread := unread_groups(holders, groups):
        raise GroupUnread(duty=duty, groups=unread)
    raise NotYourDuty(duty=duty, who=tuple(holders))


def groups_in(holders: Iterable[Holder]) -> tuple[GroupId, ...]:
    """The groups among them, each once."""
    return tuple(dict.fromkeys(GroupId(one) for one in holders if is_group(one)))


def is_group(holder: Holder) -> bool:
    """Slack's ids of user groups begin with S, those of people with U or W."""
    return holder.startswith("S")


def unread_groups(holders: Iterable[Holder], groups: Iterable[Group]) -> tuple[GroupId, ...]:
    """Those of which nobody knows yet who is in them."""
    known = {group.id for group in groups}
    return tuple(one for one in groups_in(holders) if one not in known)


def people_of(holders: Iterable[Holder], groups: Iterable[Group]) -> tuple[SlackUserId, ...]:
    """Everybody who is meant, each once: a group stands for its members, in the order of their ids."""
    members = {group.id: sorted(group.members) for group in groups}
    found: list[SlackUserId] = []
    for one in holders:
        found += members.get(GroupId(one), []) if is_group(one) else [SlackUserId(one)]
    return tuple(dict.fromkeys(found))
