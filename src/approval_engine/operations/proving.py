"""
A policy → what its proof finds with the people of today, and what of it was accepted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from approval_engine.domain.people import Directory
from approval_engine.errors import InvalidInput, Unaccepted
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.finding import Example, Finding, plain_of
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


def taken_upon(
    runtime: Runtime,
    transaction: Transaction,
    policy: Policy,
    reasons: Mapping[str, str],
) -> tuple[str, ...]:
    """
    What the proof finds in a policy today, each with the reason for which it is taken.

    `reasons` are by the names that `labelled` gives. Raises what `accepted` raises.
    """
    return accepted(proved(runtime, transaction, policy), reasons)


def accepted(
    findings: Iterable[Finding], reasons: Mapping[str, str]
) -> tuple[str, ...]:
    """
    Each finding with the reason for which it is accepted.

    Raises Unaccepted with every one that is not accepted, and InvalidInput if a reason
    is given for what was not found.
    """
    found = labelled(findings)
    for label in reasons:
        if label not in found:
            known = ", ".join(found) or "nothing"
            sentence = f"Expected to accept what is found, but '{label}' is not: there"
            raise InvalidInput(f"{sentence} is {known}.")
    missing = {n: each for n, each in found.items() if n not in reasons}
    if missing:
        named = " ".join(f"{n}: {each.sentence}" for n, each in missing.items())
        sentence = f"Accept each finding with a reason, or mend it: {named}"
        raise Unaccepted(sentence, views(missing))
    return tuple(
        f"{each.sentence} Accepted: {reasons[label]}" for label, each in found.items()
    )


def views(found: Mapping[str, Finding]) -> tuple[dict[str, object], ...]:
    """
    Findings by their names as JSON objects: each with its examples as quotes.
    """
    return tuple(
        {
            "finding": each.code,
            "at": each.element,
            "accept": label,
            "sentence": each.sentence,
            "examples": [_example(example) for example in each.examples],
        }
        for label, each in found.items()
    )


def _example(example: Example) -> dict[str, object]:
    quote = example.quote
    stated = {name: plain_of(value) for name, value in quote.inputs.items()}
    return {
        "says": example.says,
        "on": example.on.isoformat(),
        "facts": {name: plain_of(value) for name, value in example.facts.items()},
        "quote": {
            "id": quote.id,
            "revision": quote.revision,
            "submittedBy": quote.submitted_by,
            "account": quote.account,
            "currency": quote.currency,
            "lines": [],
            **stated,
        },
    }
