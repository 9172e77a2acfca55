"""
A name and what it is compared with → values of which one stands for each case.

Between two neighbours all values are alike, so each literal and as many values between
two of them as there are names that are compared with each other stand for all.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise

from approval_engine.definitions.model import Field, Process
from approval_engine.definitions.soundness.terms import Terms
from approval_engine.domain.quote import Value

_MOST_ELEMENTS = 6
_VERDICTS = ("approved", "rejected", "returned")
_DECISIONS = ("approve", "reject", "return")


def declared(process: Process) -> Mapping[str, Field]:
    """
    The fields of all forms, by their ids.
    """
    return {
        each.id: each
        for node in process.nodes()
        if node.work is not None
        for each in node.work.fields
    }


def samples(terms: Terms, name: str, forms: Mapping[str, Field]) -> tuple[Value, ...]:
    """
    The values of a name that stand for all it can have; null if it may be missing.
    """
    form = forms.get(name)
    found = list(dict.fromkeys(_values(terms, name, form)))
    optional = form is not None and not (form.required or form.inferred or form.default)
    if name in terms.nullable or (optional and form and form.type != "boolean"):
        found.append(None)
    return tuple(found)


def _values(terms: Terms, name: str, form: Field | None) -> Iterator[Value]:
    names, literals = terms.group(name)
    if name in terms.lists:
        return _lists(literals)
    if closed := _closed(name, form):
        return iter(closed)
    if name in terms.truths or any(isinstance(each, bool) for each in literals):
        return iter((True, False))
    texts = [each for each in literals if isinstance(each, str)]
    days = [each for each in literals if isinstance(each, date)]
    if texts or (form is not None and form.type == "string"):
        return _texts(texts, len(names))
    if days or (form is not None and form.type == "date"):
        return _days(days, len(names))
    numbers = [each for each in literals if isinstance(each, Decimal)]
    return _fitting(numbers, len(names), form)


def _fitting(literals: list[Decimal], each: int, form: Field | None) -> Iterator[Value]:
    """
    The numbers that a field allows; nothing is known of what comes from elsewhere.
    """
    if form is None or form.type != "long" or form.inferred:
        return _numbers(literals, each, whole=False)
    bounds = [Decimal(end) for end in (form.least, form.most) if end is not None]
    whole = _numbers([*literals, *bounds], each, whole=True)
    return (number for number in whole if _is_allowed(form, number))


def _closed(name: str, form: Field | None) -> tuple[Value, ...]:
    if form is not None:
        if form.type == "boolean":
            return (True, False)
        return tuple(value for value, _ in form.choices)
    if name.startswith("outcome_"):
        return _VERDICTS
    return {"decision": _DECISIONS, "approved": (True, False)}.get(name, ())


def _texts(literals: list[str], others: int) -> Iterator[Value]:
    yield from literals
    number = 0
    while others:
        number += 1
        other = "other" if number == 1 else f"other {number}"
        if other not in literals:
            others -= 1
            yield other
    yield ""


def _lists(literals: list[Value]) -> Iterator[Value]:
    items = list(dict.fromkeys(each for each in literals if each is not None))
    items = items[:_MOST_ELEMENTS]
    for count in range(len(items) + 1):
        yield from combinations(items, count)
    other = "other" if all(isinstance(each, str) for each in items) else Decimal(-1)
    if other not in items:
        yield (other,)


def _is_allowed(form: Field, value: Decimal) -> bool:
    above = form.least is None or value >= form.least
    return above and (form.most is None or value <= form.most)


def _numbers(literals: list[Decimal], each: int, *, whole: bool) -> Iterator[Decimal]:
    known = sorted(set(literals)) or [Decimal(0)]
    yield from known
    for number in range(1, each + 1):
        yield known[0] - number
        yield known[-1] + number
    for low, high in pairwise(known):
        step = (high - low) / (each + 1)
        for number in range(1, each + 1):
            if not whole:
                yield low + step * number
            elif low + number < high:
                yield low + number


def _days(literals: list[date], each: int) -> Iterator[Value]:
    known = sorted(set(literals)) or [date(2000, 1, 1)]
    yield from known
    for number in range(1, each + 1):
        yield known[0] - timedelta(days=number)
        yield known[-1] + timedelta(days=number)
        for low, high in pairwise(known):
            if low + timedelta(days=number) < high:
                yield low + timedelta(days=number)
