"""Indexes over a part of a table. They stand apart because naming PostgreSQL here loads its dialect: only
what makes or compares the schema imports them.
"""

from sqlalchemy import Index

from storage.tables import hold, job

OPEN_HOLD = Index(
    "uq_open_hold",
    hold.c.incident_id,
    hold.c.server_id,
    unique=True,
    sqlite_where=hold.c.state != "released",
    postgresql_where=hold.c.state != "released",
)
JOB_DUE = Index("ix_job_due", job.c.run_at, sqlite_where=job.c.state == "open", postgresql_where=job.c.state == "open")
JOB_KEY = Index(
    "ix_job_key",
    job.c.key,
    job.c.seq,
    sqlite_where=job.c.state == "open",
    postgresql_where=job.c.state == "open",
)
