"""
A quote id → the newest revision and its reviews, if the person who asks may see it.
"""

from dataclasses import dataclass

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Attempt
from approval_engine.errors import NotFound
from approval_engine.executor.commands.submit import AGAIN
from approval_engine.store import catalog, workflows
from approval_engine.store.catalog import QuoteRow
from approval_engine.web import context, dossier


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """
    The newest revision of a quote, all revisions, and all reviews, oldest first.

    `mine` says that the person who asks submits or owns it.
    """

    quote: Quote
    revisions: tuple[QuoteRow, ...]
    attempts: tuple[Attempt, ...]
    mine: bool

    @property
    def newest(self) -> QuoteRow:
        """
        How the newest revision lies in the store.
        """
        return self.revisions[-1]

    @property
    def last(self) -> Attempt | None:
        """
        The newest review, of whatever revision.
        """
        return self.attempts[-1] if self.attempts else None

    @property
    def is_draft(self) -> bool:
        """
        Whether the newest revision may be submitted, for the first time or again.
        """
        mine = [a for a in self.attempts if a.revision == self.quote.revision]
        return not mine or mine[-1].status in AGAIN

    @property
    def is_pending(self) -> bool:
        """
        Whether the newest review still runs.
        """
        return self.last is not None and self.last.status == WorkflowStatus.PENDING

    @property
    def is_editable(self) -> bool:
        """
        Whether there can be another revision; a request for an exception has one only.
        """
        return self.mine and self.quote.waives is None

    def reviews(self, revision: int) -> tuple[Attempt, ...]:
        """
        The reviews of one revision.
        """
        return tuple(each for each in self.attempts if each.revision == revision)


def find(quote_id: str) -> Found:
    """
    The newest revision of a quote. Raises NotFound also if it is somebody else's.
    """
    runtime = context.runtime()
    user = context.asker().user
    with runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote_id)
        if row is not None:
            quote = runtime.quote(transaction, row.sha256)
            mine = user.id in {quote.submitted_by, quote.owner}
            if mine or dossier.oversees(user, context.directory(transaction)):
                return Found(
                    quote=quote,
                    revisions=catalog.revisions(transaction, quote_id, row.revision),
                    attempts=workflows.attempts(transaction, quote_id),
                    mine=mine,
                )
    sentence = f"There is no quote '{quote_id}'."
    raise NotFound(sentence)
