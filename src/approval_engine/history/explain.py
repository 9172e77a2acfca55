"""
A workflow → why each step was asked: fact, threshold, rule and policy version.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.history import views
from approval_engine.history.reading import Case
from approval_engine.planner.plan import PlannedStep


def lines(found: Case) -> Iterator[dict[str, object]]:
    """
    A line per trigger, fired or not, then a line per step and a line per person barred.
    """
    version = found.workflow.policy_version
    document: Any = load(found.evaluation)
    for trigger in document["triggers"]:
        yield from _trigger(trigger, version)
    for step in found.plan.steps:
        yield _step(step)
        for person, reason in step.staffing.excluded:
            yield {"step": step.id, "excluded": person, "because": reason}
        for person, reason in step.staffing.away:
            yield {"step": step.id, "away": person, "because": reason}
    for told in found.again:
        yield {
            "step": told["step"],
            "asked_again": told["because"],
            "decided_by": told["person"],
            "decided_in": told["workflow"],
            "changed": [views.change_text(each) for each in told["changes"]],
        }


def _trigger(trigger: Mapping[str, Any], version: str) -> Iterator[dict[str, object]]:
    for fact in trigger["facts"]:
        yield {
            "trigger": trigger["id"],
            "fired": trigger["fired"],
            "reason": trigger["reason"],
            "fact": fact["name"],
            "value": fact["value"],
            "threshold": fact["test"],
            "held": fact["held"],
            "lines": fact["lines"],
            "policy": version,
        }


def _step(step: PlannedStep) -> dict[str, object]:
    return {
        "step": step.id,
        "role": step.role,
        "because": [reason.trigger for reason in step.reasons],
        "completion": views.completion_text(step),
        "sla_hours": format(step.sla_hours.normalize(), "f"),
        "asks": views.planned(step.staffing),
        "note": step.staffing.note or "-",
    }
