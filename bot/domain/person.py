"""People: who they are to us, and whether they may decide anything."""

from dataclasses import dataclass

from bot.domain.errors import NoAuthority, StandingUnknown
from bot.domain.ids import SlackUserId


@dataclass(frozen=True, slots=True)
class Person:
    """What we keep of a Slack user. `locale` as Slack gives it ("ko-KR"), `zone` an IANA name.

    Not `is_known`: the chat service does not say just now who they are; such a person is never kept.
    """

    id: SlackUserId
    name: str
    locale: str
    zone: str
    is_member: bool = True
    is_bot: bool = False
    is_known: bool = True

    @property
    def language(self) -> str:
        """ "ko" or "en"."""
        return "ko" if self.locale.lower().startswith("ko") else "en"

    @property
    def is_outsider(self) -> bool:
        """Known to be a guest, somebody of another workspace, or a bot."""
        return self.is_known and (self.is_bot or not self.is_member)

    def must_be_member(self) -> None:
        """Raises NoAuthority for guests, people of other workspaces and bots; StandingUnknown."""
        if not self.is_known:
            raise StandingUnknown
        if self.is_outsider:
            raise NoAuthority
