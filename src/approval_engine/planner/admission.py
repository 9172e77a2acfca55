"""
An evaluation and its quote → nothing, or the refusal to review the quote at all.
"""

from approval_engine.domain.quote import Quote
from approval_engine.errors import Incomplete, InvalidState
from approval_engine.planner.plan import PlannedStep
from approval_engine.policy.evaluation import Evaluation
from approval_engine.policy.model import Policy
from approval_engine.policy.needs import ATTACHMENT, JUSTIFICATION, given


def check(policy: Policy, evaluation: Evaluation, quote: Quote) -> None:
    """
    Refuses a quote that the policy forbids, does not cover, or finds incomplete.

    Raises InvalidState, which names every trigger and everything missing at once.
    """
    _check_permitted(evaluation, quote)
    _check_covered(policy, evaluation, quote)
    _check_complete(evaluation, quote)


def check_asked(policy: Policy, steps: tuple[PlannedStep, ...], quote: Quote) -> None:
    """
    Refuses a quote for which nobody must say yes, where the policy wants somebody to.
    """
    if not steps and policy.no_trigger != "auto_approve":
        name = f"policy '{policy.name}' version {policy.version}"
        raise InvalidState(_refusal(quote, f"no step of {name} must approve it"))


def _check_permitted(evaluation: Evaluation, quote: Quote) -> None:
    against = [
        f"trigger '{trigger.id}' refuses it: {trigger.reason}"
        for trigger in evaluation.fired
        if trigger.effect == "refuse"
    ]
    if against:
        raise InvalidState(_refusal(quote, ", ".join(against)))


def _check_covered(policy: Policy, evaluation: Evaluation, quote: Quote) -> None:
    if not evaluation.fired and policy.no_trigger != "auto_approve":
        name = f"policy '{policy.name}' version {policy.version}"
        raise InvalidState(_refusal(quote, f"no trigger of {name} covers it"))


def _check_complete(evaluation: Evaluation, quote: Quote) -> None:
    missing: dict[str, tuple[str, ...]] = {}
    for trigger in evaluation.binding:
        for need in trigger.needs:
            if given(quote, need) is None:
                missing[need] = (*missing.get(need, ()), trigger.id)
    if missing:
        items = (
            f"{_words(need)} (trigger {' and '.join(map(repr, triggers))})"
            for need, triggers in missing.items()
        )
        reason = f"it lacks {', '.join(items)}"
        raise Incomplete(_refusal(quote, reason), missing)


def _words(need: str) -> str:
    if need == JUSTIFICATION:
        return "a justification"
    return f"attachment '{need.removeprefix(ATTACHMENT)}'"


def _refusal(quote: Quote, reason: str) -> str:
    subject = f"quote '{quote.id}' revision {quote.revision}"
    return f"Expected to submit {subject}, but {reason}."
