"""Authority as it is read in the deciding transaction: from the settings, from groups as Slack last showed them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import SettingsWrong, read_policy
from bot.domain.audit import Act
from bot.domain.authority import Authority, Duty, Group, GroupUnread, NotYourDuty, authority_of, people_of
from bot.domain.errors import OverrideSpent
from bot.domain.gate import Verdict
from bot.domain.ids import GroupId, SlackUserId
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.ports.outside import Outside, Policy
from bot.use_cases.authority import people_named, read_groups
from bot.use_cases.fix import claim_fix, verify_server
from bot.use_cases.override import ask_override, confirm_override
from bot.use_cases.permit import approve_fix, poll_permit
from tests.acts import ANN, BEN, CHO, DAN, EVERYBODY, ask, audit, hold_on, stop_the_line
from tests.conftest import AddPeople

SRE, DBA = GroupId("S0SRE"), GroupId("S0DBA")


class Members:
    """What the chat service says of each group, or how it fails; the rest of it is not asked."""

    def __init__(self, said: Mapping[str, Sequence[SlackUserId] | Exception]) -> None:
        self._said = said

    async def members_of(self, group: GroupId) -> Sequence[SlackUserId]:
        answer = self._said[group]
        if isinstance(answer, Exception):
            raise answer
        return answer


def only(outside: Outside, duty: Duty, *holders: str) -> Outside:
    """Where this duty is theirs alone."""
    return replace(outside, policy=replace(outside.policy, duties={duty: holders}))  # type: ignore[dict-item]


async def read(outside: Outside, **said: Any) -> bool:
    return await read_groups(outside, Members(said))  # type: ignore[arg-type]


async def test_what_was_last_read_stands_until_it_is_read_again(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    outside = only(outside, Duty.VERIFY, SRE, DBA)
    assert await read(outside, S0SRE=[BEN], S0DBA=[])
    for away in (ChatTransient("503"), ChatPermanent("missing_scope")):
        assert not await read(outside, S0SRE=away, S0DBA=[CHO])
        assert await people_named(outside, (SRE, DBA, BEN)) == (BEN, CHO)
    assert await read(outside, S0SRE=[], S0DBA=[])
    assert await people_named(outside, (SRE, DBA)) == ()


async def test_of_two_groups_one_that_is_not_read_yet_does_not_hide_the_other(
    outside: Outside, add_people: AddPeople
) -> None:
    await add_people(*EVERYBODY)
    outside = only(outside, Duty.CLAIM, SRE, DBA)
    await read(outside, S0SRE=[BEN], S0DBA=ChatTransient("503"))
    await stop_the_line(outside, "lb-01")
    hold_id = (await hold_on(outside, "lb-01")).id
    with pytest.raises(GroupUnread) as refused:
        await claim_fix(outside, by=CHO, hold_id=hold_id, evidence="mine")
    assert refused.value.params["groups"] == (DBA,)
    await claim_fix(outside, by=BEN, hold_id=hold_id, evidence="rebooted")
    await read(outside, S0SRE=[BEN], S0DBA=[])
    with pytest.raises(NotYourDuty):
        await claim_fix(outside, by=CHO, hold_id=hold_id, evidence="mine")


@pytest.mark.parametrize(
    ("holders", "through"), [((), "membership"), ((SRE, CHO), "name"), ((DBA, SRE), "S0SRE"), ((SRE, DBA), "S0SRE")]
)
async def test_the_row_says_by_which_right(
    outside: Outside, add_people: AddPeople, holders: tuple[str, ...], through: str
) -> None:
    await add_people(*EVERYBODY)
    outside = only(outside, Duty.VERIFY, *holders)
    await read(outside, S0SRE=[CHO], S0DBA=[DAN])
    await stop_the_line(outside, "lb-01")
    hold_id = (await hold_on(outside, "lb-01")).id
    await claim_fix(outside, by=BEN, hold_id=hold_id, evidence="rebooted")
    await verify_server(outside, by=CHO, hold_id=hold_id)
    (row,) = await audit(outside, Act.SERVER_VERIFIED)
    assert (row.detail["duty"], row.detail["through"]) == ("verify", through)


async def test_an_outsider_whom_a_group_names_receives_nothing(outside: Outside, add_people: AddPeople) -> None:
    await add_people(ANN)
    await add_people(BEN, is_member=False)
    await add_people(CHO, is_bot=True)
    outside = replace(outside, policy=Policy(managers=(SRE,)))
    await read(outside, S0SRE=[ANN, BEN, CHO])
    assert await people_named(outside, outside.policy.managers) == (ANN,)


PEOPLE = st.sampled_from([ANN, BEN, CHO, DAN])
GROUPS = st.dictionaries(st.sampled_from([SRE, DBA]), st.frozensets(PEOPLE))


@given(who=PEOPLE, holders=st.lists(PEOPLE | st.sampled_from([SRE, DBA]), max_size=5), read=GROUPS)
def test_who_has_a_duty(who: SlackUserId, holders: list[Any], read: dict[GroupId, frozenset[SlackUserId]]) -> None:
    """The promise in other words: nobody is named, or the person is, or somebody who was read into a named group."""
    groups = [Group(name, members) for name, members in read.items()]
    may = not holders or any(one == who or who in read.get(one, ()) for one in holders)
    try:
        right: Authority | None = authority_of(who, Duty.VERIFY, holders, groups)
    except NotYourDuty:
        right = None
        assert all(one in read for one in holders if one in (SRE, DBA))
    except GroupUnread as unread:
        right = None
        assert unread.params["groups"] and not set(unread.params["groups"]) & set(read)
    assert (right is not None) is may
    if holders:
        assert (who in people_of(holders, groups)) is may


def test_settings_name_people_and_groups() -> None:
    policy = read_policy({"STOPLINE_VERIFIERS": "U012AB3CD, S0SRE1 ,W9X", "STOPLINE_MANAGERS": "S0BOSS"})
    assert policy.holders(Duty.VERIFY) == ("U012AB3CD", "S0SRE1", "W9X") and policy.holders(Duty.CLAIM) == ()
    assert policy.holders(Duty.MANAGE) == ("S0BOSS",) and set(policy.groups) == {"S0SRE1", "S0BOSS"}


@pytest.mark.parametrize("name", ["CLAIMERS", "VERIFIERS", "APPROVERS", "OVERRIDERS", "ADMINS", "MANAGERS", "ON_CALL"])
@pytest.mark.parametrize("value", ["@minji", "C012AB3CD", "U012AB3CD S0SRE1", ",", "sre"])
def test_a_setting_that_names_nobody_is_a_mistake_and_never_means_everybody(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong):
        read_policy({f"STOPLINE_{name}": value})


async def test_a_pipeline_uses_no_word_of_somebody_who_lost_the_duty(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*EVERYBODY)
    made = await stop_the_line(outside, "lb-01")
    glass = await ask_override(outside, by=BEN, servers=["lb-01"], reason="cut off", request_key="glass")
    assert glass is not None
    await confirm_override(outside, by=CHO, number=glass.id)
    fix = (await ask(outside, "lb-01", fix_for=made.incident.id)).permit
    assert fix is not None
    await approve_fix(outside, by=CHO, permit_id=fix.id, incident_id=made.incident.id)
    await add_people(CHO, is_member=False)
    with pytest.raises(OverrideSpent):
        await ask(outside, "lb-01", override_id=glass.id)
    assert (await poll_permit(outside, caller="pipeline", permit_id=fix.id)).decision.verdict is Verdict.WAITING
    await add_people(CHO)
    assert (await poll_permit(outside, caller="pipeline", permit_id=fix.id)).decision.verdict is Verdict.FIX
    assert (await ask(outside, "lb-01", override_id=glass.id)).decision.verdict is Verdict.OVERRIDDEN
