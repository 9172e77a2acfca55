"""
Tables of what is under review: workflows, their tasks, and whom their steps will ask.
"""

from sqlalchemy import (
    BigInteger,
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

from approval_engine.store.schema.base import METADATA, for_each_database, index_of_some

NOT_PUT_AWAY = "status <> 'pending' AND (archived_seq IS NULL OR archived_seq < seq)"
"""Ended reviews with events that are not archived, in the words of their index."""

POOLED = "is_open = 1 AND assignee IS NULL"
"""Tasks that whoever is asked may take, in the words of their indexes."""

MOVED = "is_open = 1 AND windows <> '[]'"
"""What delegation windows have moved, in the words that its index is found by."""

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
    # What lists show and are searched by, from the evaluation; written once. The amount
    # in hundredths is for comparing only.
    Column("amount", Text),
    Column("amount_minor", BigInteger),
    Column("discount_pct", Text),
    Column("margin_pct", Text),
    Column("reasons", Text),
    # Under which month its log was put away, and up to which event; else empty.
    Column("archived_month", Text),
    Column("archived_seq", Integer),
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
    # The administrator's question: which approvals end next?
    index_of_some(
        "ix_workflow_ending",
        "next_due_at",
        "id",
        where="status = 'approved' AND next_due_at IS NOT NULL",
    ),
    # The archive's question: what has ended, the oldest first, and is not put away?
    index_of_some("ix_workflow_ended", "updated_at", "id", where=NOT_PUT_AWAY),
    # Lists are read newest first, by status, in pages.
    Index("ix_workflow_status", "status", "number"),
    # The list of all of them, newest first, and what is looked for in it.
    Index(
        "ix_workflow_newest",
        "number",
        "account",
        "quote_id",
        "submitted_by",
        "owner",
        "id",
    ),
    # The queue of the deal desk follows the quotes by value or day: is it reviewed now?
    Index(
        "ix_workflow_running",
        "quote_id",
        "quote_revision",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
    # What used an exception is looked for among the reviews of its account, and a
    # search goes from one account to the next.
    Index("ix_workflow_account", "account", "number"),
    # The reviews of a submitter, of an owner and of a process, newest first.
    Index("ix_workflow_submitter", "submitted_by", "number"),
    index_of_some("ix_workflow_owner", "owner", "number", where="owner IS NOT NULL"),
    Index("ix_workflow_process", "process", "number"),
    # A report is about those that were submitted in a span.
    Index("ix_workflow_created", "created_at"),
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
    # The submit's question where work goes round: when was each given a task last?
    index_of_some("ix_task_given", "assignee", "number", where="assignee IS NOT NULL"),
    # Every task by due time, open or closed.
    Index("ix_task_due", "due_at", "id"),
    # What is late: open tasks by due time, with where they belong.
    Index(
        "ix_task_late",
        "due_at",
        "id",
        "workflow_id",
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
    *for_each_database("ix_task_role", "role", "due_at", "id", where=POOLED),
    # Whom pools ask, from one list of people to the next: has everybody of it left, is
    # somebody among them who is away now?
    *for_each_database("ix_task_pool", "candidates", "workflow_id", where=POOLED),
    # What windows have moved and will move back; almost always nothing.
    index_of_some("ix_task_moved", "workflow_id", where=MOVED),
    # The scrape's question: how many are open and late, by role? Without their rows.
    Index(
        "ix_task_open",
        "role",
        "due_at",
        "id",
        sqlite_where=text("is_open = 1"),
        postgresql_where=text("is_open = 1"),
    ),
    # What lies at a stand-in of a person; almost always nothing.
    Index(
        "ix_task_principal",
        "principal",
        "due_at",
        "id",
        sqlite_where=text("is_open = 1 AND principal IS NOT NULL"),
        postgresql_where=text("is_open = 1 AND principal IS NOT NULL"),
    ),
    # What a person decided, the newest first.
    Index(
        "ix_task_closed",
        "closed_by",
        "closed_at",
        "id",
        sqlite_where=text("closed_by IS NOT NULL"),
        postgresql_where=text("closed_by IS NOT NULL"),
    ),
)

# Whom the steps of a running review ask that did not open yet; read per person in the
# order of the workflows, forgotten when the review ends.
TASK_AHEAD = Table(
    "task_ahead",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("workflow_id", Text, ForeignKey("workflow_instance.id"), nullable=False),
    # The end of a review asks: what was still to come of it?
    Index("ix_task_ahead_workflow", "workflow_id"),
)
