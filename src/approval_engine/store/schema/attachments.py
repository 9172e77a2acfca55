"""
The table of attached files, by their content.
"""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from approval_engine.store.schema.base import METADATA

# Bytes under their SHA-256, once per content, never changed; quotes and events hold the
# hash. Name and media type are those under which the content came first.
ATTACHMENT = Table(
    "attachment",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
