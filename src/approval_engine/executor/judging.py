"""
The hashes of a policy and a quote, and a day → what the one makes of the other.

It always follows from documents that never change, so it is made once per process.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from approval_engine.domain.workflow import Evidence, Workflow
from approval_engine.errors import DefinitionError, Refused
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.requirements import Requirement, collect
from approval_engine.policy.changes import Judged
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.fingerprint import fingerprint
from approval_engine.policy.reads import reads_of
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """
    A judged quote, and what each step of its plan requires.
    """

    judged: Judged
    needed: Mapping[str, Requirement]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedAs:
    """
    The hashes of a policy, a quote, and the evaluation whose terms counted.
    """

    policy: str
    quote: str
    evaluation: str


def judged_as(evidence: Evidence) -> JudgedAs:
    """
    What a workflow was judged by.
    """
    return JudgedAs(
        policy=evidence.policy, quote=evidence.quote, evaluation=evidence.evaluation
    )


def basis(
    runtime: Runtime, transaction: Transaction, pinned: JudgedAs, on: date
) -> Basis:
    """
    What the policy says of the quote on that day. Raises what `evaluate` raises.
    """
    key = _key(pinned, on)

    def judge() -> Judged:
        rules = runtime.policy(transaction, pinned.policy)
        offer = runtime.quote(transaction, pinned.quote)
        terms = runtime.terms(transaction, pinned.evaluation)
        evaluation = evaluate(rules, offer, on, terms)
        return Judged(policy=rules, quote=offer, evaluation=evaluation)

    def found() -> Basis:
        judged = runtime.derived(f"judged:{key}", judge)
        needed = collect(judged.policy, judged.evaluation, on)
        return Basis(judged=judged, needed={each.rule.id: each for each in needed})

    return runtime.derived(key, found)


def remember(runtime: Runtime, pinned: JudgedAs, on: date, judged: Judged) -> None:
    """
    Keep what was just judged on that day, so that whoever decides first need not.
    """
    runtime.keep(f"judged:{_key(pinned, on)}", judged)


def _key(pinned: JudgedAs, on: date) -> str:
    return f"{pinned.policy}:{pinned.quote}:{pinned.evaluation}:{on}"


def is_outdated(
    runtime: Runtime, transaction: Transaction, workflow: Workflow, newest: str
) -> bool:
    """
    Whether the newest revision says what nobody who approves this one has approved.

    It is judged as the workflow was; what cannot be judged so says something else.
    """
    if newest == workflow.evidence.quote:
        return False
    policy = runtime.policy(transaction, workflow.evidence.policy)
    on = day_of(policy, workflow.created_at)
    pinned = judged_as(workflow.evidence)
    mine = basis(runtime, transaction, pinned, on).judged
    try:
        other = basis(runtime, transaction, replace(pinned, quote=newest), on).judged
    except (DefinitionError, Refused):
        return True
    return fingerprint_of(runtime, mine) != fingerprint_of(runtime, other)


def fingerprint_of(runtime: Runtime, judged: Judged) -> str:
    """
    The fingerprint of a judged quote; what its policy reads is found out once.
    """
    policy = judged.policy
    reads = runtime.derived(f"reads:{policy.sha256}", lambda: reads_of(policy))
    return fingerprint(judged, reads)
