"""
An open step of a workflow → what happens next if nobody answers, and when.

The command line, the pages and the mails say the same of it.
"""

from dataclasses import dataclass
from datetime import datetime

from approval_engine.domain.outcome import awaits_added
from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.domain.workflow import Workflow
from approval_engine.planner import phrases
from approval_engine.planner.plan import PlannedStep

_WORDS = {
    "remind": "a reminder is sent",
    "hold": "it is held and the deal desk is told",
    "reject": "it is rejected",
    "approve": "it is approved",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """
    What silence leads to, as a sentence that `role` begins if there is one.

    `at` is None if the clock will do nothing more.
    """

    at: datetime | None
    words: str
    role: str | None = None

    @property
    def sentence(self) -> str:
        """
        The words for people, with the role as they call it.
        """
        role = f"{phrases.title(self.role)} " if self.role else ""
        said = f"{role}{self.words}"
        return said[:1].upper() + said[1:]


def late(workflow: Workflow, step: PlannedStep) -> Late:
    """
    What happens when nobody answers the step any more.
    """
    kinds = {TimerKind.ESCALATION, TimerKind.EXHAUSTED}
    waiting = [t for t in workflow.timers if t.step == step.id and t.kind in kinds]
    if any(timer.paused_at for timer in waiting):
        return Late(
            at=None, words="the clock stands still until a question is answered"
        )
    timer = min(waiting, key=lambda each: (each.due_at, each.level), default=None)
    if timer is not None:
        return _next(workflow, timer, step)
    if step.on_timeout == "remind":
        return Late(at=None, words="nobody else is asked: it waits for an answer")
    return Late(at=None, words="it is held, as nobody is left to ask")


def _next(workflow: Workflow, timer: PendingTimer, step: PlannedStep) -> Late:
    exhausted = timer.kind is TimerKind.EXHAUSTED
    word = step.on_exhausted if exhausted else step.on_timeout
    if word == "approve" and awaits_added(workflow, step.id):
        # Silence never speaks for somebody whom an approver wants to hear.
        word = "hold"
    if word != "escalate":
        return Late(at=timer.due_at, words=_WORDS[word])
    if timer.level > len(step.escalations):
        return Late(at=timer.due_at, words="the fallback role is asked")
    role = step.escalations[timer.level - 1].role
    asked = "is asked too" if step.escalate_mode == "add" else "is asked"
    return Late(at=timer.due_at, words=asked, role=role)
