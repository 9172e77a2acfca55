"""
A policy that is being written → everything that is wrong with it, and what is doubtful.

Problems keep it from being published; findings must be accepted one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from approval_engine.documents import Document, JsonValue, in_order, parse
from approval_engine.errors import DefinitionError, InvalidState, Problem
from approval_engine.escalations.times import check_times
from approval_engine.executor.routed import ACTIVE, policies_today
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import policy_scenarios
from approval_engine.operations.proving import proved
from approval_engine.policy.finding import Finding
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy
from approval_engine.policy.notes import notes
from approval_engine.store.database import Transaction

FILE = "draft"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    `policy` is what the draft means, if it has no problem.

    `notes` are what it declares in vain; nobody has to accept them.
    """

    policy: Policy | None = None
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def judge(
    runtime: Runtime, value: JsonValue, base: str | None = None, *, quick: bool = False
) -> Verdict:
    """
    What is to be said of a draft. `base` is the published version that it began as.

    A quick look leaves out the processes that publishing it would touch, and the
    scenarios that it must pass.
    """
    try:
        document = parse(in_order(value), FILE)
        policy = load(document)
        check_times(document, policy, runtime.clock())
    except DefinitionError as error:
        return Verdict(problems=error.problems)
    with runtime.database.read() as transaction:
        findings = [*proved(runtime, transaction, policy)]
        problems: list[Problem] = []
        if not quick:
            findings += _overtaken(runtime, transaction, base)
            findings += _orphans(runtime, transaction, policy)
            findings += _failed(runtime, transaction, policy)
            problems += _taken(runtime, transaction, document, policy)
    return Verdict(
        policy=policy,
        problems=tuple(problems),
        findings=tuple(findings),
        notes=notes(policy),
    )


def _overtaken(
    runtime: Runtime, transaction: Transaction, base: str | None
) -> Iterator[Finding]:
    rows = policies_today(runtime, transaction, runtime.clock())
    began = next((each for each in rows if each.sha256 == base), None)
    newest = rows[-1] if rows else None
    decides = next((each for each in rows if each.status == ACTIVE), None)
    if began and newest and base not in (newest.sha256, decides and decides.sha256):
        sentence = (
            f"Version {newest.version} was published since this draft began from"
            f" {began.version}: what it changed is not in the draft."
        )
        yield Finding(element="/version", code="overtaken", sentence=sentence)


def _orphans(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> Iterator[Finding]:
    from approval_engine.operations.orphans import orphans

    for each in orphans(runtime, transaction, policy):
        sentence = f"No quote would run on process {each}"
        yield Finding(element="/steps", code="orphan", sentence=sentence)


def _failed(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> Iterator[Finding]:
    for each in policy_scenarios.play(runtime, transaction, policy):
        if not each.passed:
            yield Finding(element="", code="scenario", sentence=str(each))


def _taken(
    runtime: Runtime, transaction: Transaction, document: Document, policy: Policy
) -> Iterator[Problem]:
    from approval_engine.operations.orphans import must_name_no_task

    try:
        must_name_no_task(runtime, transaction, policy)
    except InvalidState as refusal:
        yield document.problem("/steps", "taken", str(refusal))
