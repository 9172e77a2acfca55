"""
A workflow and one of its steps → what happens, and when, if nobody answers.
"""

from dataclasses import dataclass
from datetime import datetime

from approval_engine.domain.outcome import awaits_added
from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.domain.workflow import Workflow
from approval_engine.planner import phrases
from approval_engine.planner.plan import PlannedStep

_ENDS = frozenset({TimerKind.ESCALATION, TimerKind.EXHAUSTED})

_HELD = "It is held and the deal desk is told"
_WORDS = {
    "remind": "A reminder is sent",
    "approve": "It is approved",
    "reject": "It is rejected",
}


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
    waiting = [t for t in workflow.timers if t.step == step.id and t.kind in _ENDS]
    if not waiting:
        return Silence(at=None, words="Nobody else is asked: it waits for an answer")
    if any(timer.paused_at for timer in waiting):
        return Silence(
            at=None, words="The clock stands still until a question is answered"
        )
    first = min(waiting, key=lambda timer: (timer.due_at, timer.level))
    return Silence(at=first.due_at, words=_words(workflow, step, first))


def _words(workflow: Workflow, step: PlannedStep, timer: PendingTimer) -> str:
    exhausted = timer.kind is TimerKind.EXHAUSTED
    word = step.on_exhausted if exhausted else step.on_timeout
    if word == "escalate" and timer.level <= len(step.escalations):
        role = phrases.title(step.escalations[timer.level - 1].role)
        return f"{role} is asked"
    if word == "approve" and awaits_added(workflow, step.id):
        return _HELD
    return _WORDS.get(word, _HELD)
