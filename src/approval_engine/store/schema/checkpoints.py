"""
The table of checkpoints: what was signed of the heads of all logs, and when.
"""

from sqlalchemy import Column, Integer, Table, Text

from approval_engine.store.schema.base import METADATA

# The signed statements only; the heads themselves lie in files outside the database.
CHECKPOINT = Table(
    "checkpoint",
    METADATA,
    # Two workers that sign at one moment want the same number: one of them gets it.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Text, nullable=False),
    # Names the statement before it by its hash.
    Column("statement", Text, nullable=False),
    Column("signature", Text, nullable=False),
)
