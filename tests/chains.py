"""The audit chain as a test sees it: every hash computed again from what the database holds."""

from sqlalchemy import select, text

from bot.domain.audit_chain import Fact, Head, Link, commit_to, first_prev, hash_of, payload_of, sealed_at
from storage.database import Database
from storage.tables import audit, audit_head, audit_link


async def linked(store: Database) -> list[str]:
    """The subjects in the order of the chain, after every hash was computed again from what is stored."""
    query = select(audit, audit_link).join(audit_link, audit_link.c.seq == audit.c.seq).order_by(audit_link.c.n)
    async with store.engine.connect() as connection:
        rows = (await connection.execute(query)).all()
        head = (await connection.execute(select(audit_head))).one()
        unsealed = await connection.execute(select(audit.c.seq).where(audit.c.seq.not_in(select(audit_link.c.seq))))
        assert unsealed.all() == []
    prev = first_prev(head.log)
    for n, row in enumerate(rows, 1):
        payload = payload_of(row.actor, row.subject, row.detail)
        fact = Fact(row.seq, sealed_at(row.at), row.act, str(row.incident_id or ""), payload)
        link = Link(row.n, row.seq, row.salt, row.commitment, row.prev, row.hash)
        assert (link.n, link.prev) == (n, prev)
        assert link.commitment == commit_to(link.salt, payload)
        assert link.hash == hash_of(head.log, link, fact)
        prev = link.hash
    assert Head(head.log, head.n, head.hash) == Head(head.log, len(rows), prev)
    return [row.subject for row in rows]


async def as_owner(store: Database, *statements: str) -> None:
    """Runs statements as somebody who owns the database and takes its triggers and references away first."""
    async with store.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            names = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in [name for name in names.scalars() if name.startswith("audit")]:
                await connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            await connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))
