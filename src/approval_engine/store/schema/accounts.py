"""
Tables of who is asking: passwords, web sessions and API tokens, all of them hashed.

Beside them: who of another log-in is who here, from where events came, and the views
that people keep of their lists.
"""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

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
    Column("address", Text, nullable=False, server_default=""),
    Column("agent", Text, nullable=False, server_default=""),
    Column("method", Text, nullable=False, server_default="password"),
    # When the person last showed who he is; unknown if the provider does not say.
    Column("proved_at", Text),
    # Roles that his groups at the provider give to this session, with spaces between.
    Column("lent", Text, nullable=False, server_default=""),
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
    # Rounded down, so that a busy program does not write with every request.
    Column("seen_at", Text),
)

IDENTITY = Table(
    "linked_identity",
    METADATA,
    # A subject is unique at its issuer only; an address in a mail is no identity.
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("linked_at", Text, nullable=False),
    Column("linked_by", Text, nullable=False),
)

EVENT_ORIGIN = Table(
    "event_origin",
    METADATA,
    # Apart from the chained event, so that addresses can be erased.
    Column("event_id", Text, ForeignKey("workflow_event.id"), primary_key=True),
    Column("method", Text, nullable=False),
    Column("credential", Text, nullable=False),
    Column("proved_at", Text),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
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
