"""
The earlier revisions of a quote → who had a hand in it and must not decide it now.

A revision that names another submitter, or no owner or editor, does not make that
forgotten.
"""

from itertools import pairwise

from approval_engine.domain.quote import Quote
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.model import Policy
from approval_engine.store import catalog
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

Authors = tuple[tuple[str, str], ...]
"""People who must not decide, each once, with the reason."""


def authors_before(
    runtime: Runtime, transaction: Transaction, policy: Policy, row: QuoteRow
) -> Authors:
    """
    The people of the revisions before this one, by name.

    They are those who submitted or owned one, and whoever edited a protected field last
    before somebody else did.
    """
    # Almost every quote is a first revision, which has nothing to look for.
    if row.revision == 1:
        return ()
    rows = catalog.revisions(transaction, row.id, row.revision)
    revisions = [runtime.quote(transaction, each.sha256) for each in rows]
    # What is only tried need not be stored, nor have a revision before it.
    earlier = [each for each in revisions if each.revision < row.revision]
    if not earlier:
        return ()
    found = {
        person: f"last editor of a protected field, in revision {revision}"
        for person, revision in _editors(policy, revisions).items()
    }
    for quote in reversed(earlier):
        if quote.owner:
            found[quote.owner] = f"owner of revision {quote.revision}"
        found[quote.submitted_by] = f"submitter of revision {quote.revision}"
    return tuple(sorted(found.items()))


def _editors(policy: Policy, revisions: list[Quote]) -> dict[str, int]:
    first = revisions[0]
    found = {first.edited_by: first.revision} if first.edited_by else {}
    for before, after in pairwise(revisions):
        if after.edited_by and _protected(policy, before) != _protected(policy, after):
            found = {}
        if after.edited_by:
            found[after.edited_by] = after.revision
    return found


def _protected(policy: Policy, quote: Quote) -> object:
    """
    What the policy protects of a quote; all it offers, if the policy names nothing.

    A field that is not stated outright follows from the lines, or stands in them.
    """
    names = policy.protected or tuple(quote.inputs)
    stated = {name: quote.inputs[name] for name in names if name in quote.inputs}
    whole = not policy.protected or len(stated) < len(names)
    return stated, quote.lines if whole else ()
