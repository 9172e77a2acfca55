"""
A quote that was routed → what the other version of the policy says of it, recorded.

Nothing is routed by that version. Whatever goes wrong in it is recorded as its answer
and stops no submit; only a database that fails fails for both.
"""

from dataclasses import dataclass
from decimal import Decimal

from approval_engine.documents import canonical
from approval_engine.domain.events import stamp
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import DefinitionError, Refused
from approval_engine.executor.canary import Canaried
from approval_engine.executor.routed import Routed, route
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.canary import WHOLE, Rule, Side
from approval_engine.policy.evaluation import Evaluation
from approval_engine.store import canaries
from approval_engine.store.catalog import Current, QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.translated import FAILURES

LARGEST = 10**17
"""The largest worth that is told apart, in hundredths."""

Said = dict[str, object]
"""What one version says: `triggers`, `steps`, `process`; or `refused`, or `failed`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """
    What both versions say of a quote, before its workflow has a number.
    """

    canaried: Canaried
    active: Said
    new: Said
    worth: int


def beside(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    current: Current,
    routed: Routed,
) -> Beside | None:
    """
    Ask the version that does not route the quote, if a canary runs.
    """
    canaried = routed.canary
    if canaried is None:
        return None
    mine = _said(routed)
    other, judged = _asked(runtime, transaction, asked, current, routed)
    new = canaried.choice.side is Side.CANARY
    # Worth is compared between the versions, so it is in the money of one of them.
    active = judged if new and judged else routed.evaluation
    return Beside(
        canaried=canaried,
        active=other if new else mine,
        new=mine if new else other,
        worth=_worth(asked[0], active),
    )


def note(transaction: Transaction, found: Beside | None, workflow: Workflow) -> None:
    """
    Record it with all else that the submit of the workflow writes.
    """
    if found is None:
        return
    canary, choice = found.canaried.canary, found.canaried.choice
    by_lot = choice.rule in {Rule.SHARE, Rule.FAILED} and not choice.earlier
    lot = by_lot and 0 < canary.share < WHOLE
    failed = "failed" in (found.active if choice.side is Side.CANARY else found.new)
    canaries.note(
        transaction,
        canaries.QuoteSeen(
            canary=canary.number,
            workflow_id=workflow.id,
            quote_id=workflow.quote_id,
            quote_revision=workflow.quote_revision,
            side=str(choice.side),
            rule=str(choice.rule),
            place=choice.place,
            share=canary.share,
            counted=int(lot),
            automatic=int(workflow.steps == 0),
            worth=found.worth,
            differs=int(not failed and found.active != found.new),
            failed=int(failed),
            active=canonical(found.active).decode(),
            canary_says=canonical(found.new).decode(),
            submitted_at=stamp(workflow.created_at),
        ),
    )


def _asked(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    current: Current,
    routed: Routed,
) -> tuple[Said, Evaluation | None]:
    canaried = routed.canary
    try:
        assert canaried is not None  # noqa: S101 who asks has looked
        policy = runtime.policy(transaction, canaried.other)
        found = route(runtime, transaction, asked, current, routed.at, policy)
        return _said(found), found.evaluation
    except FAILURES:
        # What the database could not do for this it cannot do for the submit either.
        raise
    except DefinitionError as error:
        return {"refused": sorted({each.code for each in error.problems})}, None
    except Refused as refusal:
        return {"refused": [type(refusal).__name__]}, None
    except Exception as error:  # noqa: BLE001 nobody may be harmed by what routes nothing
        return {"failed": type(error).__name__}, None


def _said(routed: Routed) -> Said:
    return {
        "triggers": [each.id for each in routed.evaluation.binding],
        "steps": [step.id for step in routed.plan.steps],
        "process": routed.plan.process,
    }


def _worth(row: QuoteRow, evaluation: Evaluation) -> int:
    """
    The worth of a quote in hundredths of the currency of that policy, rounded down.
    """
    worth = max(row.worth, 0)
    if evaluation.rate is not None:
        worth = int(Decimal(worth) * evaluation.rate.rate)
    return min(worth, LARGEST)
