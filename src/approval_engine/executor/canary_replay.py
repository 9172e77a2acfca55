"""
The first event of a workflow → whether the canary would choose so again.

The choice is made anew of what is recorded: the terms in the event, the quote, and the
version that was in force.
"""

from decimal import Decimal
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, instant
from approval_engine.errors import EngineError
from approval_engine.executor.canary import is_among
from approval_engine.executor.routed import holds
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.canary import Canary, Rule, Side, choose, recorded
from approval_engine.policy.rates import stated
from approval_engine.store import events
from approval_engine.store.database import Transaction


def difference(
    runtime: Runtime, transaction: Transaction, log: tuple[Event, ...]
) -> str | None:
    """
    What differs, as a sentence part; None if nothing does, or no canary routed then.

    Raises EngineError if what is recorded cannot be read.
    """
    data: Any = load(log[0].data.encode())
    said = data.get("canary")
    if said is None:
        return None
    try:
        again = _again(runtime, transaction, data, log[0])
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        sentence = f"the choice of the canary cannot be read: {error!r}"
        raise EngineError(sentence) from error
    for name in sorted({*again, *said}):
        if again.get(name) != said.get(name):
            return (
                f"canary {name}: the quote gives {again.get(name)},"
                f" the event says {said.get(name)}"
            )
    side = said["side"]
    routed = said["policy"] if side == Side.CANARY else said["active"]
    if routed != data["evidence"]["policy"]:
        return f"canary: its side is {side}, but another version has routed it"
    return None


def _again(
    runtime: Runtime,
    transaction: Transaction,
    data: Any,  # noqa: ANN401 JSON
    first: Event,
) -> dict[str, object]:
    said = data["canary"]
    canary = Canary(
        number=said["number"],
        version=said["version"],
        policy=said["policy"],
        share=int(Decimal(said["share"]) * 100),
        segment=said.get("segment", ""),
        since=first.timestamp,
    )
    evidence = data["evidence"]
    # The evaluation holds another rate where the version that routed has other money.
    rate = stated(said["rate"]) if "rate" in said else None

    def within() -> bool:
        active = runtime.policy(transaction, said["active"])
        quote = runtime.quote(transaction, evidence["quote"])
        own = runtime.terms(transaction, evidence["evaluation"]).rate
        return is_among(canary, active, quote, rate or own)

    new = runtime.policy(transaction, canary.policy)
    choice = choose(
        canary,
        data["quoteId"],
        holds=holds(new, instant(first.timestamp)),
        earlier=_earlier(transaction, canary, said.get("earlier")),
        within=within,
    )
    if said["rule"] == Rule.FAILED and choice.side is Side.CANARY:
        # Whether the new version broke is not asked again: people and work have moved.
        choice = choice.fallen()
    return recorded(canary, choice, said["active"], rate)


def _earlier(
    transaction: Transaction, canary: Canary, workflow_id: str | None
) -> tuple[str, Side] | None:
    log = events.of(transaction, workflow_id) if workflow_id else ()
    if not log or workflow_id is None:
        return None
    data: Any = load(log[0].data.encode())
    new = data["policyVersion"] == canary.version
    return workflow_id, Side.CANARY if new else Side.ACTIVE
