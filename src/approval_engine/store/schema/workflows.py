"""
Tables of what happened: workflows, tasks, events, their texts, messages and incidents.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from approval_engine.store.schema.base import METADATA

WORKFLOW = Table(
    "workflow_instance",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("quote_id", Text, nullable=False),
    Column("quote_revision", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("account", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("owner", Text),
    Column("policy", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("quote_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("policy_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("directory_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("delegations_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("evaluation_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("plan_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("definition_sha256", Text, ForeignKey("document.sha256"), nullable=False),
    Column("status", Text, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("ended", Text),
    Column("timers", Text, nullable=False),
    Column("next_due_at", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("supersedes", Text),
    Column("fingerprint", Text),
    # One workflow per quote revision and attempt, whoever submits how often.
    UniqueConstraint("quote_id", "quote_revision", "attempt"),
    CheckConstraint(
        "status IN ('pending', 'approved', 'rejected', 'returned', 'recalled',"
        " 'superseded', 'expired')",
        name="status",
    ),
    # The worker's question: what is due? It never opens a workflow that is not.
    Index(
        "ix_workflow_due",
        "next_due_at",
        "id",
        sqlite_where=text("next_due_at IS NOT NULL"),
        postgresql_where=text("next_due_at IS NOT NULL"),
    ),
    # Lists are read newest first, by status, in pages.
    Index("ix_workflow_status", "status", "number"),
    # The queue of the deal desk follows the quotes by value or day: is it reviewed now?
    Index(
        "ix_workflow_running",
        "quote_id",
        "quote_revision",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
    # What used an exception is looked for among the reviews of its account.
    Index("ix_workflow_account", "account", "number"),
    # A workflow has one successor, even past a lost lock; and: which one is it?
    Index(
        "uq_workflow_supersedes",
        "supersedes",
        unique=True,
        sqlite_where=text("supersedes IS NOT NULL"),
        postgresql_where=text("supersedes IS NOT NULL"),
    ),
)

TASK = Table(
    "approval_task",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("workflow_id", Text, ForeignKey("workflow_instance.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("candidates", Text, nullable=False),
    Column("assignee", Text),
    Column("principal", Text),
    Column("status", Text, nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("escalation_level", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("closed_by", Text),
    Column("closed_seq", Integer),
    Column("vetoed", Integer, nullable=False),
    Column("windows", Text, nullable=False, server_default="[]"),
    # Whether an approver added this seat; it counts besides the rule of the step.
    Column("ad_hoc", Integer, nullable=False, server_default="0"),
    # Who is to answer a question about this task, since when; almost always nobody.
    Column("info_from", Text),
    Column("info_since", Text),
    # Whom its approver wants asked once the rule is met, as a JSON list; mostly nobody.
    Column("then_ask", Text),
    # Whether an admin took the seat out of its step, as nobody was left to take it.
    Column("withdrawn", Integer, nullable=False, server_default="0"),
    # A seat of a step opens once per pass, and once more for each rung of the ladder
    # that is asked beside it: no event may open the same a second time.
    UniqueConstraint(
        "workflow_id",
        "element",
        "occurrence",
        "seat",
        "escalation_level",
        name="uq_approval_task_seat",
    ),
    CheckConstraint(
        "status IN ('open', 'claimed', 'approved', 'rejected', 'returned',"
        " 'delegated', 'escalated', 'cancelled', 'not_required')",
        name="status",
    ),
    # Inbox of a person: his open tasks by due time.
    Index(
        "ix_task_assignee",
        "assignee",
        "due_at",
        "id",
        sqlite_where=text("is_open = 1"),
        postgresql_where=text("is_open = 1"),
    ),
    # Questions to a person: the tasks that wait for information from him.
    Index(
        "ix_task_info",
        "info_from",
        sqlite_where=text("info_from IS NOT NULL"),
        postgresql_where=text("info_from IS NOT NULL"),
    ),
    # Inbox of a role: unassigned open tasks by due time.
    Index(
        "ix_task_role",
        "role",
        "due_at",
        "id",
        sqlite_where=text("is_open = 1 AND assignee IS NULL"),
        postgresql_where=text("is_open = 1 AND assignee IS NULL"),
    ),
)

EVENT = Table(
    "workflow_event",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("workflow_id", Text, ForeignKey("workflow_instance.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("task_id", Text),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("channel", Text, nullable=False),
    Column("timestamp", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("natural_key", Text),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    # The log of one workflow has one order.
    UniqueConstraint("workflow_id", "seq"),
    # One decision per task and one firing per timer, even past a lost lock.
    UniqueConstraint("workflow_id", "natural_key"),
)

# What people wrote, apart from the chained event, so that it can be erased.
EVENT_TEXT = Table(
    "event_text",
    METADATA,
    Column("event_id", Text, ForeignKey("workflow_event.id"), primary_key=True),
    Column("salt", Text, nullable=False),
    Column("body", Text, nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    # Derived from the event and the recipient: the same message has the same id always.
    Column("id", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("workflow_event.id"), nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("task_id", Text),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Text),
    Column("created_at", Text, nullable=False),
    CheckConstraint(
        "status IN ('waiting', 'sent', 'cancelled', 'dead')", name="status"
    ),
    # The sender's question: what is to be sent now?
    Index(
        "ix_outbox_waiting",
        "next_attempt_at",
        "id",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
    # What a person was told for information, the newest first.
    Index(
        "ix_outbox_informed",
        "recipient",
        "created_at",
        sqlite_where=text("kind = 'informed'"),
        postgresql_where=text("kind = 'informed'"),
    ),
    # The decision's question: what need not be sent any more for this task?
    Index(
        "ix_outbox_task",
        "task_id",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    # The key belongs to one actor and one kind of command.
    Column("actor", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

INCIDENT = Table(
    "incident",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("workflow_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    # Who let the workflow go on.
    Column("closed_by", Text),
    # A workflow is quarantined while it has an open incident.
    Index(
        "ix_incident_open",
        "workflow_id",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
