"""
A workflow → why each step was asked, or not: fact, threshold, rule and policy version.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event
from approval_engine.domain.exceptions import Grant
from approval_engine.domain.workflow import Task
from approval_engine.history import chosen, views
from approval_engine.history.reading import Case
from approval_engine.planner.plan import PlannedStep
from approval_engine.planner.requirements import could_ask
from approval_engine.policy.exceptions import exceptions_of
from approval_engine.policy.model import Policy, StepRule

Line = dict[str, object]


def lines(found: Case, first: Event | None = None) -> Iterator[Line]:
    """
    A line per fact of each trigger, per exception looked at, per step and per person.

    With the `first` event also one on a canary that has chosen the version, if one did.
    """
    if first is not None and (line := chosen.line(first)):
        yield line
    version = found.workflow.policy_version
    triggers = _triggers(found)
    for trigger in triggers:
        yield from _trigger(trigger, version)
    waivers = {trigger.get("waived_by") for trigger in triggers}
    for grant in exceptions_of(found.evaluation):
        yield _exception(grant, waives=grant.id in waivers)
    if not found.plan.approvals:
        yield {"steps": 0, "because": "auto_approved_by_policy", "policy": version}
    for step in found.plan.steps:
        yield _step(step)
        for person, reason in step.staffing.excluded:
            yield {"step": step.id, "excluded": person, "because": reason}
        for person, reason in step.staffing.away:
            yield {"step": step.id, "away": person, "because": reason}
    yield from (_withdrawn(seat) for seat in found.workflow.tasks if seat.withdrawn)
    yield from map(_again, found.again)


def _withdrawn(seat: Task) -> Line:
    return {
        "step": seat.step,
        "seat_withdrawn": seat.id,
        "asked": views.asked(seat),
        "by": seat.closed_by,
    }


def _again(told: Mapping[str, Any]) -> Line:
    return {
        "step": told["step"],
        "asked_again": told["because"],
        "decided_by": told["person"],
        "decided_in": told["workflow"],
        "changed": [views.change_text(each) for each in told["changes"]],
    }


def why_not(found: Case, policy: Policy, wanted: str) -> Iterator[Line]:
    """
    Why a role, or the step of that id, was asked or not: every trigger that could ask.

    A trigger that did not fire comes with the facts that kept it from that.
    """
    version = found.workflow.policy_version
    results = {trigger["id"]: trigger for trigger in _triggers(found)}
    named = False
    for trigger in policy.triggers:
        steps = [s for s in could_ask(policy, trigger) if wanted in {s.id, s.role}]
        result = results.get(trigger.id)
        if steps and result is not None:
            named = True
            yield from _could(found, result, steps, version)
    if not named:
        reason = f"no trigger of policy '{policy.name}' can ask it"
        yield {"asked": False, "wanted": wanted, "because": reason, "policy": version}


def _could(
    found: Case, result: Mapping[str, Any], steps: Iterable[StepRule], version: str
) -> Iterator[Line]:
    planned = {
        step.id
        for step in found.plan.steps
        if any(reason.trigger == result["id"] for reason in step.reasons)
    }
    for step in steps:
        head = {"step": step.id, "trigger": result["id"], "asked": step.id in planned}
        if step.id in planned:
            yield head | {"because": "it fired", "policy": version}
        elif result.get("waived_by"):
            reason = f"it is waived by '{result['waived_by']}'"
            yield head | {"because": reason, "policy": version}
        elif result["fired"]:
            yield head | {"because": _enough(result), "policy": version}
        elif not result["facts"]:
            yield head | {"because": "it was not valid that day", "policy": version}
        else:
            unmet = [fact for fact in result["facts"] if not fact["held"]]
            # Where every test held on some line, no line met all of a row.
            for fact in unmet or result["facts"]:
                yield head | _fact(fact) | {"policy": version}


def _enough(result: Mapping[str, Any]) -> str:
    asked = [role for rung in result["rungs"] for role in rung["roles"]]
    return f"the authority of {', '.join(asked)} is enough" if asked else "not needed"


def _triggers(found: Case) -> list[Mapping[str, Any]]:
    document: Any = load(found.evaluation)
    return list(document["triggers"])


def _trigger(trigger: Mapping[str, Any], version: str) -> Iterator[Line]:
    waived = {"waived_by": trigger["waived_by"]} if trigger.get("waived_by") else {}
    for fact in trigger["facts"]:
        yield {
            "trigger": trigger["id"],
            "fired": trigger["fired"],
            "reason": trigger["reason"],
            **_fact(fact),
            "policy": version,
            **waived,
        }


def _fact(fact: Mapping[str, Any]) -> Line:
    return {
        "fact": fact["name"],
        "value": fact["value"],
        "threshold": fact["test"],
        "held": fact["held"],
        "lines": fact["lines"],
    }


def _exception(grant: Grant, *, waives: bool) -> Line:
    outside = "" if waives else "the trigger did not fire, or a fact is out of bounds"
    return {
        "exception": grant.id,
        "trigger": grant.waives.trigger,
        "within": grant.waives.within,
        "waives": waives,
        "because": grant.unfit or outside or "all facts lie within its bounds",
    }


def _step(step: PlannedStep) -> Line:
    return {
        "step": step.id,
        "role": step.role,
        "because": [reason.trigger for reason in step.reasons]
        or ([f"process: {step.around.name}"] if step.around else []),
        "completion": views.completion_text(step),
        "sla_hours": format(step.sla_hours.normalize(), "f"),
        "asks": views.planned(step.staffing),
        "note": step.staffing.note or "-",
    }
