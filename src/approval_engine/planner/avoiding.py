"""
A quote under a policy → for each step that it needs, how it could do without.
"""

from collections.abc import Mapping
from datetime import date

from approval_engine.domain.quote import Quote
from approval_engine.planner import admission
from approval_engine.planner.requirements import collect
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import NO_TERMS, Evaluation, Terms
from approval_engine.policy.model import Policy
from approval_engine.policy.nearest import Proposal, Question, nearest
from approval_engine.policy.rates import converted


def ways_around(
    policy: Policy, quote: Quote, on: date, terms: Terms = NO_TERMS
) -> Mapping[str, tuple[Proposal, ...]]:
    """
    By step, in the order of the plan: the smallest changes that avoid that approval.

    None of them adds another one. Empty for a step that no small change avoids.
    """
    if quote.waives is not None:
        return {}
    # What is proposed is in the currency of the policy, like every threshold.
    quote = converted(policy, quote, terms.rate)

    def asked(evaluation: Evaluation) -> frozenset[str]:
        admission.check(policy, evaluation, quote)
        needed = collect(policy, evaluation, on)
        return frozenset(each.rule.id for each in needed if not each.rule.fyi)

    needed = collect(policy, evaluate(policy, quote, on, terms), on)
    return {
        each.rule.id: nearest(
            Question(
                policy=policy,
                quote=quote,
                on=on,
                terms=terms,
                asked=asked,
                step=each.rule.id,
                triggers=tuple(reason.trigger for reason in each.reasons),
            )
        )
        for each in needed
        # Whoever is only told approves nothing that could be avoided.
        if not each.rule.fyi
    }
