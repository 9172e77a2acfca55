"""
The table of erasures: whose words were taken out of which documents, chained by hash.
"""

from sqlalchemy import Column, Integer, Table, Text

from approval_engine.store.schema.base import METADATA

# Append-only, like events: a document whose bytes are no longer those that its hash was
# taken of is right only if a row here says what they are now.
ERASURE = Table(
    "erasure",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("erased_at", Text, nullable=False),
    Column("erased_by", Text, nullable=False),
    # The id stays: it stands in the log, and says nothing once nobody knows whose.
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # The hash that each document is known by, and that of its bytes from now on.
    Column("documents", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
