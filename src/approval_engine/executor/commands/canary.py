"""
Ending a canary, and telling people that its guard has ended it.

Running workflows keep the version that they began with; whatever is submitted from now
on goes by the policy in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from approval_engine.documents import canonical, load
from approval_engine.domain.events import Fact, NewEvent, stamp
from approval_engine.domain.rights import Right, people_with
from approval_engine.errors import InvalidInput, InvalidState, NotFound
from approval_engine.executor.answer import Caller, key_of
from approval_engine.executor.commands.beats import open_desk, store
from approval_engine.executor.incident import naming
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store import (
    answers,
    canaries,
    canary_outcomes,
    workflows,
)
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.database import Transaction

STOPPED, PROMOTED = "stopped", "promoted"
"""How a canary ends."""

ROUTE = "canary"
"""Where idempotency keys of these commands belong."""

LONGEST_COMMENT = 1000

_TRIED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """
    The answer of a command on a canary. `result` is applied or duplicate.
    """

    canary: int
    policy: str
    version: str
    status: str
    result: str = "applied"

    @classmethod
    def of(cls, row: CanaryRow, **more: str) -> "Done":
        """
        The answer that tells where a canary stands.
        """
        found = cls(
            canary=row.number, policy=row.name, version=row.version, status=row.status
        )
        return replace(found, **more)  # type: ignore[arg-type] # its texts, by name

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {name: getattr(self, name) for name in Done.__slots__}


@command("stop_canary")
def stop(
    runtime: Runtime,
    caller: Caller,
    comment: str = "",
    found: Mapping[str, object] | None = None,
    number: int | None = None,
) -> Done:
    """
    End the canary that runs: from now on all quotes go by the policy in force.

    `found` is what its guard has found in the canary of that number, of which people
    are told then. Stopping a stopped one changes nothing. Raises NotFound if there was
    never one, InvalidState if the last one was promoted.
    """
    check_comment(comment)
    with runtime.database.begin() as transaction:
        canaries.lock(transaction)
        if done := again(transaction, caller, "stop", {"comment": comment}):
            return done
        row = canaries.running(transaction)
        if row is None or number not in {None, row.number}:
            done = Done.of(_last_stopped(transaction), result="duplicate")
        else:
            data = dict(found or {})
            row = end(runtime, transaction, row, (STOPPED, comment), caller, data)
            if found is None:
                # Whoever stops it himself tells whom he likes.
                canaries.change(transaction, row.number, told_at=row.ended_at)
            done = Done.of(row)
        return keep(runtime, transaction, caller, "stop", {"comment": comment}, done)


def end(
    runtime: Runtime,
    transaction: Transaction,
    row: CanaryRow,
    how: tuple[str, str],
    caller: Caller,
    data: Mapping[str, object],
) -> CanaryRow:
    """
    End a canary under its lock: its status from now on, and a comment.
    """
    status, comment = how
    now = stamp(runtime.clock())
    ended: dict[str, object] = {
        "status": status,
        "running": None,
        "ended_at": now,
        "ended_by": caller.actor,
        "comment": comment,
    }
    canaries.point(transaction, None)
    canaries.change(transaction, row.number, **ended)
    write(transaction, row.number, status, (caller, now), data)
    return replace(row, **ended)  # type: ignore[arg-type] # its own fields, by name


def write(
    transaction: Transaction,
    number: int,
    action: str,
    by: tuple[Caller, str],
    data: Mapping[str, object],
) -> None:
    """
    Add to the log of a canary what somebody did at an instant.
    """
    caller, at = by
    canaries.log(
        transaction,
        canaries.Step(
            canary=number,
            action=action,
            actor=caller.actor,
            channel=caller.channel,
            timestamp=at,
            data=canonical(data).decode(),
        ),
    )


@command("tell_of_canary")
def tell(runtime: Runtime, number: int) -> bool:
    """
    Tell whoever may publish, and who began it, that its guard has stopped a canary.

    It is a fact in the log of the newest workflow that the new version has routed and
    that nobody holds; whether people are told now.
    """
    now = runtime.clock()
    with runtime.database.begin() as transaction:
        canaries.lock(transaction)
        rows = {each.number: each for each in canaries.every(transaction)}
        row = rows.get(number)
        if row is None or not canaries.is_untold(row):
            return False
        ids = canary_outcomes.candidates(transaction, number, _TRIED)
        if not any(_told(runtime, transaction, row, each) for each in ids) and ids:
            return False
        canaries.change(transaction, number, told_at=stamp(now))
    return bool(ids)


def _told(
    runtime: Runtime, transaction: Transaction, row: CanaryRow, workflow_id: str
) -> bool:
    found = workflows.lock_if_free(transaction, workflow_id)
    if found is None or found.incident:
        return False
    now = max(runtime.clock(), found.workflow.updated_at)
    with naming(workflow_id):
        desk = open_desk(runtime, transaction, found, now)
    directory_sha256, _ = desk.current.people()
    directory = runtime.directory(transaction, directory_sha256)
    people = [each.id for each in people_with(directory, Right.PUBLISH)]
    if directory.user(row.started_by):
        people.append(row.started_by)
    actor = row.ended_by or ""
    recorder = Recorder(found.workflow, desk.pinned, now, (actor, "worker"))
    recorder.record(
        NewEvent(
            action=Fact.CANARY_STOPPED,
            actor=actor,
            channel="worker",
            data={
                "canary": row.number,
                "policy": row.name,
                "version": row.version,
                "because": row.comment,
                "people": tuple(dict.fromkeys(people)),
            },
            natural_key=f"canary_stopped:{row.number}",
        )
    )
    store(transaction, recorder)
    return True


def again(
    transaction: Transaction, caller: Caller, deed: str, body: Mapping[str, object]
) -> Done | None:
    """
    The answer that this request got before. Raises KeyReused if another one got it.
    """
    key = key_of(caller, f"{ROUTE}_{deed}", body)
    text = answers.find(transaction, key) if key else None
    return Done(**load(text.encode())) if text else None  # type: ignore[arg-type] # written by keep


def keep(
    runtime: Runtime,
    transaction: Transaction,
    caller: Caller,
    deed: str,
    body: Mapping[str, object],
    done: Done,
) -> Done:
    """
    Keep the answer under the key of the caller, if he has one, and give it back.
    """
    if key := key_of(caller, f"{ROUTE}_{deed}", body):
        text = canonical(done.view()).decode()
        answers.keep(transaction, key, text, stamp(runtime.clock()))
    return done


def check_comment(comment: str) -> None:
    """
    Raises InvalidInput if a comment is too long.
    """
    if len(comment) > LONGEST_COMMENT:
        sentence = f"Expected a comment of at most {LONGEST_COMMENT} characters."
        raise InvalidInput(sentence)


def must_not_run(transaction: Transaction, deed: str) -> None:
    """
    Raises InvalidState while a canary runs: its quotes would be compared with others.
    """
    row = canaries.running(transaction)
    if row is not None:
        sentence = f"Expected to {deed}, but {row.subject} runs; promote or stop it."
        raise InvalidState(sentence)


def _last_stopped(transaction: Transaction) -> CanaryRow:
    every = canaries.every(transaction)
    if not every:
        sentence = "There is no canary; 'cpq policy canary start' begins one."
        raise NotFound(sentence)
    if every[-1].status != STOPPED:
        sentence = (
            f"Expected to stop {every[-1].subject}, but it was promoted;"
            " publish the version that you want."
        )
        raise InvalidState(sentence)
    return every[-1]
