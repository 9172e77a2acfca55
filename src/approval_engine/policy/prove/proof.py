"""
A policy, the directory if there is one, and the first day that matters → all findings.

Where the conditions are single tests on stated facts the proof is exact, for it looks
at one value from between all bounds that any test names. Where something is calculated
it shows a quote that the plain evaluator confirms, or says that it could not decide.

It looks at quotes that state their facts, of which a quote line is one case; how facts
of several lines hang together (a sum is no less than its parts) is not known to it.
"""

from collections.abc import Iterator
from datetime import date

from approval_engine.domain.people import Directory
from approval_engine.policy.finding import Finding
from approval_engine.policy.model import Policy
from approval_engine.policy.prove import (
    coverage,
    heights,
    monotony,
    people,
    reachable,
)
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import undecided


def prove(
    policy: Policy, first_day: date, directory: Directory | None = None
) -> tuple[Finding, ...]:
    """
    Everything that is found, part by part; empty is the proof that there is nothing.

    What was only valid before the first day is not looked at.
    """
    proof = Proof(policy=policy, first_day=first_day, directory=directory)
    return tuple(_distinct(_all(proof)))


def _all(proof: Proof) -> Iterator[Finding]:
    yield from _partial(proof)
    yield from reachable.unreachable(proof)
    yield from reachable.unanswered(proof)
    yield from reachable.always(proof)
    yield from coverage.gaps(proof)
    yield from coverage.overlaps(proof)
    yield from heights.ends(proof)
    yield from heights.never_asked(proof)
    yield from heights.limited(proof)
    yield from monotony.fewer(proof)
    yield from people.of_waiting(proof)
    yield from people.of_people(proof)


def _partial(proof: Proof) -> Iterator[Finding]:
    for name in proof.space.partial:
        yield undecided(
            "/inputs", f"'{name}', of which tests name many values,", "is seen whole"
        )


def _distinct(found: Iterator[Finding]) -> Iterator[Finding]:
    """
    Each sentence once: it is what people accept.
    """
    told: set[str] = set()
    for each in found:
        if each.sentence not in told:
            told.add(each.sentence)
            yield each
