"""The audit log's chain: a link for every row, its head, and triggers that refuse everything but adding"""

import secrets
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from bot.domain.audit_chain import Fact, Head, first_prev, links_after, payload_of, sealed_at
from storage.tables import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 2000
"""Rows of an older database that are sealed together."""

AUDIT_STAYS = """NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.act = OLD.act
    AND COALESCE(NEW.incident_id, 0) = COALESCE(OLD.incident_id, 0)
    AND COALESCE(NEW.request_key, '') = COALESCE(OLD.request_key, '')
    AND NEW.actor IN (OLD.actor, 'erased') AND NEW.subject IN (OLD.subject, 'erased')
    AND (CAST(NEW.detail AS TEXT) = CAST(OLD.detail AS TEXT) OR CAST(NEW.detail AS TEXT) LIKE '%erased%')"""
"""The one change of an audit row: "erased" takes somebody's place."""
LINK_STAYS = """NEW.n = OLD.n AND NEW.seq = OLD.seq AND NEW.commitment = OLD.commitment
    AND NEW.prev = OLD.prev AND NEW.hash = OLD.hash AND EXISTS (SELECT 1 FROM audit WHERE audit.seq = OLD.seq
    AND (actor = 'erased' OR subject = 'erased' OR CAST(detail AS TEXT) LIKE '%erased%'))"""
"""The one change of a link: a new salt for a row in which somebody was erased."""
HEAD_FOLLOWS = """NEW.log = OLD.log AND NEW.n = OLD.n + 1
    AND EXISTS (SELECT 1 FROM audit_link WHERE n = NEW.n AND hash = NEW.hash AND prev = OLD.hash)"""
"""The head goes one link on, never back."""
MOVE_HEAD = "UPDATE audit_head SET n = NEW.n, hash = NEW.hash WHERE n = NEW.n - 1 AND hash = NEW.prev"
MOVED = "SELECT 1 FROM audit_head WHERE n = NEW.n AND hash = NEW.hash"

SQLITE = [
    *(
        f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} {when}"
        f" BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
        for table, verb, when in (
            ("audit", "update", f"WHEN NOT ({AUDIT_STAYS})"),
            ("audit", "delete", ""),
            ("audit_link", "update", f"WHEN NOT ({LINK_STAYS})"),
            ("audit_link", "delete", ""),
            ("audit_head", "update", f"WHEN NOT ({HEAD_FOLLOWS})"),
            ("audit_head", "insert", ""),
            ("audit_head", "delete", ""),
        )
    ),
    f"CREATE TRIGGER audit_link_insert AFTER INSERT ON audit_link BEGIN {MOVE_HEAD};"
    f" SELECT RAISE(ABORT, 'not the next link of the audit log') WHERE NOT EXISTS ({MOVED}); END",
]

POSTGRES = [
    "CREATE FUNCTION audit_is_added_to() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$",
    f"CREATE FUNCTION audit_link_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {MOVE_HEAD};"
    f" IF NOT FOUND THEN RAISE EXCEPTION 'not the next link of the audit log'; END IF; RETURN NULL; END $$",
    *(
        f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({rule})"
        f" THEN RAISE EXCEPTION 'the audit log is only added to'; END IF; RETURN NEW; END $$"
        for table, rule in (("audit", AUDIT_STAYS), ("audit_link", LINK_STAYS), ("audit_head", HEAD_FOLLOWS))
    ),
    *(
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stays()"
        for table in ("audit", "audit_link", "audit_head")
    ),
    *(
        f"CREATE TRIGGER {table}_refused BEFORE {verbs} ON {table} EXECUTE FUNCTION audit_is_added_to()"
        for table, verbs in (
            ("audit", "DELETE OR TRUNCATE"),
            ("audit_link", "DELETE OR TRUNCATE"),
            ("audit_head", "INSERT OR DELETE OR TRUNCATE"),
        )
    ),
    "CREATE TRIGGER audit_link_insert AFTER INSERT ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_link_follows()",
]


def upgrade() -> None:
    """Rows of before are sealed as they are now: of what happened to them until today the chain says nothing."""
    links = op.create_table(
        "audit_link",
        sa.Column("n", NUMBER, autoincrement=False, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["audit.seq"], name=op.f("fk_audit_link_seq")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_link_seq")),
    )
    heads = op.create_table(
        "audit_head",
        sa.Column("log", sa.String(length=32), nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_audit_head")),
    )
    log = secrets.token_hex(16)
    head = Head(log, 0, first_prev(log))
    for facts in _rows_of_before():
        made = links_after(head, facts, lambda: secrets.token_hex(32))
        op.bulk_insert(links, [{name: getattr(link, name) for name in link.__slots__} for link in made])
        head = Head(log, made[-1].n, made[-1].hash)
    op.bulk_insert(heads, [{"log": head.log, "n": head.n, "hash": head.hash}])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.get_bind().exec_driver_sql(statement)


def _rows_of_before() -> Iterator[list[Fact]]:
    audit = sa.table(
        "audit",
        *(sa.column(name) for name in ("seq", "act", "actor", "subject", "incident_id")),
        sa.column("at", UtcTime()),
        sa.column("detail", sa.JSON()),
    )
    last = 0
    while (
        rows := op.get_bind()
        .execute(sa.select(audit).where(audit.c.seq > last).order_by(audit.c.seq).limit(AT_ONCE))
        .all()
    ):
        last = rows[-1].seq
        yield [
            Fact(
                row.seq,
                sealed_at(row.at),
                row.act,
                str(row.incident_id or ""),
                payload_of(row.actor, row.subject, row.detail),
            )
            for row in rows
        ]
