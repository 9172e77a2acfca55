"""
Tables of who is asking: passwords, web sessions, API tokens, all hashed; saved views.
"""

from sqlalchemy import Column, Integer, Table, Text

from approval_engine.store.schema.base import METADATA

CREDENTIAL = Table(
    "credential",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
)

LOGIN_FAILURE = Table(
    "login_failure",
    METADATA,
    # Hash of account and address: it slows one guesser, not the owner of the account.
    Column("source_sha256", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Text, nullable=False),
)

SESSION = Table(
    "web_session",
    METADATA,
    # Only the hash of the cookie is stored: a copy of the table opens no door.
    Column("token_sha256", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)

API_TOKEN = Table(
    "api_token",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("user_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
)

SAVED_VIEW = Table(
    "saved_view",
    METADATA,
    # A person's own name for a list, and the parameters of its address.
    Column("person", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)
