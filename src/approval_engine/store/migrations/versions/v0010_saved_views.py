"""
What lists show and are searched by, whom later steps ask, and saved views.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FIGURES = ("amount", "discount_pct", "margin_pct")
_LARGEST = 2**63 - 1
_ALL = sa.text(
    "SELECT w.id, w.number, w.status, e.body AS evaluation, p.body AS plan"
    " FROM workflow_instance w"
    " JOIN document e ON e.sha256 = w.evaluation_sha256"
    " JOIN document p ON p.sha256 = w.plan_sha256"
)
_SAY = sa.text(
    "UPDATE workflow_instance SET amount = :amount, amount_minor = :amount_minor,"
    " discount_pct = :discount_pct, margin_pct = :margin_pct, reasons = :reasons"
    " WHERE id = :id"
)
_AHEAD = sa.text(
    "INSERT INTO task_ahead (person, number, step, workflow_id)"
    " VALUES (:person, :number, :step, :workflow_id)"
)
_STEPS = sa.text("SELECT DISTINCT step FROM approval_task WHERE workflow_id = :id")


def upgrade() -> None:
    """
    Add columns, tables and indexes, and say of what is there what lists say of it.
    """
    for name in ("amount", "discount_pct", "margin_pct", "reasons"):
        op.add_column("workflow_instance", sa.Column(name, sa.Text(), nullable=True))
    op.add_column(
        "workflow_instance", sa.Column("amount_minor", sa.BigInteger(), nullable=True)
    )
    _tables()
    _index("ix_task_principal", ["principal", "due_at", "id"], "is_open = 1 AND ")
    _index("ix_task_closed", ["closed_by", "closed_at", "id"], "")
    connection = op.get_bind()
    for row in connection.execute(_ALL).all():
        connection.execute(_SAY, {"id": row.id, **_listed(row.evaluation)})
        if row.status == "pending":
            _look_ahead(connection, row)


def _tables() -> None:
    op.create_table(
        "task_ahead",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow_instance.id"],
            name=op.f("fk_task_ahead_workflow_id"),
        ),
        sa.PrimaryKeyConstraint("person", "number", "step", name=op.f("pk_task_ahead")),
    )
    op.create_index("ix_task_ahead_workflow", "task_ahead", ["workflow_id"])
    op.create_table(
        "saved_view",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name=op.f("pk_saved_view")),
    )


def _index(name: str, columns: list[str], condition: str) -> None:
    known = sa.text(f"{condition}{columns[0]} IS NOT NULL")
    op.create_index(
        name,
        "approval_task",
        columns,
        sqlite_where=known,
        postgresql_where=known,
    )


def _listed(body: bytes) -> dict[str, object]:
    document = _read(body)
    inputs = document.get("inputs", {})
    found = {name: _decimal(inputs.get(name)) for name in _FIGURES}
    amount = found["amount"]
    minor = None if amount is None else max(-_LARGEST, min(_LARGEST, int(amount * 100)))
    reasons = (
        str(each.get("reason"))
        for each in document.get("triggers", ())
        if each.get("fired") and not each.get("waived_by")
    )
    texts = {n: None if v is None else format(v, "f") for n, v in found.items()}
    return {
        **texts,
        "amount_minor": minor,
        "reasons": " ".join(dict.fromkeys(reasons)),
    }


def _look_ahead(connection: sa.Connection, row: sa.Row[Any]) -> None:
    opened = set(connection.execute(_STEPS, {"id": row.id}).scalars())
    rows = [
        {
            "person": person,
            "number": row.number,
            "step": step["id"],
            "workflow_id": row.id,
        }
        for step in _read(row.plan).get("steps", ())
        if step["id"] not in opened and not step.get("around")
        for person in sorted(set(step["staffing"]["candidates"]))
    ]
    if rows:
        connection.execute(_AHEAD, rows)


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(bytes(body))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _decimal(value: object) -> Decimal | None:
    if not isinstance(value, str):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
