"""Every table, in the order of the nouns; the migrations make exactly these."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz on PostgreSQL, naive UTC text on SQLite. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""The type of every number that counts rows."""


def _id() -> Column[int]:
    return Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> Column[int]:
    return Column(name, _NUMBER, ForeignKey(f"{target}.id"), **options)


incident = Table(
    "incident",
    metadata,
    _id(),
    Column("request_key", String(128), unique=True, nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", String(8), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("reporter", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("channel", String(32), unique=True),
    Column("channel_name", String(80)),
    Column("card_ts", String(32)),
    Column("started_at", UtcTime, index=True),
    *(Column(name, UtcTime) for name in ("detected_at", "declared_at", "acknowledged_at", "identified_at")),
    *(Column(name, UtcTime) for name in ("mitigated_at", "resolved_at", "closed_at")),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("forgotten_at", UtcTime),
)

insider = Table(
    "insider",
    metadata,
    _ref("incident_id", "incident", primary_key=True),
    Column("person", String(32), primary_key=True, index=True),
)

time_version = Table(
    "time_version",
    metadata,
    _id(),
    _ref("incident_id", "incident", nullable=False, index=True),
    Column("name", String(24), nullable=False),
    Column("value", UtcTime),
    Column("by", String(32), nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    _id(),
    _ref("incident_id", "incident", nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", String(128).with_variant(String(32), "sqlite"), nullable=False),
    Column("params", JSON, nullable=False),
    *(Column(name, String(32)) for name in ("channel", "ts")),
    _ref("replaces", "entry"),
)

server = Table(
    "server",
    metadata,
    _id(),
    Column("name", String(253), unique=True, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    *(Column(name, String(63), nullable=False) for name in ("role", "service", "pool")),
    Column("aliases", JSON, nullable=False),
    Column("image", String(128)),
)

edge = Table(
    "edge",
    metadata,
    _ref("one", "server", primary_key=True),
    _ref("other", "server", primary_key=True, index=True),
    Column("kind", String(16), primary_key=True),
)

line = Table(
    "line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("quarantined_at", UtcTime),
    Column("quarantine_reason", Text, nullable=False),
)

hold = Table(
    "hold",
    metadata,
    _id(),
    _ref("incident_id", "incident", nullable=False, index=True),
    _ref("server_id", "server", nullable=False, index=True),
    Column("state", String(16), nullable=False),
    *(Column(name, String(32), nullable=False) for name in ("cause", "held_by")),
    Column("held_at", UtcTime, nullable=False),
    Column("fixers", JSON, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("claimed_by", String(32)),
    Column("claimed_at", UtcTime),
    Column("verified_by", String(32)),
    Column("released_at", UtcTime),
    Column("reached_from", String(253)),
    Column("mistaken", Boolean, nullable=False, server_default=false()),
)

change = Table(
    "change",
    metadata,
    _id(),
    Column("request_key", String(128), unique=True, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("servers", JSON, nullable=False),
    Column("requester", String(32), nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("rollback", "tested", "differences", "planned")),
    *(Column(name, String(32)) for name in ("channel", "approver")),
    *(Column(name, UtcTime) for name in ("approved_at", "started_at", "finished_at")),
    _ref("refused_by_incident", "incident"),
    Column("second_look", String(32)),
    Column("fix_for", _NUMBER),
)

permit = Table(
    "permit",
    metadata,
    _id(),
    *(Column(name, String(128), nullable=False) for name in ("caller", "key")),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    *(Column(name, UtcTime, nullable=False) for name in ("granted_at", "expires_at")),
    _ref("change_id", "change", index=True),
    Column("shadow", Boolean, nullable=False),
    Column("kind", String(16), nullable=False, server_default="normal"),
    Column("door", String(16), nullable=False, server_default="http"),
    Column("purpose", Text),
    Column("person", String(32)),
    Column("incident_id", _NUMBER),
    Column("override_id", _NUMBER),
    Column("approvals", JSON),
    Column("directive", String(16), nullable=False, server_default="go"),
    *(Column(name, UtcTime) for name in ("started_at", "lease_until", "ends_by")),
    UniqueConstraint("caller", "key"),
)

permit_server = Table(
    "permit_server",
    metadata,
    Column("permit_id", _NUMBER, ForeignKey("permit.id"), primary_key=True),
    _ref("server_id", "server", primary_key=True, index=True),
    Column("epoch", BigInteger, nullable=False),
    Column("target", Boolean, nullable=False, server_default=true()),
)

override = Table(
    "override",
    metadata,
    _id(),
    Column("servers", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("confirmed_by", String(32)),
    *(Column(name, UtcTime) for name in ("confirmed_at", "used_at")),
    _ref("permit_id", "permit"),
)

held_back = Table(
    "held_back",
    metadata,
    _id(),
    Column("caller", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("door", String(16), nullable=False),
    Column("purpose", Text, nullable=False),
    *(Column(name, JSON, nullable=False) for name in ("servers", "incident_ids")),
    Column("decision", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("asked", Integer, nullable=False),
    _ref("change_id", "change", index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("decided_by", String(32)),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("act", String(32), nullable=False, index=True),
    Column("actor", String(128), nullable=False),
    Column("subject", String(128), nullable=False, index=True),
    _ref("incident_id", "incident", index=True),
    Column("detail", JSON, nullable=False),
    Column("request_key", String(128), unique=True),
)

audit_link = Table(
    "audit_link",
    metadata,
    Column("n", _NUMBER, primary_key=True, autoincrement=False),
    Column("seq", _NUMBER, ForeignKey("audit.seq"), unique=True, nullable=False),
    Column("salt", String(64), nullable=False),
    *(Column(name, String(64), nullable=False) for name in ("commitment", "prev", "hash")),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("log", String(32), primary_key=True),
    Column("n", _NUMBER, nullable=False),
    Column("hash", String(64), nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    *(Column(name, Boolean, nullable=False) for name in ("is_member", "is_bot")),
)

message = Table(
    "message",
    metadata,
    *(Column(name, String(32), primary_key=True) for name in ("channel", "ts", "version")),
    Column("user", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("thread_ts", String(32)),
    *(Column(name, Boolean, nullable=False) for name in ("deleted", "is_bot")),
    Column("heard_at", UtcTime),
)

reaction = Table(
    "reaction",
    metadata,
    *(Column(name, String(size), primary_key=True) for name, size in (("channel", 32), ("ts", 32))),
    *(Column(name, String(size), primary_key=True) for name, size in (("name", 128), ("who", 32))),
)

channel_read = Table(
    "channel_read",
    metadata,
    Column("channel", String(32), primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("asked", "wanted", "answered", "through")),
    *(Column(name, UtcTime) for name in ("asked_at", "read_at", "through_at", "ended_at", "gone_at")),
    Column("under_way", JSON),
)

draft = Table(
    "draft",
    metadata,
    _id(),
    _ref("incident_id", "incident", nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    *(Column(name, JSON, nullable=False) for name in ("sections", "lines")),
    Column("dropped", Integer, nullable=False),
    Column("by", String(32), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("source", String(64), nullable=False),
    Column("decided_by", String(32)),
    Column("decided_at", UtcTime),
    Column("comment", Text, nullable=False),
    Column("read_to", UtcTime),
    Column("reading", JSON),
    UniqueConstraint("incident_id", "kind", "version"),
)

follow_up = Table(
    "follow_up",
    metadata,
    _id(),
    _ref("incident_id", "incident", nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("owner", String(32)),
    Column("due", Date),
)

job = Table(
    "job",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(160), unique=True, nullable=False),
    Column("key", String(160), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(8), nullable=False),
    Column("run_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("urgency", Integer, nullable=False, server_default="0"),
    Column("again", Boolean, nullable=False, server_default=true()),
    Column("owner", String(64)),
    Column("lease", UtcTime),
    Column("error", Text),
)

job_step = Table(
    "job_step",
    metadata,
    Column("job_id", String(160), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("result", JSON, nullable=False),
)

token = Table(
    "token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(64), unique=True, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("scope", JSON),
    *(Column(name, UtcTime) for name in ("expires_at", "revoked_at")),
)

fact = Table(
    "fact",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)

search_document = Table(
    "search_document",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    _ref("incident_id", "incident", nullable=False, index=True),
    Column("source", String(96), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("incident_id", "source"),
)
