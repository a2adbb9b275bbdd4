"""One transaction: every noun's rows, on one connection."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.sight import Sight
from storage.audit import AuditRows
from storage.audit_chain import ChainRows
from storage.authority import GroupRows
from storage.backfill import ChannelReadRows
from storage.change import ChangeRows
from storage.draft import DraftRows
from storage.evidence import EvidenceRows
from storage.facts import FactRows
from storage.freeze import HoldRows
from storage.gate import HeldBackRows, OverrideRows, TokenRows
from storage.incident import IncidentRows
from storage.job import JobRows
from storage.message import MessageRows
from storage.permit import PermitRows
from storage.person import PersonRows
from storage.reaction import ReactionRows
from storage.search import SearchRows
from storage.server import CatalogueMemory, ServerRows
from storage.sight import InsiderRows
from storage.timeline import EntryRows


class Transaction:
    """Implements `bot.ports.storage.Transaction` for these eyes."""

    def __init__(self, connection: AsyncConnection, memory: CatalogueMemory, sight: Sight) -> None:
        self.incidents = IncidentRows(connection, sight)
        self.insiders = InsiderRows(connection)
        self.entries = EntryRows(connection, sight)
        self.servers = ServerRows(connection, memory)
        self.holds = HoldRows(connection, sight)
        self.changes = ChangeRows(connection)
        self.permits = PermitRows(connection)
        self.overrides = OverrideRows(connection)
        self.held_back = HeldBackRows(connection)
        self.tokens = TokenRows(connection)
        self.audit = AuditRows(connection, sight)
        self.chain = ChainRows(connection)
        self.evidence = EvidenceRows(connection, sight)
        self.people = PersonRows(connection)
        self.groups = GroupRows(connection)
        self.messages = MessageRows(connection, sight)
        self.reactions = ReactionRows(connection, sight)
        self.reads = ChannelReadRows(connection)
        self.drafts = DraftRows(connection, sight)
        self.jobs = JobRows(connection)
        self.search = SearchRows(connection, sight)
        self.facts = FactRows(connection)
