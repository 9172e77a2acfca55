"""
A table of quotes → whether every row of it names a revision of its own.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    Numeric,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from approval_engine.analytics.sql.facts import Columns, Misfit, lacking

AMOUNT = "amount"
"""What is counted where it is below zero."""


class Whole(NamedTuple):
    """
    How many rows there are, name no quote or revision, and have a negative amount.
    """

    quotes: int
    nameless: int
    negative: int


def keyed(columns: Columns) -> Columns:
    """
    The same columns with a revision, which is the first where none is stated.

    Raises Misfit if a column does not say which quote and revision a row is.
    """
    if "id" not in columns:
        raise lacking("id")
    stated = columns.get("revision")
    if stated is not None and not isinstance(stated.type, Integer | Numeric):
        sentence = "Expected column 'revision' to hold whole numbers, but it is of type"
        raise Misfit("revision", f"{sentence} {stated.type}.")
    first = literal(1, Integer)
    revision = first if stated is None else func.coalesce(stated, first)
    return {**columns, "revision": revision.label("revision")}


def whole(connection: Connection, columns: Columns) -> Whole:
    """
    Look at all rows of a table with keys.
    """
    quote, revision = columns["id"], columns["revision"]
    amount = columns.get(AMOUNT)
    negative: Any = literal(0)
    if amount is not None and isinstance(amount.type, Integer | Numeric):
        negative = func.count(case((amount < 0, 1)))
    nameless = or_(quote.is_(None), cast(quote, String) == "", revision < 1)
    counts = select(func.count(), func.count(case((nameless, 1))), negative)
    quotes, without, below = connection.execute(counts.select_from(quote.table)).one()
    return Whole(quotes=quotes, nameless=without, negative=below)


def repeated(columns: Columns) -> Select[Any]:
    """
    The id and revision of what stands in more than one row, and in how many; one row.
    """
    rows = select(columns["id"].label("id"), columns["revision"]).subquery()
    key = (rows.c.id, rows.c.revision)
    number = func.count().label("number")
    found = select(*key, number).group_by(*key).having(func.count() > 1)
    return found.order_by(*key).limit(1)
