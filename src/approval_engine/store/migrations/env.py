"""
What Alembic runs: every migration inside the transaction that `store.upgrade` opened.
"""

from alembic import context

from approval_engine.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA
)
context.run_migrations()
