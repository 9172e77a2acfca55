"""
A workflow and one of its steps → what happens, and when, if nobody answers.
"""

from dataclasses import dataclass
from datetime import datetime

from approval_engine.domain.workflow import Workflow
from approval_engine.planner import phrases
from approval_engine.planner.plan import PlannedStep


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """
    What silence leads to; `at` is None if the clock will do nothing more.
    """

    at: datetime | None
    words: str


def silence(workflow: Workflow, step: PlannedStep) -> Silence:
    """
    What the next timer of the step does if every seat stays as it is.
    """
    waiting = sorted(
        (timer.due_at, timer.level)
        for timer in workflow.timers
        if timer.step == step.id and timer.kind == "escalation"
    )
    if not waiting:
        return Silence(at=None, words="Nobody else is asked: it waits for an answer")
    at, level = waiting[0]
    if step.on_timeout == "remind":
        return Silence(at=at, words="A reminder is sent")
    if step.on_timeout == "escalate" and level <= len(step.escalations):
        role = phrases.title(step.escalations[level - 1].role)
        return Silence(at=at, words=f"{role} is asked")
    return Silence(at=at, words="It is held and the deal desk is told")
