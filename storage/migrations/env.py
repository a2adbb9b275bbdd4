"""Alembic's entry point: it works on the connection that `storage.migrate` hands over."""

from alembic import context

import storage.indexes  # noqa: F401 - they belong to the metadata
from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
