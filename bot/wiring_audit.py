"""Puts together who keeps checkpoints of the audit log."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Settings, SettingsWrong
from bot.jobs.schedule import Chore
from bot.ports.anchor import Anchor
from bot.ports.outside import Outside
from bot.use_cases.audit import Anchoring, ChannelAnchor

if TYPE_CHECKING:
    import aiohttp

    from bot.adapters.checkpoint_key import Signer

LOOK_SECONDS = 5.0
"""How often we look whether a checkpoint is due."""


def read_audit_key(settings: Settings) -> "Signer | None":
    """The key that signs checkpoints, where one is set. Raises SettingsWrong."""
    if not settings.audit_key_file:
        return None
    from bot.adapters.checkpoint_key import KeyWrong, Signer

    try:
        return Signer(Path(settings.audit_key_file))
    except KeyWrong as wrong:
        raise SettingsWrong("audit_key_wrong", value=wrong) from wrong
    except OSError as trouble:
        raise SettingsWrong("audit_key", file=settings.audit_key_file, reason=trouble.strerror) from trouble


def audit_chores(settings: Settings, outside: Outside, session: "aiohttp.ClientSession") -> list[Chore]:
    """A checkpoint where one is due and some place is set. Raises SettingsWrong."""
    signer = read_audit_key(settings)
    if signer is None:
        return []
    from bot.adapters.anchors import FileAnchor, WebAnchor

    anchors: dict[str, Anchor] = {}
    if settings.audit_file:
        anchors["file"] = FileAnchor(Path(settings.audit_file))
    if settings.audit_url:
        anchors["address"] = WebAnchor(session, settings.audit_url)
    if settings.audit_channel:
        anchors["channel"] = ChannelAnchor(outside, settings.audit_channel)
    return [Chore("checkpoints", LOOK_SECONDS, Anchoring(outside, signer.sign, anchors).keep)] if anchors else []
