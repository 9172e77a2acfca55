"""
Open tasks all of whose people have left: give them to somebody, or take the seat out.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.workflow import Task
from approval_engine.errors import NotFound, Refused
from approval_engine.executor.commands.withdraw import Seat, withdraw
from approval_engine.operations.remedies import against_withdrawal
from approval_engine.store import oversight
from approval_engine.store.database import Transaction
from approval_engine.web import context
from approval_engine.web.admin.area import done, office, page

blueprint = office("seats", "/seats")

MOST = 25
"""So many are shown; each is tried out, and nobody mends more in one sitting."""


@blueprint.get("")
def seats() -> Response:
    """
    The seats, oldest first, with what taking each out would come to.
    """
    return _page()


@blueprint.post("/<task_id>/withdraw")
def take_out(task_id: str) -> AnyResponse:
    """
    Ask one less in the step of a task, with a reason.
    """
    with context.runtime().database.read() as transaction:
        found = [each for each in _vacant(transaction) if each.id == task_id]
    if not found:
        sentence = f"There is no task '{task_id}' that nobody is left for."
        raise NotFound(sentence)
    seat = Seat(
        workflow=found[0].workflow_id,
        task=task_id,
        comment=request.form.get("comment", ""),
    )
    caller = context.asker().caller(request.form.get("key"))
    try:
        withdraw(context.runtime(), seat, caller)
    except Refused as refusal:
        return _page(refusal)
    sentence = f"You took the seat of {task_id} out; its step asks one less."
    return done(sentence, "seats.seats")


def _page(refusal: Refused | None = None) -> Response:
    runtime, actor = context.runtime(), context.asker().user.id
    with runtime.database.read() as transaction:
        rows = [
            (task, against_withdrawal(runtime, transaction, task, actor))
            for task in _vacant(transaction)
        ]
    return page("seats.html", refusal, rows=rows, full=len(rows) >= MOST)


def _vacant(transaction: Transaction) -> tuple[Task, ...]:
    directory = context.directory(transaction)
    return oversight.vacant(transaction, directory, MOST)
