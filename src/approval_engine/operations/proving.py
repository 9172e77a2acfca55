"""
A policy → what its proof finds with the people of today, and what of it was accepted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from approval_engine.domain.people import Directory
from approval_engine.errors import InvalidInput, InvalidState
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.finding import Finding
from approval_engine.policy.model import Policy
from approval_engine.policy.prove.proof import prove
from approval_engine.store import catalog
from approval_engine.store.database import Transaction


def proved(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> tuple[Finding, ...]:
    """
    Everything that the proof finds from today on, by the directory if there is one.
    """
    named = catalog.current(transaction).directory
    people = runtime.directory(transaction, named) if named else None
    return from_today(runtime, policy, people)


def from_today(
    runtime: Runtime, policy: Policy, people: Directory | None
) -> tuple[Finding, ...]:
    """
    Everything that the proof finds; today is that of the default calendar.
    """
    zone = ZoneInfo(policy.calendars[policy.default_step.calendar].time_zone)
    return prove(policy, runtime.clock().astimezone(zone).date(), people)


def labelled(findings: Iterable[Finding]) -> dict[str, Finding]:
    """
    The findings by what people name them: code and place, and a number from the second.
    """
    seen: Counter[str] = Counter()
    found: dict[str, Finding] = {}
    for each in findings:
        label = f"{each.code}@{each.element}"
        seen[label] += 1
        found[label if seen[label] == 1 else f"{label}#{seen[label]}"] = each
    return found


def accepted(
    findings: Iterable[Finding], reasons: Mapping[str, str]
) -> tuple[str, ...]:
    """
    Each finding with the reason for which it is accepted.

    Raises InvalidState with every one that is not accepted, and InvalidInput if a
    reason is given for what was not found.
    """
    found = labelled(findings)
    for label in reasons:
        if label not in found:
            known = ", ".join(found) or "nothing"
            sentence = f"Expected to accept what is found, but '{label}' is not: there"
            raise InvalidInput(f"{sentence} is {known}.")
    missing = [f"{n}: {each.sentence}" for n, each in found.items() if n not in reasons]
    if missing:
        sentence = "Accept each finding with a reason, or mend it: " + " ".join(missing)
        raise InvalidState(sentence)
    return tuple(
        f"{each.sentence} Accepted: {reasons[label]}" for label, each in found.items()
    )
