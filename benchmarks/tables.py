"""
A decision table of 50 rules on three inputs, of which every cell is asked.

The baseline walks through every test of the same rules, as a policy does with its rows.
No database takes part: its name only says in which run the figure was taken.
"""

import statistics
from collections.abc import Callable
from decimal import Decimal

from approval_engine.definitions.dmn.evaluate import prepare
from approval_engine.definitions.dmn.model import Definitions, Table
from approval_engine.definitions.dmn.read import read
from approval_engine.policy.conditions import holds
from approval_engine.policy.conditions.values import all_of
from benchmarks import measure
from benchmarks.measure import Figure

RULES = 50
TARGET_MS = 0.1
POLICIES = ("UNIQUE", "FIRST", "COLLECT")
_MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_COLUMNS = (("amount", "number"), ("region", "string"), ("discount", "number"))


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures; the last column decides, and the rule that matches is the last.
    """
    del server
    found = [figure for hit in POLICIES for figure in _figures(hit, kind, rounds)]
    return [*found, *_reading(kind, rounds)]


def _figures(hit: str, kind: str, rounds: int) -> list[Figure]:
    definitions = read(_file(hit))
    ready = prepare(definitions, "who")
    operations: dict[str, Callable[[int], object]] = {
        "product": lambda number: ready.evaluate(_case(number)),
        "walk": lambda number: _walk(definitions, number),
    }
    (taken,) = measure.interleaved([operations], rounds, 20)
    base = statistics.median(taken["walk"])
    return [
        Figure(
            workload=f"DMN {hit}, {RULES} rules",
            database=kind,
            subject=name,
            value=round(statistics.median(times), 4),
            samples=len(times),
            target=TARGET_MS if name == "product" else None,
            baseline="walk" if name == "walk" else None,
            ratio=round(statistics.median(times) / base, 3) if name == "walk" else None,
        )
        for name, times in taken.items()
    ]


def _reading(kind: str, rounds: int) -> list[Figure]:
    body = _file("UNIQUE")
    (taken,) = measure.interleaved([{"product": lambda _: read(body)}], rounds // 20, 2)
    times = taken["product"]
    return [
        Figure(
            workload=f"DMN read, {RULES} rules",
            database=kind,
            subject="product",
            value=round(statistics.median(times), 4),
            samples=len(times),
        )
    ]


def _walk(definitions: Definitions, number: int) -> tuple[int, ...]:
    table = definitions.decisions["who"].logic
    names = _case(number)
    rules = table.rules if isinstance(table, Table) else ()
    return tuple(
        rule.number
        for rule in rules
        if all_of(
            holds(cell.test, names[name], names)
            for cell, (name, _) in zip(rule.cells, _COLUMNS, strict=True)
        )
    )


def _case(number: int) -> dict[str, Decimal | str]:
    beside = Decimal(number % 7) / 10
    return {
        "region": "R9",
        "discount": RULES - Decimal("0.9") + beside,
        "amount": Decimal(10**6 + number),
    }


def _file(hit: str) -> bytes:
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text>'
        "</inputExpression></input>"
        for name, kind in _COLUMNS
    )
    rules = "".join(
        "<rule>"
        + _cell(f"&gt;= {n * 1000}")
        + _cell(f'"R9", "R{n}"')
        + _cell(f"[{n}..{n + 1})")
        + f'<outputEntry><text>"role{n}"</text></outputEntry></rule>'
        for n in range(RULES)
    )
    return (
        f'<definitions xmlns="{_MODEL}" name="bench"><decision id="who">'
        f'<decisionTable hitPolicy="{hit}">{columns}<output name="role"/>{rules}'
        "</decisionTable></decision></definitions>"
    ).encode()


def _cell(text: str) -> str:
    return f"<inputEntry><text>{text}</text></inputEntry>"
