"""
The table of what programs were told: one row per keyed request, from its first moment.
"""

from sqlalchemy import Column, Integer, Table, Text

from approval_engine.store.schema.base import METADATA

REPLY = Table(
    "api_reply",
    METADATA,
    # The key belongs to one actor and one kind of request.
    Column("actor", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    # Whoever runs the request holds the row by this instant.
    Column("claimed_at", Text, nullable=False),
    # None of these while the request runs.
    Column("status", Integer),
    Column("location", Text),
    Column("body", Text),
)
