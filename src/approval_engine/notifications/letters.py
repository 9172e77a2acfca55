"""
Messages of one person → what one mail tells him, as things stand when it is sent.

What a task asks of him, why him, and what happens if he does nothing; and what became
of his own quotes. A message that lost its point since it was stored is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.people import Directory
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import EngineError
from approval_engine.notifications.host import Host
from approval_engine.notifications.outbox import ASKED, BESIDE, NOTICED
from approval_engine.notifications.wording import Case, one_line
from approval_engine.planner import phrases
from approval_engine.planner.lateness import late
from approval_engine.store import events, workflows
from approval_engine.store.database import Transaction
from approval_engine.store.delivery import Claimed

ASKING = frozenset(ASKED.values())
"""The kinds of messages that want an answer; all others only tell something."""

NEWS = {
    "approved": "was approved",
    "rejected": "was rejected",
    "returned": "was returned for changes",
    "recalled": "was recalled",
    "superseded": "has a newer review, which takes the place of this one",
    "expiring": "was approved, and the approval ends soon",
    "expired": "was approved, but the approval is good no longer",
    "held": "has a task that nobody is left to decide",
    "timed_out": "has a step that was decided because nobody answered in time",
    "for_information": "has a task that somebody else does or did in your name",
    "exception_ended": "asked for an exception, which was ended",
    "exception_expiring": "asked for an exception, which ends soon",
    "canary_stopped": "was routed by the canary of a policy, which its guard stopped",
    "overridden": "was decided by an admin in spite of its steps",
    "override_requested": "waits for a second admin to override its review",
    "override_refused": "is not overridden: an admin refused it",
    "info_requested": "waits for information from you",
    "info_provided": "has the information you asked for",
    "info_withdrawn": "waits for no answer any more, as who was asked has left",
    "informed": "is reviewed; you are told for information",
    "replied": "has an answer to your comment",
    NOTICED: "is at a point of which its process tells you",
}
"""What a message says of a quote that asks for no decision."""

OPENINGS = {
    "asked": "You are asked",
    "delegated": "You are asked as a stand-in",
    "reminder": "You were asked and have not answered",
    "escalated": "You are asked because nobody answered in time",
    "reassigned": "You are asked in the place of somebody else",
    "nudged": "The submitter waits for your answer",
}
"""How a mail begins that asks for an answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """
    One task that waits for the person; `link` leads to it, if pages have an address.
    """

    workflow: Workflow
    task_id: str
    opening: str
    account: str
    amount: str
    quote: str
    step: str
    due_at: datetime
    facts: tuple[str, ...]
    brief: str
    silence_at: datetime | None
    silence: str
    breaching: tuple[str, ...]
    others: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """
    What became of a quote, by whom, and what he wrote, if he did.
    """

    workflow: Workflow
    account: str
    amount: str
    quote: str
    words: str
    by: str
    said: str
    link: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """
    What one mail tells, in the order of its messages; `pointless` are left out.

    `broken` are those whose workflow cannot be read, with the sentence that says why.
    """

    asks: tuple[Ask, ...]
    news: tuple[News, ...]
    pointless: tuple[Claimed, ...]
    broken: tuple[tuple[Claimed, str], ...] = ()

    @property
    def workflows(self) -> tuple[str, ...]:
        """
        The workflows that it speaks of, each once.
        """
        asked = [ask.workflow.id for ask in self.asks]
        return tuple(dict.fromkeys((*asked, *(each.workflow.id for each in self.news))))


def compose(
    host: Host,
    transaction: Transaction,
    messages: Sequence[Claimed],
    directory: Directory,
) -> Letter:
    """
    The letter that these messages of one person make now.
    """
    asks: dict[str, Ask] = {}
    news: list[News] = []
    pointless: list[Claimed] = []
    broken: list[tuple[Claimed, str]] = []
    for message in messages:
        try:
            piece = _piece(host, transaction, message, directory)
        except EngineError as error:
            broken.append((message, str(error)))
            continue
        if isinstance(piece, Ask):
            # Asked, then reminded: one entry, which says the latest.
            asks[piece.task_id] = piece
        elif piece is not None:
            news.append(piece)
        else:
            pointless.append(message)
    return Letter(
        asks=tuple(sorted(asks.values(), key=lambda ask: (ask.due_at, ask.task_id))),
        news=tuple(news),
        pointless=tuple(pointless),
        broken=tuple(broken),
    )


def _piece(
    host: Host, transaction: Transaction, message: Claimed, directory: Directory
) -> Ask | News | None:
    """
    What one message says now; None if it lost its point.
    """
    found = workflows.read(transaction, message.workflow_id)
    if found is None:
        return None
    case = _case(host, transaction, found[0], directory)
    if message.kind not in ASKING:
        return _news(transaction, case, message)
    task = _waits_for(found[0], message)
    return _ask(case, task, message.kind) if task else None


def due_at(transaction: Transaction, message: Claimed) -> datetime | None:
    """
    When the task of a message is due; None if it is about none.
    """
    try:
        found = workflows.read(transaction, message.workflow_id)
    except EngineError:
        # Whoever composes the letter finds out, and says so.
        return None
    task = found[0].task(message.task_id or "") if found else None
    return task.due_at if task else None


def _waits_for(workflow: Workflow, message: Claimed) -> Task | None:
    task = workflow.task(message.task_id or "")
    if task is None or not task.is_open or workflow.status != WorkflowStatus.PENDING:
        return None
    asked = (task.assignee,) if task.assignee else task.candidates
    return task if message.recipient in asked else None


def _case(
    host: Host, transaction: Transaction, workflow: Workflow, directory: Directory
) -> Case:
    return Case(
        workflow=workflow,
        plan=host.plan(transaction, workflow.evidence.plan),
        quote=host.quote(transaction, workflow.evidence.quote),
        policy=host.policy(transaction, workflow.evidence.policy),
        directory=directory,
    )


def _ask(case: Case, task: Task, kind: str) -> Ask:
    step = case.step(task.step)
    next_step = late(case.workflow, step)
    return Ask(
        workflow=case.workflow,
        task_id=task.id,
        opening=OPENINGS[kind],
        account=case.account,
        amount=case.amount,
        quote=case.subject,
        step=phrases.title(task.step),
        due_at=task.due_at,
        facts=case.facts(step),
        brief=case.brief(step),
        silence_at=next_step.at,
        silence=next_step.sentence,
        breaching=case.breaching(step),
        others=tuple(_others(case, task)),
    )


def _others(case: Case, task: Task) -> Iterable[str]:
    for other in case.workflow.tasks:
        if other.id == task.id:
            continue
        asked = (other.assignee,) if other.assignee else other.candidates
        people = (other.closed_by,) if other.closed_by else asked
        # A clock or a colleague may have closed it: what counts is how it stands.
        state = phrases.label(str(other.status))
        yield f"{phrases.title(other.step)}: {case.names(people)} ({state})"


def _news(transaction: Transaction, case: Case, message: Claimed) -> News:
    kind = message.kind
    words = NEWS.get(kind, phrases.label(kind))
    by, said = _last_word(transaction, case)
    if kind == NOTICED:
        words, said = _notice(transaction, message)
        by = ""
    if kind == BESIDE[Fact.CANARY_STOPPED]:
        by, said = "", one_line(_data(transaction, message).get("because", ""))
    return News(
        workflow=case.workflow,
        account=case.account,
        amount=case.amount,
        quote=case.subject,
        words=words,
        by=by,
        said=said,
    )


def _notice(transaction: Transaction, message: Claimed) -> tuple[str, str]:
    """
    The subject and the text that the process itself says.
    """
    data = _data(transaction, message)
    subject = one_line(data.get("subject", ""))
    return f"{NEWS[NOTICED]}: {subject}", one_line(data.get("text", ""))


def _data(transaction: Transaction, message: Claimed) -> Any:  # noqa: ANN401 JSON
    event = events.one(transaction, message.event_id)
    return load(event.data.encode()) if event else {}


def _last_word(transaction: Transaction, case: Case) -> tuple[str, str]:
    """
    Who rejected or returned the quote, and why; nothing where nobody did.
    """
    words = {str(case.workflow.status)} & {"rejected", "returned"}
    seats = [task for task in case.workflow.tasks if str(task.status) in words]
    last = max(seats, key=lambda task: task.closed_seq or 0, default=None)
    if last is None or last.closed_by is None:
        return "", ""
    text = events.texts(transaction, case.workflow.id).get(last.closed_seq or 0)
    return case.names((last.closed_by,)), one_line(text.body) if text else ""
