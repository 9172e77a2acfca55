"""
What must hold of amounts and other figures: lists tell what the documents say, exactly.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from approval_engine.documents import load
from approval_engine.documents.node import decimal_of
from approval_engine.errors import BROKEN, reason
from approval_engine.executor import stored
from approval_engine.operations.invariants.model import Subject
from approval_engine.store import audit, quotes
from approval_engine.store.database import Transaction

_FIGURES = ("amount", "discount_pct", "margin_pct")
_NUMBERS = ("number", "money")
_LARGEST = 2**63 - 1


def lists_tell_the_figures(subject: Subject) -> Iterator[str]:
    """
    Lists tell the figures and reasons that the review was decided by.
    """
    told, decided = subject.row["reasons"], _reasons(subject)
    if told != decided:
        yield f"lists tell the reasons '{told}', decided was '{decided}'"
    for name, value in _decided_by(subject).items():
        # Digits may be written with zeros behind them, as the quote had them.
        number = decimal_of(subject.row[name])
        if number != value:
            yield f"lists tell the {name} {number}, decided was {value}"


def quotes_tell_their_worth(transaction: Transaction) -> Iterator[str]:
    """
    Quotes are in a currency that there is, and lists tell what their documents say.
    """
    for row, body in audit.quotes(transaction):
        name = f"quote '{row['id']}' revision {row['revision']}"
        try:
            # It refuses a currency that is none, and amounts that no system can hold.
            quote = stored.quote_of(body)
        except BROKEN as error:
            first, _, _ = reason(error).partition("\n")
            yield f"{name} cannot be read: {first}"
            continue
        expected = quotes.row_of(quote, row["sha256"])
        for column in type(expected).__slots__:
            value = getattr(expected, column)
            if row[column] != value:
                yield f"{name} says {row[column]!r} in column '{column}', not {value!r}"


def _decided_by(subject: Subject) -> Mapping[str, Decimal | None]:
    evaluation: Any = load(subject.documents["evaluation"])
    policy: Any = load(subject.documents["policy"])
    types = {each["name"]: each["type"] for each in policy["inputs"]}
    found = {
        name: decimal_of(evaluation["inputs"].get(name))
        if types.get(name) in _NUMBERS
        else None
        for name in _FIGURES
    }
    amount = found["amount"]
    minor = None if amount is None else max(-_LARGEST, min(_LARGEST, int(amount * 100)))
    return {**found, "amount_minor": None if minor is None else Decimal(minor)}


def _reasons(subject: Subject) -> str:
    evaluation: Any = load(subject.documents["evaluation"])
    binding = (
        each["reason"]
        for each in evaluation["triggers"]
        if each["fired"] and not each.get("waived_by")
    )
    return " ".join(dict.fromkeys(binding))
