"""
A canary → where it stands: both versions side by side, its guard, and what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.analytics.canaries import Look, look
from approval_engine.documents import load
from approval_engine.domain.rights import Right
from approval_engine.errors import NotFound
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.canary import WHOLE, percent
from approval_engine.store import canaries
from approval_engine.store.canaries import CanaryRow, QuoteSeen, Step, Tally

FIGURES = Right.SEE_EVERYTHING
"""Who sees what became of all quotes, counted or one by one, on every channel."""

SHOWN = 100
"""So many of the quotes that differ are told one by one, the newest first."""

Said = Mapping[str, Any]
"""What one version says: `triggers`, `steps`, `process`; or `refused`, or `failed`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Differing:
    """
    One quote to which the two versions say something else.
    """

    row: QuoteSeen
    active: Said
    new: Said

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "quoteId": self.row.quote_id,
            "quoteRevision": self.row.quote_revision,
            "workflowId": self.row.workflow_id,
            "side": self.row.side,
            "active": dict(self.active),
            "canary": dict(self.new),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """
    Everything that is known of a canary. `look` is None in the shadow.

    Who sees policies only sees its terms and what was done about it: `tally` and `look`
    are None for him, and no quote that differs is named.
    """

    row: CanaryRow
    tally: Tally | None
    look: Look | None
    differing: tuple[Differing, ...]
    steps: tuple[Step, ...]

    @property
    def is_blind(self) -> bool:
        """
        Whether no quote of the segment stays with the old version to compare with.
        """
        return self.row.share >= WHOLE

    def view(self) -> dict[str, object]:
        """
        The JSON document, with its figures.
        """
        row, tally = self.row, self.tally
        assert tally is not None  # noqa: S101 asked for by who sees them
        return {
            "canary": row.number,
            "policy": row.name,
            "version": row.version,
            "sha256": row.sha256,
            "status": row.status,
            "share": percent(row.share),
            "segment": row.segment or None,
            "since": row.since or None,
            "startedAt": row.started_at,
            "startedBy": row.started_by,
            "endedAt": row.ended_at,
            "endedBy": row.ended_by,
            "comment": row.comment,
            "compared": tally.compared,
            "differing": tally.differing,
            "failed": tally.failed,
            "routed": tally.routed,
            "guard": self.look.view() if self.look else None,
            "items": [each.view() for each in self.differing],
        }


def status(
    runtime: Runtime, number: int | None = None, *, figures: bool = True
) -> Status:
    """
    The canary of that number, the last one if none is named. Raises NotFound.

    `figures` says whether whoever asks has the right `FIGURES`; else nothing counts.
    """
    with runtime.database.read() as transaction:
        rows = canaries.every(transaction)
        row = next((r for r in reversed(rows) if number in {None, r.number}), None)
        if row is None:
            which = f" {number}" if number is not None else ""
            sentence = (
                f"There is no canary{which}; 'cpq policy canary start' begins one."
            )
            raise NotFound(sentence)
        steps = canaries.steps(transaction, row.number)
        if not figures:
            return Status(row=row, tally=None, look=None, differing=(), steps=steps)
        now = runtime.clock()
        return Status(
            row=row,
            tally=canaries.tally(transaction, row.number),
            look=look(transaction, row, now) if row.since else None,
            differing=tuple(
                map(_differing, canaries.quotes(transaction, row.number, SHOWN))
            ),
            steps=steps,
        )


def in_words(said: Said) -> str:
    """
    What one version says, in a word or two: `manager,finance`, `automatic`, `refused`.
    """
    for word in ("refused", "failed"):
        if word in said:
            return word
    return ",".join(said["steps"]) or "automatic"


def _differing(row: QuoteSeen) -> Differing:
    active, new = load(row.active.encode()), load(row.canary_says.encode())
    return Differing(row=row, active=active, new=new)  # type: ignore[arg-type] # written as objects
