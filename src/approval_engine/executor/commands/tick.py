"""
Tick: the timers of one workflow that are due → what they say, each once.

Timers are fired under the same lock that people act under, so who is first is decided
there. After an outage the missed timers of a task become one fact, not one each.
"""

from datetime import datetime

from approval_engine.domain.events import Fact, stamp
from approval_engine.domain.timers import VALIDITY, PendingTimer, TimerKind
from approval_engine.executor.answer import Answer
from approval_engine.executor.commands.beats import open_desk, store
from approval_engine.executor.commands.overdue import ring
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import SYSTEM, Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store import workflows

CHANNEL = "worker"


def due(runtime: Runtime, limit: int = 100) -> tuple[str, ...]:
    """
    The workflows with a timer that is due now, longest overdue first.
    """
    with runtime.database.read() as transaction:
        return workflows.due(transaction, runtime.clock(), limit)


@command("tick")
def tick(runtime: Runtime, workflow_id: str) -> Answer | None:
    """
    Fire what is due in one workflow; None if there is nothing, or somebody holds it.

    Running it twice changes nothing the second time.
    """
    now = runtime.clock()
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = workflows.lock_if_free(transaction, workflow_id)
        if found is None or found.incident is not None:
            return None
        late = [timer for timer in found.workflow.timers if _rings(timer, now)]
        if not late:
            return None
        desk = open_desk(runtime, transaction, found, now)
        recorder = Recorder(found.workflow, desk.pinned, now, (SYSTEM, CHANNEL))
        ends = [timer for timer in late if timer.kind in VALIDITY]
        if ends:
            _end_approval(recorder, ends)
        else:
            ring(desk, recorder, late)
        after = store(transaction, recorder)
        return Answer.of(after, action="tick")


def _rings(timer: PendingTimer, now: datetime) -> bool:
    return timer.due_at <= now and timer.paused_at is None


def _end_approval(recorder: Recorder, late: list[PendingTimer]) -> None:
    """
    The approval is no longer good, or will soon not be; a notice too late is none.
    """
    over = any(timer.kind is TimerKind.EXPIRY for timer in late)
    until = recorder.workflow.valid_until
    data = {
        "timers": [(timer.element, timer.occurrence) for timer in late],
        "validUntil": stamp(until) if until else None,
    }
    fact = Fact.WORKFLOW_EXPIRED if over else Fact.WORKFLOW_EXPIRING
    once = f"timer:{late[0].element}:{late[0].occurrence}"
    recorder.note(fact, data, natural_key=once)
