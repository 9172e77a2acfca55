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
    authors: tuple[tuple[str, str], ...] = (),
) -> tuple[tuple[str, str], ...]:
    """
    Pairs of person and reason; each person once, under the first reason that applies.

    The submitter, the owner, the last editor of a protected field, the `authors` of
    earlier revisions, whoever acts for one of them in whatever role, and every other
    account of all these people.
    """
    found = {quote.submitted_by: "submitter of the quote"}
    if quote.owner:
        found.setdefault(quote.owner, "owner of the quote")
    if quote.edited_by:
        found.setdefault(quote.edited_by, "last editor of a protected field")
    for person, reason in authors:
        found.setdefault(person, reason)
    found = _with_accounts(found, directory)
    for person, reason in tuple(found.items()):
        for stand_in in sorted(acting_for(delegations, person, at)):
            found.setdefault(stand_in, f"acts for '{person}', {reason}")
    return tuple(_with_accounts(found, directory).items())


def barred(
    person: str,
    directory: Directory,
    delegations: tuple[Delegation, ...],
    at: datetime,
) -> frozenset[str]:
    """
    The submitters and owners whose quotes this person must not decide, himself too.

    The same rule as `excluded`, asked from the other end.
    """
    accounts = frozenset(directory.accounts_of(person))
    represented = {
        principal
        for principal in {each.principal for each in delegations}
        if accounts & acting_for(delegations, principal, at)
    }
    return accounts.union(*(directory.accounts_of(each) for each in represented))


def _with_accounts(people: dict[str, str], directory: Directory) -> dict[str, str]:
    found = dict(people)
    for person, reason in people.items():
        for account in directory.accounts_of(person):
            found.setdefault(account, f"same person as '{person}', {reason}")
    return found
