"""What every use case is handed: where records live, what time it is, and what the operator decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.authority import Duty, groups_in
from bot.domain.ids import GroupId, Holder
from bot.domain.spending import Budget
from bot.ports.clock import Clock
from bot.ports.storage import Store


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator decided. `shadow`: the freeze only counts what it would have refused.

    `duties`: who has each, people and groups; where nobody is named every full member has it.
    `model_reads_private`: private incidents may be sent to the language model, each by itself. `names_by_role`: papers
    that leave the channel say who somebody was in the incident, not their name. `budget`: what a model may take for the
    drafts of one incident. `retention`: so long after an incident's end what people said in it is kept; None: always.
    """

    shadow: bool = False
    managers: tuple[Holder, ...] = ()
    on_call: tuple[Holder, ...] = ()
    duties: Mapping[Duty, tuple[Holder, ...]] = field(default_factory=dict)
    announce_channel: str = ""
    language: str = "en"
    zone: str = "UTC"
    model_reads_private: bool = False
    names_by_role: bool = False
    budget: Budget = field(default_factory=Budget)
    retention: timedelta | None = None

    def holders(self, duty: Duty) -> tuple[Holder, ...]:
        """Who was named for it; nobody: every full member, and for drafts whoever led the incident."""
        return self.managers if duty is Duty.MANAGE else self.duties.get(duty, ())

    @property
    def groups(self) -> tuple[GroupId, ...]:
        """Every group that is named for anything."""
        named = [self.managers, self.on_call, *self.duties.values()]
        return groups_in(one for holders in named for one in holders)


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside world as use cases see it."""

    store: Store
    clock: Clock
    policy: Policy
