"""
A file of exchange rates → the rates that quotes in other currencies are judged by.

A quote that was submitted keeps the rate of its first submit, whatever comes later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from approval_engine.documents import parse
from approval_engine.documents.document import placed
from approval_engine.documents.node import decimal_of
from approval_engine.documents.table import read_table
from approval_engine.domain.rates import Rate
from approval_engine.errors import DocumentError, InvalidInput, InvalidState, Problem
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.currency import minor_digits
from approval_engine.policy.reading.words import day_of
from approval_engine.store import catalog, rates
from approval_engine.store.database import Transaction

_KEYS = ("currency", "date", "rate")
_LARGEST = Decimal(10) ** 9
_LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """
    How many rates were stored, into which currency, in which set.
    """

    count: int
    into: str
    name: str


def import_rates(
    runtime: Runtime, body: bytes, file: str, name: str | None = None
) -> Imported:
    """
    Store the rates of a CSV or JSON file: currency, date, and what one unit is worth.

    They are into the currency of the active policy; the set is the one it names unless
    another is given. Raises DocumentError with every problem, InvalidState without one.
    """
    with runtime.database.begin() as transaction:
        into, own = _target(runtime, transaction)
        problems: list[Problem] = []
        found: dict[tuple[str, date], Rate] = {}
        for line, cells in _rows(body, file):
            rate = _rate(file, line, cells, into, problems)
            if rate and (rate.currency, rate.on) in found:
                sentence = f"Expected one rate of {rate.currency} on {rate.on}."
                problems.append(placed(file, line, "", "twice", sentence))
            elif rate:
                found[rate.currency, rate.on] = rate
        if problems:
            raise DocumentError(*problems)
        chosen = own if name is None else name
        if chosen is None:
            sentence = "The active policy names no set of rates; say --set NAME."
            raise InvalidState(sentence)
        check_name(chosen)
        count = rates.put(transaction, chosen, found.values())
    return Imported(count=count, into=into, name=chosen)


def check_name(name: str) -> None:
    """
    Raises InvalidInput if no set of rates can have this name.
    """
    fits = name.strip() and name.isprintable() and len(name) <= _LONGEST_NAME
    if not fits:
        sentence = (
            f"Expected the name of a set of rates, of at most {_LONGEST_NAME}"
            " characters on one line."
        )
        raise InvalidInput(sentence)


def _target(runtime: Runtime, transaction: Transaction) -> tuple[str, str | None]:
    active = catalog.current(transaction).policy
    if active is None:
        sentence = "Expected an active policy to import rates for, but there is none."
        raise InvalidState(sentence)
    policy = runtime.policy(transaction, active)
    return policy.currency, policy.rates.name if policy.rates else None


def _rows(body: bytes, file: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    if body.lstrip()[:1] in {b"[", b"{"}:
        document = parse(body, file)
        values = document.value if isinstance(document.value, list) else None
        if values is None:
            raise DocumentError(document.problem("", "type", "Expected a list."))
        for number, value in enumerate(values):
            cells = value if isinstance(value, dict) else {}
            yield document.line(f"/{number}"), cells
        return
    names, rows = read_table(body, file, "the rates")
    if sorted(names) != sorted(_KEYS):
        sentence = "Expected the heading currency,date,rate."
        raise DocumentError(placed(file, 1, "", "heading", sentence))
    for row in rows:
        # A comma within a number makes two cells of it, and neither is the rate.
        yield row.line, row.cells if row.fits else {**row.cells, "rate": None}


def _rate(
    file: str,
    line: int,
    cells: Mapping[str, object],
    into: str,
    problems: list[Problem],
) -> Rate | None:
    currency, day, written = (cells.get(key) for key in _KEYS)
    on = day_of(day.strip()) if isinstance(day, str) else None
    plain = written.strip() if isinstance(written, str) else written
    known = isinstance(plain, str | int | Decimal)
    number = decimal_of(plain) if known else None  # type: ignore[arg-type] # just asked
    code = currency.strip() if isinstance(currency, str) else ""
    if code == into or minor_digits(code) is None:
        sentence = f"Expected a currency other than {into}, but got '{code}'."
        problems.append(placed(file, line, "", "currency", sentence))
    elif on is None or number is None or not 0 < number < _LARGEST:
        sentence = "Expected a day and an exact rate above 0."
        problems.append(placed(file, line, "", "rate", sentence))
    else:
        return Rate(currency=code, into=into, on=on, rate=number)
    return None
