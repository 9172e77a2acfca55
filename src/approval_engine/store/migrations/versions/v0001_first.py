"""
The first schema, in one piece: a migration that ran is never touched again.

It is one list of tables, read from top to bottom, and no later version adds to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_FIRST = {"workflow": 8809, "task": 1, "delegation": 1, "incident": 1}


def upgrade() -> None:
    """
    Create every table, the numbers, and the guard of the event log.
    """
    _api_token()
    _credential()
    _delegation()
    _document()
    _idempotency()
    _incident()
    _login_failure()
    _setting()
    _web_session()
    _policy()
    _quote()
    _workflow_instance()
    _approval_task()
    _workflow_event()
    _event_text()
    _outbox()
    if op.get_bind().dialect.name == "sqlite":
        _counter()
        _append_only_sqlite()
    else:
        _sequences()
        _append_only_postgresql()


def _counter() -> None:
    op.create_table(
        "counter", *(sa.Column(name, sa.Integer(), nullable=False) for name in _FIRST)
    )
    columns, values = ", ".join(_FIRST), ", ".join(map(str, _FIRST.values()))
    op.execute(f"INSERT INTO counter ({columns}) VALUES ({values})")  # noqa: S608 constants


def _sequences() -> None:
    for name, first in _FIRST.items():
        op.execute(f"CREATE SEQUENCE {name}_number START {first}")


def _append_only_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER workflow_event_no_{verb.lower()} BEFORE {verb}"
            " ON workflow_event BEGIN"
            " SELECT RAISE(ABORT, 'workflow_event is append-only'); END"
        )


def _append_only_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'workflow_event is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER workflow_event_append_only"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON workflow_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()"
    )


def _api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_api_token")),
        sa.UniqueConstraint("id", name=op.f("uq_api_token_id")),
    )


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credential")),
    )


def _delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("delegate", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_document")),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "route", "key", name=op.f("pk_idempotency")),
    )


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        "ix_incident_open",
        "incident",
        ["workflow_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _login_failure() -> None:
    op.create_table(
        "login_failure",
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_sha256", name=op.f("pk_login_failure")),
    )


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )


def _web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_web_session")),
    )


def _policy() -> None:
    op.create_table(
        "policy",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'retired')", name=op.f("ck_policy_status")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["document.sha256"], name=op.f("fk_policy_sha256")
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_policy")),
    )
    op.create_index(
        "uq_policy_active",
        "policy",
        ["status"],
        unique=True,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )


def _quote() -> None:
    op.create_table(
        "quote",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["document.sha256"], name=op.f("fk_quote_sha256")
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_quote")),
    )


def _workflow_instance() -> None:
    op.create_table(
        "workflow_instance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Text(), nullable=False),
        sa.Column("quote_revision", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("quote_sha256", sa.Text(), nullable=False),
        sa.Column("policy_sha256", sa.Text(), nullable=False),
        sa.Column("directory_sha256", sa.Text(), nullable=False),
        sa.Column("delegations_sha256", sa.Text(), nullable=False),
        sa.Column("evaluation_sha256", sa.Text(), nullable=False),
        sa.Column("plan_sha256", sa.Text(), nullable=False),
        sa.Column("definition_sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("timers", sa.Text(), nullable=False),
        sa.Column("next_due_at", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'rejected', 'returned', 'recalled',"
            " 'superseded', 'expired')",
            name=op.f("ck_workflow_instance_status"),
        ),
        sa.ForeignKeyConstraint(
            ["definition_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_definition_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["delegations_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_delegations_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["directory_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_directory_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_evaluation_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_plan_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["policy_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_policy_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["quote_sha256"],
            ["document.sha256"],
            name=op.f("fk_workflow_instance_quote_sha256"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_instance")),
        sa.UniqueConstraint(
            "quote_id",
            "quote_revision",
            "attempt",
            name=op.f("uq_workflow_instance_quote_id_quote_revision_attempt"),
        ),
    )
    op.create_index(
        "ix_workflow_due",
        "workflow_instance",
        ["next_due_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_due_at IS NOT NULL"),
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_workflow_status", "workflow_instance", ["status", "number"], unique=False
    )


def _approval_task() -> None:
    op.create_table(
        "approval_task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("principal", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Integer(), nullable=False),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_seq", sa.Integer(), nullable=True),
        sa.Column("vetoed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'claimed', 'approved', 'rejected', 'returned',"
            " 'delegated', 'escalated', 'cancelled', 'not_required')",
            name=op.f("ck_approval_task_status"),
        ),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow_instance.id"],
            name=op.f("fk_approval_task_workflow_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_task")),
        sa.UniqueConstraint(
            "workflow_id",
            "element",
            "occurrence",
            "seat",
            name=op.f("uq_approval_task_workflow_id_element_occurrence_seat"),
        ),
    )
    op.create_index(
        "ix_task_assignee",
        "approval_task",
        ["assignee", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    )
    op.create_index(
        "ix_task_role",
        "approval_task",
        ["role", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_open = 1 AND assignee IS NULL"),
        postgresql_where=sa.text("is_open = 1 AND assignee IS NULL"),
    )


def _workflow_event() -> None:
    op.create_table(
        "workflow_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=True),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow_instance.id"],
            name=op.f("fk_workflow_event_workflow_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_event")),
        sa.UniqueConstraint(
            "workflow_id",
            "natural_key",
            name=op.f("uq_workflow_event_workflow_id_natural_key"),
        ),
        sa.UniqueConstraint(
            "workflow_id", "seq", name=op.f("uq_workflow_event_workflow_id_seq")
        ),
    )


def _event_text() -> None:
    op.create_table(
        "event_text",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["workflow_event.id"], name=op.f("fk_event_text_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_text")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'cancelled', 'dead')",
            name=op.f("ck_outbox_status"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["workflow_event.id"], name=op.f("fk_outbox_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["next_attempt_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "ix_outbox_task",
        "outbox",
        ["task_id"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
