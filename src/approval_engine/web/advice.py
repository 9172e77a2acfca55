"""
Ways around an approval → the sentences that pages show to whoever made the quote.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.operations.avoiding import Ways, of_workflow
from approval_engine.planner.requirements import words as plain
from approval_engine.policy.levers import Change
from approval_engine.policy.nearest import Proposal
from approval_engine.web import context, words
from approval_engine.web.dossier import Dossier

_HELPS = frozenset(
    {WorkflowStatus.PENDING, WorkflowStatus.REJECTED, WorkflowStatus.RETURNED}
)
"""Where a workflow stands while another quote could still make a difference."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """
    What would have to be different so that a step is not asked.
    """

    step: str
    words: str


def advice(ways: Ways, money: Iterable[str], currency: str) -> tuple[Advice, ...]:
    """
    A piece of advice for each proposal, in the order of the plan.
    """
    units = dict.fromkeys(money, currency)
    return tuple(
        Advice(step=step, words=_words(proposal, units))
        for step, proposals in ways.items()
        for proposal in proposals
    )


def for_submitter(
    found: Dossier, user_id: str, step: str | None = None
) -> tuple[Advice, ...]:
    """
    The advice on a workflow, or on one step of it, for whoever may change the quote.
    """
    workflow = found.workflow
    mine = user_id in {workflow.submitted_by, workflow.owner}
    if not mine or workflow.status not in _HELPS:
        return ()
    ways = of_workflow(context.runtime(), found.case)
    chosen = ways if step is None else {step: ways.get(step, ())}
    return advice(chosen, found.money(), found.policy.currency)


def _words(proposal: Proposal, units: Mapping[str, str]) -> str:
    return " and ".join(_change(change, units.get(change.name)) for change in proposal)


def _change(change: Change, unit: str | None) -> str:
    after, before = (
        words.value(change.name, _shown(each), unit)
        for each in (change.after, change.before)
    )
    where = ""
    if change.lines:
        noun = "line" if len(change.lines) == 1 else "lines"
        where = f" on {noun} {', '.join(change.lines)}"
    return f"{words.label(change.name)} {after} instead of {before}{where}"


def _shown(value: object) -> object:
    return value if isinstance(value, bool | tuple) else plain(value)  # type: ignore[arg-type] # the rest are values of inputs
