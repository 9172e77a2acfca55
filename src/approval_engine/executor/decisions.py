"""
The log of a workflow → what each person last said of each step, and of which facts.

A decision keeps its origin through any number of revisions: a carried approval is that
of the person, the facts and the time it was given at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection import ANSWERS
from approval_engine.planner.plan import RoutingPlan

Data = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """
    One person's word on one step: `outcome` is approved, rejected or returned.

    `workflow`, `task` and `seq` say where it was recorded, `at` when. `quote`,
    `policy`, `evaluation` and `on` are what he decided on, `triggers` what asked him,
    `within` his bounds. `ad_hoc` says that an approver had added him.
    """

    step: str
    person: str
    principal: str | None
    outcome: str
    workflow: str
    task: str
    seq: int
    at: str
    quote: str
    policy: str
    evaluation: str
    on: str
    triggers: tuple[str, ...]
    within: str | None = None
    ad_hoc: bool = False

    def data(self) -> dict[str, object]:
        """
        What an event holds of it.
        """
        values = {name: getattr(self, name) for name in Decided.__slots__}
        return values if self.ad_hoc else _without(values, "ad_hoc")

    @classmethod
    def of(cls, data: Data) -> "Decided":
        """
        The decision that an event holds.
        """
        values = {name: data[name] for name in Decided.__slots__ if name in data}
        return cls(**{**values, "triggers": tuple(values["triggers"])})


def decisions(
    workflow: Workflow, plan: RoutingPlan, on: str, log: tuple[Event, ...]
) -> tuple[Decided, ...]:
    """
    The last decision of each person on each step, in order, older revisions included.

    `on` is the day by which the workflow's policy judged its quote.
    """
    found: dict[tuple[str, str], Decided] = {}
    for event in log:
        for each in _told(workflow, plan, on, event):
            found.pop((each.step, each.person), None)
            found[each.step, each.person] = each
    return tuple(found.values())


def decided(workflow: Workflow, plan: RoutingPlan, on: str, event: Event) -> Decided:
    """
    The decision that one event of the workflow records, its own or a carried one.
    """
    (found,) = _told(workflow, plan, on, event)
    return found


def asked_by(plan: RoutingPlan, step: str) -> tuple[str, ...]:
    """
    The triggers that ask a step of a plan, in its order.
    """
    reasons = (
        reason for each in plan.steps if each.id == step for reason in each.reasons
    )
    return tuple(dict.fromkeys(reason.trigger for reason in reasons))


def _without(values: Mapping[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in values.items() if key != name}


def _told(
    workflow: Workflow, plan: RoutingPlan, on: str, event: Event
) -> Iterator[Decided]:
    data: Any = load(event.data.encode())
    if event.action == Fact.PLANNED:
        yield from (Decided.of(each) for each in data.get("askedAgain", ()))
    elif event.action == Fact.TASK_CARRIED:
        yield Decided.of(data)
    elif event.action in ANSWERS:
        yield _own(workflow, plan, on, event, data)


def _own(
    workflow: Workflow, plan: RoutingPlan, on: str, event: Event, data: Data
) -> Decided:
    task = workflow.task(event.task_id or "")
    step = task.step if task else ""
    return Decided(
        step=step,
        person=event.actor,
        principal=event.on_behalf_of,
        outcome=str(ANSWERS[event.action][1]),
        workflow=workflow.id,
        task=event.task_id or "",
        seq=event.seq,
        at=event.timestamp,
        quote=workflow.evidence.quote,
        policy=workflow.evidence.policy,
        evaluation=workflow.evidence.evaluation,
        on=on,
        triggers=asked_by(plan, step),
        within=data.get("within"),
        ad_hoc=task.ad_hoc if task else False,
    )
