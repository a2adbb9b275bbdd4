"""Indexes over a part of a table. They stand apart because naming PostgreSQL here loads its dialect: only
what makes or compares the schema imports them.
"""

from sqlalchemy import Index

from storage.tables import held_back, hold, incident, job, permit

OPEN_HOLD = Index(
    "ix_open_hold",
    hold.c.server_id,
    hold.c.incident_id,
    sqlite_where=hold.c.state != "released",
    postgresql_where=hold.c.state != "released",
)
HELD_BACK_ONCE = Index(
    "uq_held_back_waiting",
    held_back.c.caller,
    held_back.c.digest,
    unique=True,
    sqlite_where=held_back.c.state == "waiting",
    postgresql_where=held_back.c.state == "waiting",
)
PERMIT_RUNS = Index(
    "ix_permit_runs",
    permit.c.ends_by,
    sqlite_where=permit.c.state.in_(["started", "draining"]),
    postgresql_where=permit.c.state.in_(["started", "draining"]),
)
JOB_DUE = Index("ix_job_due", job.c.run_at, sqlite_where=job.c.state == "open", postgresql_where=job.c.state == "open")
JOB_KEY = Index(
    "ix_job_key",
    job.c.key,
    job.c.seq,
    sqlite_where=job.c.state == "open",
    postgresql_where=job.c.state == "open",
)
JOB_DEAD = Index(
    "ix_job_dead",
    job.c.seq,
    sqlite_where=job.c.state == "dead",
    postgresql_where=job.c.state == "dead",
)
PERMIT_LIVE = Index(
    "ix_permit_live",
    permit.c.state,
    permit.c.expires_at,
    sqlite_where=permit.c.state.in_(["waiting", "granted", "unknown", "started", "draining"]),
    postgresql_where=permit.c.state.in_(["waiting", "granted", "unknown", "started", "draining"]),
)
INCIDENT_PRIVATE = Index(
    "ix_incident_private",
    incident.c.id,
    sqlite_where=incident.c.private == 1,
    postgresql_where=incident.c.private,
)
