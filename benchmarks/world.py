"""
A company with a policy and quotes, the same for every run: what the product decides by.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from approval_engine.documents import Document, parse
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake, quote_intake
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""A Monday morning in New York; the clock of the benchmarks stands still."""

SUBMITTER = "rep"
WIDEST = 20
"""The most approvers side by side."""

DEEPEST = 10
"""The most stages one after another."""

EVIDENCE = "The customer compares us with two others and decides this week. " * 4
"""Brings the document of a quote to some 500 bytes."""


def open_runtime(url: str) -> Runtime:
    """
    A runtime whose clock stands at `NOW`, with an empty memory.
    """
    return Runtime(database=Database(url), clock=lambda: NOW)


def found(url: str, policy: dict[str, object]) -> Runtime:
    """
    A new database with the company and that policy.
    """
    runtime = open_runtime(url)
    upgrade(runtime.database)
    intake.import_directory(runtime, document(_directory()))
    intake.publish_policy(runtime, document(policy), "bench")
    return runtime


def import_quotes(runtime: Runtime, quotes: Iterable[dict[str, object]]) -> None:
    """
    Bring quotes in by one file.
    """
    quote_intake.import_quotes(runtime, document(list(quotes)))


def quote(number: int, **inputs: object) -> dict[str, object]:
    """
    A quote of some 500 bytes that asks a manager and finance at once.
    """
    return {
        "id": f"Q-{number}",
        "revision": 1,
        "submitted_by": SUBMITTER,
        "account": f"ACME-{number % 50}",
        "currency": "USD",
        "region": "AMER",
        "margin_pct": 20 + number % 300 / 100,
        "discount_pct": 12,
        "amount": 48000 + number % 1000,
        "justification": EVIDENCE,
        **inputs,
    }


def deal_desk() -> dict[str, object]:
    """
    The policy of W1 and W2: four triggers, of which one fires and asks two people.
    """
    return {
        "policy": "bench",
        "version": "1",
        "currency": "USD",
        "calendars": {"us": _calendar()},
        "inputs": [
            {"name": "margin_pct", "type": "number", "worse": "lower"},
            {"name": "discount_pct", "type": "number", "worse": "higher"},
            {"name": "amount", "type": "money", "worse": "higher"},
            {"name": "region", "type": "string", "values": ["AMER", "EMEA"]},
        ],
        "triggers": [
            {
                "id": "margin",
                "reason": "below_floor",
                "require": ["manager", "finance"],
                "when": [
                    {"region": 'not("EMEA")', "margin_pct": "< 24"},
                    {"region": '"EMEA"', "margin_pct": "< 28"},
                ],
            },
            _trigger("discount", {"discount_pct": ">= 30"}, "director"),
            _trigger("volume", {"amount": ">= 500000"}, "cfo"),
            _trigger("thin", {"margin_pct": "< 5"}, "cfo"),
        ],
        "defaults": {"calendar": "us", "slaHours": 24, "fallbackRole": "deal_desk"},
        "steps": {
            "manager": {"role": "manager", "assign": "manager_of_submitter"}
            | _escalates("director"),
            "finance": {"role": "finance"} | _escalates("cfo"),
            "director": {"role": "director"},
            "cfo": {"role": "cfo"},
        },
    }


def growing() -> dict[str, object]:
    """
    The policy of W7: the quote says how many approvers and how many stages it gets.
    """
    wide = [f"wide{number}" for number in range(1, WIDEST + 1)]
    deep = [f"deep{number}" for number in range(1, DEEPEST + 1)]
    return {
        "policy": "growing",
        "version": "1",
        "currency": "USD",
        "calendars": {"us": _calendar()},
        "inputs": [
            {"name": "wide", "type": "number"},
            {"name": "deep", "type": "number"},
        ],
        "triggers": [
            _trigger(step, {step[:4]: f">= {step[4:]}"}, step) for step in wide + deep
        ],
        "defaults": {"calendar": "us", "slaHours": 24, "fallbackRole": "deal_desk"},
        "steps": {
            step: {"role": f"role_{step}", "stage": stage} | _escalates("cfo")
            for steps, stages in (
                (wide, [1] * WIDEST),
                (deep, range(1, DEEPEST + 1)),
            )
            for step, stage in zip(steps, stages, strict=True)
        },
    }


def _trigger(name: str, when: dict[str, str], step: str) -> dict[str, object]:
    return {"id": name, "reason": "over_limit", "when": when, "require": [step]}


def _escalates(role: str) -> dict[str, object]:
    return {"escalateTo": [{"role": role, "afterHours": 24}]}


def _calendar() -> dict[str, str]:
    return {
        "timeZone": "America/New_York",
        "hours": "09:00-17:00",
        "days": "Mon-Fri",
        "holidays": "US",
    }


def _directory() -> dict[str, object]:
    grown = [f"wide{number}" for number in range(1, WIDEST + 1)]
    grown += [f"deep{number}" for number in range(1, DEEPEST + 1)]
    roles = {
        "manager": ["maria", "mark"],
        "finance": ["fiona", "fred"],
        "director": ["dana"],
        "cfo": ["carl"],
        "deal_desk": ["dora"],
    } | {f"role_{name}": [f"{name}_a", f"{name}_b"] for name in grown}
    people = [SUBMITTER, *(person for members in roles.values() for person in members)]
    return {
        "users": [_person(person) for person in people],
        "roles": roles,
    }


def _person(name: str) -> dict[str, object]:
    person: dict[str, object] = {
        "id": name,
        "name": name.title(),
        "email": f"{name}@example.com",
    }
    return person | ({"manager": "maria"} if name == SUBMITTER else {})


def document(value: object) -> Document:
    """
    A value as if it had been read from a file.
    """
    return parse(json.dumps(value).encode(), "bench.json")
