"""
A text → the workflows whose account, quote, people or id it names, however old.

Each is looked for along an index of its own. What a text names too often is left to
whoever looks through all of them, a page at a time.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all

from approval_engine.store.database import Transaction
from approval_engine.store.schema import WORKFLOW

MOST = 20
"""So many accounts and people may be meant."""

MOST_QUOTES = 200
"""So many workflows may be those of quotes whose id begins with a text."""

VISITED = 10_000
"""So many names of accounts are compared with a text."""

_DIGITS = 10
"""How many digits a number has at most."""

_LAST = "\uffff"
"""Stands behind every other character."""

_ACCOUNTS = select(
    func.min(WORKFLOW.c.account).label("name"), literal(1).label("place")
).cte("accounts", recursive=True)
_NEXT = select(func.min(WORKFLOW.c.account)).where(
    WORKFLOW.c.account > _ACCOUNTS.c.name
)
_NAMES = _ACCOUNTS.union_all(
    select(_NEXT.scalar_subquery(), _ACCOUNTS.c.place + 1).where(
        _ACCOUNTS.c.name.is_not(None), _ACCOUNTS.c.place < VISITED
    )
)


def numbers(
    transaction: Transaction,
    text: str,
    people: tuple[str, ...],
    within: list[ColumnElement[bool]],
    limit: int,
) -> tuple[int, ...] | None:
    """
    The numbers of the newest workflows that are meant; None if too many are named.

    `within` are conditions on the workflow that hold besides.
    """
    accounts, quotes = _accounts(transaction, text), _quotes(transaction, text)
    if accounts is None or quotes is None or len(people) > MOST:
        return None
    named = (
        *(WORKFLOW.c.account == each for each in accounts),
        *(WORKFLOW.c.submitted_by == each for each in people),
        *(WORKFLOW.c.owner == each for each in people),
        *_ids(text),
        *([WORKFLOW.c.number.in_(quotes)] if quotes else ()),
    )
    if not named:
        return ()
    parts = (select(_part(each, within, limit).subquery()) for each in named)
    # The same workflow may be meant in several ways, and comes once.
    found = union_all(*parts).subquery()
    number = found.c.number
    newest = select(number).distinct().order_by(number.desc()).limit(limit)
    return tuple(transaction.execute(newest).scalars())


def _part(
    named: ColumnElement[bool], within: list[ColumnElement[bool]], limit: int
) -> Select[int]:
    query = select(WORKFLOW.c.number).where(named, *within)
    return query.order_by(WORKFLOW.c.number.desc()).limit(limit)


def _accounts(transaction: Transaction, text: str) -> list[str] | None:
    """
    The accounts in whose name the text stands; None if they are too many.
    """
    meant = _NAMES.c.name.icontains(text, autoescape=True)
    # The last one that is visited comes along, to tell that there may be more.
    query = select(_NAMES.c.name, _NAMES.c.place, meant.label("meant"))
    query = query.where(or_(meant, _NAMES.c.place == VISITED)).limit(MOST + 1)
    rows = transaction.execute(query).all()
    found = [row.name for row in rows if row.meant]
    is_all = all(row.place < VISITED for row in rows)
    return found if is_all and len(found) <= MOST else None


def _quotes(transaction: Transaction, text: str) -> list[int] | None:
    """
    The workflows of the quotes whose id begins so; None if they are too many.
    """
    found: set[int] = set()
    for word in {text, text.upper(), text.lower()}:
        begins = WORKFLOW.c.quote_id.startswith(word, autoescape=True)
        # Along the index of quotes, which LIKE alone does not find.
        query = select(WORKFLOW.c.number).where(
            WORKFLOW.c.quote_id >= word, WORKFLOW.c.quote_id < word + _LAST, begins
        )
        found.update(transaction.execute(query.limit(MOST_QUOTES + 1)).scalars())
    return sorted(found) if len(found) <= MOST_QUOTES else None


def _ids(text: str) -> Iterator[ColumnElement[bool]]:
    """
    The numbers of the ids that begin so: 12, 120 to 129, 1200 to 1299 and so on.
    """
    digits = text.upper().removeprefix("WF-")
    begins = digits != text and digits.isascii() and digits.isdigit()
    if begins and not digits.startswith("0"):
        for more in range(_DIGITS - len(digits)):
            first = int(digits) * 10**more
            yield WORKFLOW.c.number.between(first, first + 10**more - 1)
