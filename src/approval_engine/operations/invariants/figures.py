"""
What must hold of amounts and other figures: lists tell what the documents say, exactly.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from approval_engine.documents import load
from approval_engine.documents.node import decimal_of
from approval_engine.errors import BROKEN, reason
from approval_engine.executor import stored
from approval_engine.operations.invariants.model import Subject
from approval_engine.store import audit, erasures, quotes
from approval_engine.store.database import Transaction

_FIGURES = ("amount", "discount_pct", "margin_pct")
_OF_NOBODY = ("revision", "sha256", "worth", "needed_by")
_NUMBERS = ("number", "money")
_LARGEST = 2**63 - 1


def lists_tell_the_figures(subject: Subject) -> Iterator[str]:
    """
    Lists tell the figures and reasons that the review was decided by.
    """
    evaluation: Any = load(subject.documents["evaluation"])
    told, decided = subject.row["reasons"], _reasons(evaluation)
    if told != decided:
        yield f"lists tell the reasons '{told}', decided was '{decided}'"
    for name, value in _decided_by(evaluation, subject.documents["policy"]).items():
        # Digits may be written with zeros behind them, as the quote had them.
        number = decimal_of(subject.row[name])
        if number != value:
            yield f"lists tell the {name} {number}, decided was {value}"


def quotes_tell_their_worth(transaction: Transaction) -> Iterator[str]:
    """
    Quotes are in a currency that there is, and lists tell what their documents say.
    """
    erased = erasures.now_of(erasures.every(transaction))
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
        # What named an erased person in a document stays what it was in the row.
        names = _OF_NOBODY if row["sha256"] in erased else expected.__slots__
        for column in names:
            value = getattr(expected, column)
            if row[column] != value:
                yield f"{name} says {row[column]!r} in column '{column}', not {value!r}"


def _decided_by(evaluation: Any, policy: bytes) -> Mapping[str, Decimal | None]:  # noqa: ANN401 JSON
    types = _types(policy)
    inputs = evaluation["inputs"]
    # An exception also bounds fields of lines, which no policy declares.
    found = {
        name: decimal_of(inputs.get(name))
        if types.get(name, "number") in _NUMBERS
        else None
        for name in _FIGURES
    }
    amount = found["amount"]
    # Reckoned anew: what wrote the row is not asked whether it was right.
    minor = None if amount is None else max(-_LARGEST, min(_LARGEST, int(amount * 100)))
    return {**found, "amount_minor": None if minor is None else Decimal(minor)}


@lru_cache(maxsize=16)
def _types(policy: bytes) -> Mapping[str, str]:
    document: Any = load(policy)
    return {each["name"]: each["type"] for each in document["inputs"]}


def _reasons(evaluation: Any) -> str:  # noqa: ANN401 JSON
    binding = (
        each["reason"]
        for each in evaluation["triggers"]
        if each["fired"] and not each.get("waived_by")
    )
    return " ".join(dict.fromkeys(binding))
