"""
What must hold of exceptions: each is what its workflow made of it, used as was logged.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import (
    ExceptionMove,
    ExceptionStatus,
    move_exception,
)
from approval_engine.errors import InvalidState
from approval_engine.executor.waivers import settled_by
from approval_engine.store import events, exceptions
from approval_engine.store.database import Transaction
from approval_engine.store.exceptions import ExceptionRow


def exceptions_follow(transaction: Transaction) -> Iterator[str]:
    """
    An exception stands where its log leads; first events name it once per use.
    """
    used: Counter[str] = Counter()
    for text in exceptions.submits(transaction):
        data: Any = load(text.encode())
        used.update(data.get("exceptions", ()))
    for row in exceptions.listed(transaction):
        status = _status(transaction, row)
        if status != row.status:
            yield f"{row.subject} is {row.status}, its log says {status}"
        if row.used != used[row.id]:
            yield f"{row.subject} counts {row.used} uses, the logs {used[row.id]}"
    known = {row.id for row in exceptions.listed(transaction)}
    yield from (
        f"exception {each!r} was used but is not there" for each in used.keys() - known
    )


def _status(transaction: Transaction, row: ExceptionRow) -> str:
    status = ExceptionStatus.PENDING
    for event in events.of(transaction, row.workflow_id):
        ended = event.action == Fact.EXCEPTION_ENDED
        move = ExceptionMove.END if ended else settled_by(event)
        if move:
            try:
                status = move_exception(status, move, row.subject)
            except InvalidState as error:
                return str(error)
    return str(status)
