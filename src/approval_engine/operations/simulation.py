"""
A policy that is being written and many quotes → who would be asked more, or less.

Every quote is asked under the policy in force and under the draft, with the people,
windows and exceptions of today, so that the policy is all that differs. Nothing is
stored.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from approval_engine.documents import Document
from approval_engine.domain.quote import Quote
from approval_engine.errors import InvalidInput
from approval_engine.executor.routed import policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.quote_intake import read_revisions
from approval_engine.operations.trial import Tried, compared
from approval_engine.policy.model import Policy
from approval_engine.store import catalog, quotes
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

Asked: TypeAlias = tuple[QuoteRow, Quote]
Watched: TypeAlias = Callable[[Sequence[QuoteRow]], Iterable[QuoteRow]]
"""A way through quotes, which may tell how far it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepCount:
    """
    How many quotes a step asks under the policy in force and under the draft.
    """

    step: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """
    What a draft does to quotes, each counted once.

    `automatic` are those that somebody is asked about now and nobody would be,
    `caught` the other way round, `refused` those that only the draft refuses and
    `admitted` those that only the policy in force refuses. `changed` are all for whom
    anything differs, in the order of the quotes.
    """

    policy: Policy
    against: Policy
    quotes: int
    automatic: int
    caught: int
    refused: int
    admitted: int
    steps: tuple[StepCount, ...]
    changed: tuple[Tried, ...]

    def counts(self) -> dict[str, object]:
        """
        Everything but the single quotes, as one record.
        """
        return {
            "policy": self.policy.name,
            "version": self.policy.version,
            "against": self.against.version,
            "quotes": self.quotes,
            "changed": len(self.changed),
            "automatic": self.automatic,
            "caught": self.caught,
            "refused": self.refused,
            "admitted": self.admitted,
            "stepsBefore": sum(each.before for each in self.steps),
            "stepsAfter": sum(each.after for each in self.steps),
        }

    def view(self, most: int | None = None) -> dict[str, object]:
        """
        The JSON document, with `most` of the quotes that change.
        """
        steps = [
            {"step": each.step, "before": each.before, "after": each.after}
            for each in self.steps
        ]
        items = [each.view() for each in self.changed[:most]]
        return self.counts() | {"steps": steps, "items": items}


def of_history(
    runtime: Runtime, policy: Policy, limit: int | None = None, watched: Watched = iter
) -> Simulation:
    """
    The quotes that were submitted, those submitted last first, `limit` of them at most.

    Raises StorageError or InvalidState if no policy is in force.
    """
    with runtime.database.read() as transaction:
        rows = quotes.submitted(transaction, limit)
        asked = ((row, runtime.quote(transaction, row.sha256)) for row in watched(rows))
        return _simulation(runtime, transaction, policy, asked)


def of_file(runtime: Runtime, policy: Policy, document: Document) -> Simulation:
    """
    The quotes of a document, which need not be stored. Raises DocumentError.
    """
    revisions = read_revisions(document)
    if not revisions:
        raise InvalidInput("Expected quotes to simulate with, but there are none.")
    asked = ((each.row, each.quote) for each in revisions)
    with runtime.database.read() as transaction:
        return _simulation(runtime, transaction, policy, asked)


def _simulation(
    runtime: Runtime,
    transaction: Transaction,
    policy: Policy,
    asked: Iterable[Asked],
) -> Simulation:
    current = catalog.current(transaction)
    active = policy_in_force(runtime, transaction, current, runtime.clock())
    counted = _Counted()
    for each in asked:
        counted.add(compared(runtime, transaction, each, (active, policy)))
    return counted.as_simulation(policy, active)


class _Counted:
    """
    What was seen so far; of quotes that come to the same nothing is kept.
    """

    def __init__(self) -> None:
        self._quotes = 0
        self._kinds: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        self._after: Counter[str] = Counter()
        self._changed: list[Tried] = []

    def add(self, tried: Tried) -> None:
        self._quotes += 1
        self._kinds.update(_kinds(tried))
        self._before.update(tried.before.steps)
        self._after.update(tried.after.steps)
        if tried.differs:
            self._changed.append(tried)

    def as_simulation(self, policy: Policy, against: Policy) -> Simulation:
        steps = sorted(self._before.keys() | self._after.keys())
        kinds = {name: self._kinds[name] for name in _KINDS}
        return Simulation(
            policy=policy,
            against=against,
            quotes=self._quotes,
            steps=tuple(
                StepCount(step=each, before=self._before[each], after=self._after[each])
                for each in steps
            ),
            changed=tuple(self._changed),
            **kinds,
        )


_KINDS = ("automatic", "caught", "refused", "admitted")


def _kinds(tried: Tried) -> Iterator[str]:
    before, after = tried.before, tried.after
    if before.refused and not after.refused:
        yield "admitted"
    elif after.refused and not before.refused:
        yield "refused"
    elif not before.refused and before.steps and not after.steps:
        yield "automatic"
    elif not after.refused and after.steps and not before.steps:
        yield "caught"
