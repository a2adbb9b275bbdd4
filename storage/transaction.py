"""One transaction: every noun's rows, on one connection."""

from sqlalchemy.ext.asyncio import AsyncConnection

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
from storage.search import SearchRows
from storage.server import CatalogueMemory, ServerRows
from storage.timeline import EntryRows


class Transaction:
    """Implements `bot.ports.storage.Transaction`."""

    def __init__(self, connection: AsyncConnection, memory: CatalogueMemory) -> None:
        self.incidents = IncidentRows(connection)
        self.entries = EntryRows(connection)
        self.servers = ServerRows(connection, memory)
        self.holds = HoldRows(connection)
        self.changes = ChangeRows(connection)
        self.permits = PermitRows(connection)
        self.overrides = OverrideRows(connection)
        self.held_back = HeldBackRows(connection)
        self.tokens = TokenRows(connection)
        self.audit = AuditRows(connection)
        self.chain = ChainRows(connection)
        self.evidence = EvidenceRows(connection)
        self.people = PersonRows(connection)
        self.groups = GroupRows(connection)
        self.messages = MessageRows(connection)
        self.reads = ChannelReadRows(connection)
        self.drafts = DraftRows(connection)
        self.jobs = JobRows(connection)
        self.search = SearchRows(connection)
        self.facts = FactRows(connection)
