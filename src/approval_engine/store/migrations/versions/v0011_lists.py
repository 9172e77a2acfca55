"""
What lists of quotes find and sort by: owner, worth and the day it is needed by.
"""

import json
from decimal import Decimal
from math import floor

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LARGEST = 10**17
NO_WORTH = str(-LARGEST - 1)
NO_DAY = "9999-12-31"


def upgrade() -> None:
    """
    Add the columns, filled from the documents that hold it, and their indexes.
    """
    op.add_column("quote", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column(
        "quote",
        sa.Column(
            "worth", sa.BigInteger(), nullable=False, server_default=sa.text(NO_WORTH)
        ),
    )
    op.add_column(
        "quote",
        sa.Column("needed_by", sa.Text(), nullable=False, server_default=NO_DAY),
    )
    _fill(op.get_bind())
    op.create_index(
        "ix_quote_submitter", "quote", ["submitted_by", "imported_at", "id"]
    )
    _create(
        "ix_quote_owner", "quote", "owner IS NOT NULL", "owner", "imported_at", "id"
    )
    op.create_index("ix_quote_worth", "quote", ["worth", "id"])
    op.create_index("ix_quote_needed", "quote", ["needed_by", "id"])
    runs, table = "status = 'pending'", "workflow_instance"
    op.create_index("ix_workflow_account", table, ["account", "number"])
    _create("ix_workflow_running", table, runs, "quote_id", "quote_revision")


def _create(name: str, table: str, where: str, *columns: str) -> None:
    only = sa.text(where)
    op.create_index(
        name, table, list(columns), sqlite_where=only, postgresql_where=only
    )


def _fill(connection: sa.Connection) -> None:
    found = connection.execute(
        sa.text(
            "SELECT quote.id, quote.revision, document.body FROM quote"
            " JOIN document ON document.sha256 = quote.sha256"
        )
    ).all()
    rows = [
        {"id": row.id, "revision": row.revision, **_told(bytes(row.body))}
        for row in found
    ]
    if rows:
        connection.execute(
            sa.text(
                "UPDATE quote SET owner = :owner, worth = :worth,"
                " needed_by = :needed_by WHERE id = :id AND revision = :revision"
            ),
            rows,
        )


def _told(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    value = value if isinstance(value, dict) else {}
    return {
        "owner": value.get("owner"),
        "worth": _worth(value),
        "needed_by": value.get("neededBy") or value.get("needed_by") or NO_DAY,
    }


def _worth(value: dict[str, object]) -> int:
    lines = value.get("lines")
    try:
        if isinstance(lines, list) and lines:
            return _hundredths(sum(map(_net, lines), Decimal(0)))
        stated = value.get("amount")
        return int(NO_WORTH) if stated is None else _hundredths(Decimal(str(stated)))
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return int(NO_WORTH)


def _hundredths(worth: Decimal) -> int:
    return max(-LARGEST, min(LARGEST, floor(worth * 100)))


def _net(line: dict[str, object]) -> Decimal:
    price = line.get("netPrice", line.get("net_price"))
    return Decimal(str(line["quantity"])) * Decimal(str(price))
