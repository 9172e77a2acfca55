"""
A quote and who stands in for whom → the people who must not decide it, with the reason.

The planner asks it at submit and the guard at every decision: one rule, one place.
"""

from datetime import datetime

from approval_engine.domain.delegation import Delegation, acting_for
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote


def excluded(
    quote: Quote,
    directory: Directory,
    delegations: tuple[Delegation, ...],
    at: datetime,
) -> tuple[tuple[str, str], ...]:
    """
    Pairs of person and reason; each person once, under the first reason that applies.

    The submitter, the owner, other accounts of the same person (they share an e-mail
    address), and whoever acts for one of these, in whatever role.
    """
    found: dict[str, str] = {quote.submitted_by: "submitter of the quote"}
    if quote.owner:
        found.setdefault(quote.owner, "owner of the quote")
    for person, reason in tuple(found.items()):
        for account in _accounts(directory, person):
            found.setdefault(account, f"same person as '{person}', {reason}")
    for person, reason in tuple(found.items()):
        for stand_in in sorted(acting_for(delegations, person, at)):
            found.setdefault(stand_in, f"acts for '{person}', {reason}")
    return tuple(found.items())


def barred(
    person: str,
    directory: Directory,
    delegations: tuple[Delegation, ...],
    at: datetime,
) -> frozenset[str]:
    """
    The submitters and owners whose quotes this person must not decide, himself first.

    The same rule as `excluded`, asked from the other end.
    """
    principals = {each.principal for each in delegations}
    represented = {
        principal
        for principal in principals
        if person in acting_for(delegations, principal, at)
    }
    people = {person, *represented}
    return frozenset(people.union(*(_accounts(directory, each) for each in people)))


def _accounts(directory: Directory, person: str) -> list[str]:
    user = directory.user(person)
    address = user.email.strip().casefold() if user else ""
    return [
        other.id
        for other in directory.users.values()
        if address and other.email.strip().casefold() == address
    ]
