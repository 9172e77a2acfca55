"""
What must hold of the database as a whole: documents, answers, numbers, links.
"""

from collections.abc import Iterator
from typing import Any

from approval_engine.documents import load, sha256
from approval_engine.domain.actions import Action
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.executor.answer import Answer
from approval_engine.operations.invariants import canaries
from approval_engine.store import attachments, audit, erasures, events, workflows
from approval_engine.store.audit import Columns
from approval_engine.store.database import Transaction

LEAVES = {
    Action.APPROVE: Fact.TASK_APPROVED,
    Action.REJECT: Fact.TASK_REJECTED,
    Action.RETURN: Fact.TASK_RETURNED,
    Action.CLAIM: Fact.TASK_CLAIMED,
    Action.RELEASE: Fact.TASK_RELEASED,
    Action.DELEGATE: Fact.TASK_DELEGATED,
    Action.COMMENT: Fact.COMMENTED,
    Action.REASSIGN: Fact.TASK_REASSIGNED,
    Action.REQUEST_INFO: Fact.INFO_REQUESTED,
    Action.PROVIDE_INFO: Fact.INFO_PROVIDED,
    Action.ADD_APPROVER: Fact.APPROVER_ADDED,
}
"""The fact that each action leaves."""

_CURRENT = ("directory", "delegations")
_SHA256_DIGITS = 64


def documents_are_whole(transaction: Transaction) -> Iterator[str]:
    """
    The bytes are those that the hash was taken of, or those that an erasure left.
    """
    log = erasures.every(transaction)
    altered = erasures.first_altered(log)
    if altered is not None:
        yield f"erasure {altered} is changed or missing"
    left = erasures.now_of(log)
    for digest, kind, body in audit.documents(transaction):
        if sha256(body) != left.get(digest, digest):
            yield f"{kind} document '{digest}' has other bytes than its hash says"


def attachments_are_whole(transaction: Transaction) -> Iterator[str]:
    """
    An attached file has the bytes that its hash was taken of, all of them.
    """
    for digest, size, body in attachments.contents(transaction):
        if sha256(body) != digest or len(body) != size:
            yield f"attachment '{digest}' has other bytes than its hash says"


def nothing_strays(transaction: Transaction) -> Iterator[str]:
    """
    Every task, event, message and incident belongs to a workflow.
    """
    for stray in audit.strays(transaction):
        yield f"{stray.table} '{stray.id}' belongs to nothing"


def answers_tell_the_truth(transaction: Transaction) -> Iterator[str]:
    """
    A kept answer can be read and speaks of a workflow and task that are there.
    """
    for row in audit.rows(transaction, "idempotency"):
        fingerprint = str(row["fingerprint"])
        if len(fingerprint) != _SHA256_DIGITS:
            yield f"key '{row['key']}' has fingerprint '{fingerprint}'"
        if (of_canary := canaries.is_true(transaction, row)) is not None:
            if not of_canary:
                yield f"key '{row['key']}' answers for a canary that is not there"
            continue
        answer = _answer(row)
        if answer is None:
            yield f"key '{row['key']}' has an answer that cannot be read"
        elif not _is_there(transaction, answer):
            yield f"key '{row['key']}' answers for what is not there"


def answers_have_events(transaction: Transaction) -> Iterator[str]:
    """
    What was acknowledged under a key as applied stands in the log, once for each key.
    """
    told: set[str] = set()
    for row in audit.rows(transaction, "idempotency"):
        answer = _answer(row)
        if answer is None or answer.result != "applied":
            continue
        wanted = _fact(row, answer)
        log = events.of(transaction, answer.workflow)
        about = answer.task, row["actor"]
        free = (
            event.id
            for event in log
            if event.id not in told and _tells(event, wanted, about)
        )
        own = next(free, None)
        if own is None:
            yield (
                f"key '{row['key']}' was answered, but {answer.workflow} has no event"
                " of its own"
            )
        elif wanted is not None:
            told.add(own)


def current_things_exist(transaction: Transaction) -> Iterator[str]:
    """
    Directory, delegations, policies and quotes in use are documents of their kind.
    """
    for row in audit.rows(transaction, "setting"):
        if row["name"] in _CURRENT:
            yield from _lacks(transaction, row["name"], row["value"])
    for kind in ("policy", "quote"):
        for row in audit.rows(transaction, kind):
            yield from _lacks(transaction, kind, row["sha256"])


def numbers_are_fresh(transaction: Transaction) -> Iterator[str]:
    """
    No number that people read aloud is given out twice.
    """
    for kind, following in audit.reused_numbers(transaction):
        yield f"the next {kind} would be number {following}, which is taken"


def database_is_sound(transaction: Transaction) -> Iterator[str]:
    """
    The database finds its own files and links in order.
    """
    yield from audit.complaints(transaction)


def _answer(row: Columns) -> Answer | None:
    try:
        value: Any = load(row["answer"].encode())
        answer = Answer(**value)
        WorkflowStatus(answer.status)
    except (TypeError, ValueError):
        return None
    return answer if answer.result in {"applied", "duplicate"} else None


def _is_there(transaction: Transaction, answer: Answer) -> bool:
    if answer.task is not None:
        return workflows.workflow_of_task(transaction, answer.task) == answer.workflow
    return bool(events.of(transaction, answer.workflow))


def _fact(row: Columns, answer: Answer) -> Fact | None:
    """
    What the command left; None where it is not known here.
    """
    facts = {"submit": Fact.SUBMITTED, "recall": Fact.RECALLED, "nudge": Fact.NUDGED}
    if row["route"] == "act" and answer.action in set(Action):
        facts["act"] = LEAVES[Action(answer.action)]
    return facts.get(row["route"])


def _tells(event: Event, wanted: Fact | None, about: tuple[str | None, str]) -> bool:
    task, actor = about
    mine = task in {None, event.task_id} and event.actor == actor
    return wanted is None or (event.action == wanted and mine)


def _lacks(transaction: Transaction, kind: str, digest: str) -> Iterator[str]:
    found = audit.kind(transaction, digest)
    if found != kind:
        yield f"{kind} '{digest}' is {'missing' if found is None else f'a {found}'}"
