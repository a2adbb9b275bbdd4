"""Dependencies between servers, fixes, overrides, what was held back, tokens that end"""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Numbers added to tables that are there already carry no foreign key: SQLite cannot add one."""
    op.create_table(
        "line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("quarantined_at", UtcTime(), nullable=True),
        sa.Column("quarantine_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
    )
    op.create_table(
        "edge",
        sa.Column("one", NUMBER, nullable=False),
        sa.Column("other", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["server.id"], name=op.f("fk_edge_one")),
        sa.ForeignKeyConstraint(["other"], ["server.id"], name=op.f("fk_edge_other")),
        sa.PrimaryKeyConstraint("one", "other", "kind", name=op.f("pk_edge")),
    )
    op.create_index(op.f("ix_edge_other"), "edge", ["other"], unique=False)
    op.create_table(
        "held_back",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("caller", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("servers", sa.JSON(), nullable=False),
        sa.Column("incident_ids", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("change_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_held_back_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_back")),
    )
    op.create_index(op.f("ix_held_back_change_id"), "held_back", ["change_id"], unique=False)
    op.create_index(op.f("ix_held_back_state"), "held_back", ["state"], unique=False)
    op.create_index(
        "uq_held_back_waiting",
        "held_back",
        ["caller", "digest"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "override",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("servers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=32), nullable=True),
        sa.Column("confirmed_at", UtcTime(), nullable=True),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.Column("permit_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["permit_id"], ["permit.id"], name=op.f("fk_override_permit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.add_column("change", sa.Column("second_look", sa.String(length=32), nullable=True))
    op.add_column("change", sa.Column("fix_for", NUMBER, nullable=True))
    op.add_column("hold", sa.Column("reached_from", sa.String(length=253), nullable=True))
    op.add_column("hold", sa.Column("mistaken", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index(op.f("uq_open_hold"), table_name="hold", sqlite_where=sa.text("state != 'released'"))
    op.create_index(
        "ix_open_hold",
        "hold",
        ["server_id", "incident_id"],
        unique=False,
        sqlite_where=sa.text("state != 'released'"),
        postgresql_where=sa.text("state != 'released'"),
    )
    op.add_column("permit", sa.Column("kind", sa.String(length=16), server_default="normal", nullable=False))
    op.add_column("permit", sa.Column("door", sa.String(length=16), server_default="http", nullable=False))
    op.add_column("permit", sa.Column("purpose", sa.Text(), nullable=True))
    op.add_column("permit", sa.Column("person", sa.String(length=32), nullable=True))
    op.add_column("permit", sa.Column("incident_id", NUMBER, nullable=True))
    op.add_column("permit", sa.Column("override_id", NUMBER, nullable=True))
    op.add_column("permit", sa.Column("approvals", sa.JSON(), nullable=True))
    op.add_column("permit", sa.Column("directive", sa.String(length=16), server_default="go", nullable=False))
    op.add_column("permit", sa.Column("started_at", UtcTime(), nullable=True))
    op.add_column("permit", sa.Column("lease_until", UtcTime(), nullable=True))
    op.add_column("permit", sa.Column("ends_by", UtcTime(), nullable=True))
    op.create_index(
        "ix_permit_runs",
        "permit",
        ["ends_by"],
        unique=False,
        sqlite_where=sa.text("state IN ('started', 'draining')"),
        postgresql_where=sa.text("state IN ('started', 'draining')"),
    )
    op.add_column("permit_server", sa.Column("target", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("server", sa.Column("image", sa.String(length=128), nullable=True))
    op.add_column("token", sa.Column("scope", sa.JSON(), nullable=True))
    op.add_column("token", sa.Column("expires_at", UtcTime(), nullable=True))
    op.add_column("token", sa.Column("revoked_at", UtcTime(), nullable=True))
    op.execute("INSERT INTO line (id, version, quarantine_reason) VALUES (1, 1, '')")
