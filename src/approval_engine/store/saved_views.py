"""
A person's saved views: his own names for lists, each with the parameters it opens with.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from approval_engine.documents import load
from approval_engine.errors import InvalidState, NotFound
from approval_engine.store.database import Transaction
from approval_engine.store.schema import SAVED_VIEW

MOST = 30
"""So many views a person can keep."""

_OF = SAVED_VIEW.c.person == bindparam("of")
_ONE = _OF & (SAVED_VIEW.c.name == bindparam("named"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedView:
    """
    One of them.
    """

    name: str
    query: str

    def args(self) -> dict[str, str]:
        """
        The parameters.
        """
        found: Any = load(self.query.encode())
        return {str(name): str(value) for name, value in found.items()}


def of(transaction: Transaction, person: str) -> tuple[SavedView, ...]:
    """
    All of a person, by name.
    """
    query = select(SAVED_VIEW.c.name, SAVED_VIEW.c.query).where(_OF)
    rows = transaction.execute(query.order_by(SAVED_VIEW.c.name), {"of": person})
    return tuple(SavedView(name=row.name, query=row.query) for row in rows)


def save(transaction: Transaction, person: str, view: SavedView, at: str) -> None:
    """
    Keep a view; one of the same name is replaced. Raises InvalidState if he has many.
    """
    one = {"of": person, "named": view.name}
    gone = transaction.execute(delete(SAVED_VIEW).where(_ONE), one).rowcount
    count = select(func.count()).select_from(SAVED_VIEW).where(_OF)
    if not gone and transaction.execute(count, {"of": person}).scalar_one() >= MOST:
        sentence = f"Expected to save the view '{view.name}', but you have {MOST}"
        raise InvalidState(f"{sentence} already; delete one first.")
    row = {"person": person, "name": view.name, "query": view.query, "saved_at": at}
    transaction.execute(insert(SAVED_VIEW).values(row))


def rename(transaction: Transaction, person: str, name: str, to: str) -> None:
    """
    Call a view otherwise. Raises NotFound, InvalidState if the new name is taken.
    """
    if name == to:
        return
    names = {view.name for view in of(transaction, person)}
    if to in names:
        sentence = f"Expected to rename the view '{name}', but '{to}' is there already."
        raise InvalidState(sentence)
    one = {"of": person, "named": name}
    statement = update(SAVED_VIEW).where(_ONE).values(name=bindparam("to"))
    _must_be_there(transaction.execute(statement, {**one, "to": to}).rowcount, name)


def remove(transaction: Transaction, person: str, name: str) -> None:
    """
    Forget a view. Raises NotFound.
    """
    one = {"of": person, "named": name}
    _must_be_there(
        transaction.execute(delete(SAVED_VIEW).where(_ONE), one).rowcount, name
    )


def _must_be_there(count: int, name: str) -> None:
    if not count:
        sentence = f"You have no saved view '{name}'."
        raise NotFound(sentence)
