"""
Beginning, widening and promoting a canary: a new policy version beside the active one.

It begins in the shadow, where it routes nothing, or at once with a share of the quotes.
"""

from collections.abc import Mapping
from dataclasses import replace

from approval_engine.analytics import canaries as watching
from approval_engine.analytics.guard import TOLERATED, Terms
from approval_engine.documents import parse
from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.canary import (
    PROMOTED,
    Done,
    again,
    check_comment,
    end,
    keep,
    write,
)
from approval_engine.executor.routed import holds, policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.canary_wish import (
    Wish,
    check,
    must_be_new,
    must_go_on,
    must_keep_terms,
    tried,
)
from approval_engine.operations.intake import (
    Remark,
    must_fit_processes,
    publish_policy,
)
from approval_engine.operations.proving import taken_upon
from approval_engine.policy.canary import Canary, check_segment
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy
from approval_engine.store import canaries, catalog
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.database import Transaction

SHADOW, CANARY = "shadow", "canary"
"""How a canary runs: routing nothing, or a share of the quotes."""


def start(runtime: Runtime, wish: Wish, caller: Caller) -> Done:
    """
    Begin a canary, let one leave the shadow, or give it a larger share.

    Starting again what runs already changes nothing. Raises WrongOption if the wish
    cannot be, InvalidState if another one runs, quotes would go back, the guard would
    go by other terms, or quotes would be routed although nobody accepts a finding;
    DocumentError or PolicyError if the new version is wrong.
    """
    check(wish)
    with runtime.database.begin() as transaction:
        canaries.lock(transaction)
        if done := again(transaction, caller, "start", wish.body()):
            return done
        row = canaries.running(transaction)
        if row is None:
            done = _begun(runtime, transaction, wish, caller)
        else:
            done = _moved(runtime, transaction, row, wish, caller)
        return keep(runtime, transaction, caller, "start", wish.body(), done)


def promote(
    runtime: Runtime,
    caller: Caller,
    comment: str = "",
    *,
    accept_fallback: bool = False,
    accepts: Mapping[str, str] | None = None,
) -> Done:
    """
    Publish the version that is tried, for all quotes, and end the canary.

    `accepts` are the findings of its proof by code and place, with the reason; they are
    kept with the version. Promoting the one promoted last changes nothing. Raises what
    publishing raises, and NotFound if there is no canary, InvalidState if the last one
    was stopped or nobody accepts a finding.
    """
    check_comment(comment)
    body = {"comment": comment, "accept": dict(accepts or {})}
    with runtime.database.begin() as transaction:
        canaries.lock(transaction)
        if done := again(transaction, caller, PROMOTED, body):
            return done
        row = canaries.running(transaction)
        if row is None:
            done = Done.of(_last_promoted(transaction), result="duplicate")
        else:
            document = parse(catalog.body(transaction, row.sha256), row.version)
            publish_policy(
                runtime,
                document,
                caller.actor,
                accept_fallback=accept_fallback,
                remark=Remark(comment=comment, accepts=accepts or {}),
                within=transaction,
            )
            how = (PROMOTED, comment)
            # The log of canaries is never changed: a comment that may name somebody
            # stands in the row, where it can be erased.
            row = end(runtime, transaction, row, how, caller, {})
            done = Done.of(row)
        return keep(runtime, transaction, caller, PROMOTED, body, done)


def _begun(
    runtime: Runtime, transaction: Transaction, wish: Wish, caller: Caller
) -> Done:
    active = _active(runtime, transaction)
    every = canaries.every(transaction)
    policy = tried(runtime, transaction, wish, every)
    must_be_new(transaction, policy, every)
    must_fit_processes(
        runtime, transaction, policy, accept_fallback=wish.accept_fallback
    )
    now = stamp(runtime.clock())
    row = CanaryRow(
        number=max((each.number for each in every), default=0) + 1,
        name=policy.name,
        version=policy.version,
        sha256=policy.sha256,
        against=active.sha256,
        status=SHADOW,
        running=1,
        share=0,
        segment="",
        since="",
        terms=watching.terms_text(Terms()),
        started_at=now,
        started_by=caller.actor,
    )
    canaries.add(transaction, row)
    _point(transaction, row)
    write(transaction, row.number, "shadow_started", (caller, now), {})
    if wish.share is not None:
        row = _routing(runtime, transaction, row, wish, caller)
    return Done.of(row)


def _moved(
    runtime: Runtime,
    transaction: Transaction,
    row: CanaryRow,
    wish: Wish,
    caller: Caller,
) -> Done:
    """
    What a start means for the canary that runs.
    """
    named = load(wish.document).sha256 if wish.document else None
    if named not in {None, row.sha256} or wish.version not in {None, row.version}:
        sentence = f"Expected to try another version, but {row.subject} runs;"
        raise InvalidState(f"{sentence} promote or stop it.")
    if row.status == CANARY:
        must_keep_terms(row, wish)
    same = (wish.share or 0, wish.segment) == (row.share, row.segment)
    if same:
        return Done.of(row, result="duplicate")
    if row.status == SHADOW:
        return Done.of(_routing(runtime, transaction, row, wish, caller))
    must_go_on(row, wish)
    new = runtime.policy(transaction, row.sha256)
    taken_upon(runtime, transaction, new, wish.accepts)
    row = replace(row, share=wish.share or row.share)
    canaries.change(transaction, row.number, share=row.share)
    _point(transaction, row)
    by = (caller, stamp(runtime.clock()))
    write(transaction, row.number, "share_grown", by, {"share": row.share})
    return Done.of(row)


def _routing(
    runtime: Runtime,
    transaction: Transaction,
    row: CanaryRow,
    wish: Wish,
    caller: Caller,
) -> CanaryRow:
    """
    Let a canary leave the shadow: quotes submitted from now on are routed by it.
    """
    now = runtime.clock()
    policy = runtime.policy(transaction, row.sha256)
    if not holds(policy, now):
        sentence = f"Expected to route by {row.subject}, but it is not in force today."
        raise InvalidState(sentence)
    if wish.segment:
        check_segment(wish.segment, _active(runtime, transaction))
    taken_upon(runtime, transaction, policy, wish.accepts)
    slow_after_s, cap = watching.usual(transaction)
    terms = replace(
        Terms(slow_after_s=slow_after_s, cap=cap),
        tolerated={**TOLERATED, **wish.tolerated},
        **wish.terms,  # type: ignore[arg-type] # its own fields, by name
    )
    changed: dict[str, object] = {
        "status": CANARY,
        "share": wish.share,
        "segment": wish.segment,
        "since": stamp(now),
        "terms": watching.terms_text(terms),
    }
    canaries.change(transaction, row.number, **changed)
    row = replace(row, **changed)  # type: ignore[arg-type] # its own fields, by name
    _point(transaction, row)
    said = {"share": row.share, "segment": row.segment, "terms": row.terms}
    write(transaction, row.number, "canary_started", (caller, stamp(now)), said)
    return row


def _point(transaction: Transaction, row: CanaryRow) -> None:
    terms = Canary(
        number=row.number,
        version=row.version,
        policy=row.sha256,
        share=row.share,
        segment=row.segment,
        since=row.since,
    )
    canaries.point(transaction, terms.text())


def _active(runtime: Runtime, transaction: Transaction) -> Policy:
    current = catalog.current(transaction)
    return policy_in_force(runtime, transaction, current, runtime.clock())


def _last_promoted(transaction: Transaction) -> CanaryRow:
    every = canaries.every(transaction)
    if not every:
        sentence = "There is no canary; 'cpq policy canary start' begins one."
        raise NotFound(sentence)
    if every[-1].status != PROMOTED:
        sentence = f"Expected to promote {every[-1].subject}, but it was stopped."
        raise InvalidState(sentence)
    return every[-1]
