"""Messages of Slack as we keep them: every version, folded to the newest."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.ids import ChannelId, MessageTs, SlackUserId


@dataclass(frozen=True, slots=True)
class Message:
    """One version of a message. `version` is "" as first posted, else the ts of the edit or deletion."""

    channel: ChannelId
    ts: MessageTs
    version: str
    user: SlackUserId
    text: str
    thread_ts: MessageTs | None = None
    deleted: bool = False
    is_bot: bool = False


def fold(versions: Iterable[Message]) -> tuple[Message, ...]:
    """The newest version of each message, in the order they were posted, whatever order they arrived in."""
    newest: dict[tuple[str, str], Message] = {}
    for message in versions:
        key = (message.channel, message.ts)
        if key not in newest or _order(message) > _order(newest[key]):
            newest[key] = message
    return tuple(sorted(newest.values(), key=lambda m: (seconds(m.ts), m.channel)))


def _order(message: Message) -> tuple[float, bool]:
    return (seconds(message.version) if message.version else 0.0, message.deleted)


def seconds(ts: str) -> float:
    """A Slack ts as seconds of the Unix epoch."""
    return float(ts)


def permalink(team_url: str, message_channel: str, ts: str, thread_ts: str | None = None) -> str:
    """Slack's permanent link of a message, computed (docs.slack.dev: chat.getPermalink has the same shape)."""
    link = f"{team_url.rstrip('/')}/archives/{message_channel}/p{ts.replace('.', '')}"
    if thread_ts and thread_ts != ts:
        link += f"?thread_ts={thread_ts}&cid={message_channel}"
    return link
