"""
A policy of thirty rules over a million past quotes: together, and one by one.

The plain loop is measured on the first part of them; its answers and those of the batch
are compared for every quote of that part.
"""

import resource
import sys
import time
from collections.abc import Sequence
from datetime import date
from random import Random

from approval_engine.analytics.batch import Batch, Judged, judge
from approval_engine.domain.quote import Quote
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy
from approval_engine.policy.quotes import read_quotes
from benchmarks import world
from benchmarks.measure import Figure

QUOTES = 1_000_000
PART = 50_000
BY_HAND = 2_000
RULES = 30
FASTER = 50
DAY = date(2026, 3, 2)

REGIONS = ("AMER", "EMEA", "APAC")
SEGMENTS = ("SMB", "MID", "ENT")
CLAUSES = ("liability-cap", "payment-90", "exclusivity")


def run(_server: str, kind: str, rounds: int) -> list[Figure]:
    """
    The figures; they need no database, so they are taken once, beside SQLite.

    Each of the `rounds` is a part of the quotes.
    """
    if kind != "sqlite":
        return []
    policy = load(world.document(policy_document()))
    dice = Random(7)  # it makes a load, not a secret
    read = judged = alone = 0.0
    for number in range(rounds):
        quotes = _quotes(dice, PART)
        start = time.perf_counter()
        batch = Batch.of(policy, quotes)
        read += time.perf_counter() - start
        start = time.perf_counter()
        found = judge(policy, batch, DAY)
        judged += time.perf_counter() - start
        if number == 0:
            alone = _one_by_one(policy, quotes[:BY_HAND], found)
    total = rounds * PART
    plain_s = alone / BY_HAND * QUOTES
    return [
        _figure("plain loop over `evaluate`", plain_s),
        _figure("judged together", judged / total * QUOTES, plain_s),
        _figure("their columns made of quotes", read / total * QUOTES),
        Figure(
            workload="W6 simulate",
            database="none",
            subject="memory at most",
            value=round(_memory_mib()),
            unit="MiB",
            target=1024,
        ),
    ]


def _figure(subject: str, seconds: float, plain_s: float | None = None) -> Figure:
    return Figure(
        workload="W6 simulate",
        database="none",
        subject=subject,
        value=round(seconds, 3),
        unit="s for a million",
        baseline=None if plain_s is None else "the loop",
        ratio=None if plain_s is None else round(seconds / plain_s, 5),
        target=None if plain_s is None else 1 / FASTER,
    )


def _one_by_one(policy: Policy, quotes: Sequence[Quote], found: Judged) -> float:
    start = time.perf_counter()
    answers = [evaluate(policy, quote, DAY) for quote in quotes]
    taken = time.perf_counter() - start
    for row, answer in enumerate(answers):
        fired = [each for each in found.fired if found.fired[each][row]]
        roles = {
            name: climbed.roles(row)
            for name, climbed in found.climbed.items()
            if climbed.roles(row)
        }
        expected = {
            each.id: tuple(role for rung in each.rungs for role in rung.roles)
            for each in answer.fired
            if each.rungs
        }
        same = fired == [each.id for each in answer.fired] and roles == expected
        if found.aside[row] or not same:
            sys.exit(f"Expected one answer for '{quotes[row].id}', but there are two.")
    return taken


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _quotes(dice: Random, number: int) -> tuple[Quote, ...]:
    return read_quotes(world.document([quote(dice, each) for each in range(number)]))


def quote(dice: Random, number: int) -> dict[str, object]:
    """
    A quote that is read by every rule of the policy.
    """
    return {
        "id": f"Q-{number}",
        "revision": 1,
        "submittedBy": "rep",
        "account": f"A-{number % 997}",
        "currency": "USD",
        "amount": f"{dice.randrange(100_000_00) / 100:.2f}",
        "discount_pct": f"{dice.randrange(500) / 10:.1f}",
        "margin_pct": f"{dice.randrange(6000) / 100:.2f}",
        "term_months": str(dice.choice((12, 24, 36))),
        "payment_days": str(dice.choice((30, 45, 60, 90))),
        "region": dice.choice(REGIONS),
        "segment": dice.choice(SEGMENTS),
        "clauses": dice.sample(CLAUSES, dice.randrange(3)),
    }


def policy_document() -> dict[str, object]:
    """
    The policy of thirty rules.
    """
    rules = [_rule(number) for number in range(RULES)]
    return {
        "policy": "history",
        "version": "1",
        "currency": "USD",
        "inputs": [
            {"name": "amount", "type": "money", "worse": "higher"},
            {"name": "discount_pct", "type": "number", "worse": "higher"},
            {"name": "margin_pct", "type": "number", "worse": "lower"},
            {"name": "term_months", "type": "number"},
            {"name": "payment_days", "type": "number"},
            {"name": "yearly", "type": "money", "expr": "amount * 12 / term_months"},
            {"name": "region", "type": "string", "values": list(REGIONS)},
            {"name": "segment", "type": "string", "values": list(SEGMENTS)},
            {"name": "clauses", "type": "list", "values": list(CLAUSES)},
        ],
        "triggers": rules,
        "ladders": {
            "sales": [
                {
                    "role": "manager",
                    "may": {"discount_pct": "< 20", "amount": "< 50000"},
                },
                {"role": "director", "may": {"discount_pct": "< 35"}},
                {"role": "cro", "unlimited": True},
            ]
        },
        "steps": {"manager": {}, "finance": {}, "legal": {}},
    }


def _rule(number: int) -> dict[str, object]:
    region, segment = REGIONS[number % 3], SEGMENTS[number // 3 % 3]
    cells: list[dict[str, str]] = [
        {"region": f'"{region}"', "margin_pct": f"< {10 + number}"},
        {"segment": f'"{segment}"', "discount_pct": f">= {15 + number}"},
        {"amount": f"[{number}000..{number + 40}000)", "payment_days": "> 45"},
        {"yearly": f"> {20000 + 2000 * number}", "term_months": "> 12"},
        {
            "clauses": f'list contains(?, "{CLAUSES[number % 3]}")',
            "region": f'not("{region}")',
        },
    ]
    asks: dict[str, object] = (
        {"ladder": "sales"} if number % 5 == 1 else {"require": ["finance"]}
    )
    return {"id": f"r{number}", "reason": "because", "when": cells[number % 5], **asks}
