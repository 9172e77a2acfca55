"""
A routing plan ↔ its document: stored as evidence and read back by every command.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from approval_engine.documents import canonical, load
from approval_engine.domain.completion import Completion, Rule
from approval_engine.planner.plan import (
    Around,
    EscalationLevel,
    FactSeen,
    PlannedStep,
    Reason,
    RoutingPlan,
    Staffing,
    StandIn,
)


def document_of(plan: RoutingPlan) -> bytes:
    """
    The plan's canonical document.
    """
    return canonical(plan)


def plain(value: object) -> object:
    """
    Nested values as what `canonical` takes: dataclasses become mappings by field name.
    """
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return value


def plan_of(document: bytes) -> RoutingPlan:
    """
    The plan that `document_of` wrote.
    """
    value: Any = load(document)
    steps = tuple(_step(step) for step in value["steps"])
    return RoutingPlan(process=value["process"], steps=steps)


def _step(value: Mapping[str, Any]) -> PlannedStep:
    hours = tuple(Decimal(hours) for hours in value["remind_after_hours"])
    special: dict[str, Any] = {
        "completion": _completion(value["completion"]),
        "sla_hours": Decimal(value["sla_hours"]),
        "remind_after_hours": hours,
        "escalations": tuple(_level(level) for level in value["escalations"]),
        "reasons": tuple(_reason(reason) for reason in value["reasons"]),
        "staffing": _staffing(value["staffing"]),
        # Plans of before processes could be drawn do not speak of them.
        "around": _around(value.get("around")),
    }
    return PlannedStep(**{**value, **special})


def _around(value: Mapping[str, Any] | None) -> Around | None:
    if value is None:
        return None
    people = {name: tuple(value[name]) for name in ("roles", "people")}
    return Around(**{**value, **people})


def _completion(value: Mapping[str, Any]) -> Completion:
    percent = value["percent"]
    return Completion(
        rule=Rule(value["rule"]),
        count=value["count"],
        percent=None if percent is None else Decimal(percent),
        veto=tuple(value["veto"]),
        wait_for_all=value["wait_for_all"],
    )


def _level(value: Mapping[str, Any]) -> EscalationLevel:
    return EscalationLevel(
        role=value["role"], after_hours=Decimal(value["after_hours"])
    )


def _reason(value: Mapping[str, Any]) -> Reason:
    facts = (
        FactSeen(**{**fact, "lines": tuple(fact["lines"])}) for fact in value["facts"]
    )
    return Reason(trigger=value["trigger"], reason=value["reason"], facts=tuple(facts))


def _staffing(value: Mapping[str, Any]) -> Staffing:
    excluded = tuple((person, reason) for person, reason in value["excluded"])
    people = {name: tuple(value[name]) for name in ("candidates", "roles")}
    # Plans of before there were stand-ins do not speak of them.
    stand_ins = tuple(_stand_in(each) for each in value.get("stand_ins", ()))
    away = tuple((person, reason) for person, reason in value.get("away", ()))
    absence = {"stand_ins": stand_ins, "away": away}
    return Staffing(**{**value, **people, **absence, "excluded": excluded})


def _stand_in(value: Mapping[str, Any]) -> StandIn:
    return StandIn(**{**value, "windows": tuple(value["windows"])})
