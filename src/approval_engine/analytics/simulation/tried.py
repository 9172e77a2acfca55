"""
One quote under the policy in force and under a draft → who is asked, now and then.
"""

from dataclasses import dataclass
from decimal import Decimal

from approval_engine.analytics.simulation.worth import Worth


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """
    A step that a quote would get, the role it asks, and when it is due in work hours.
    """

    step: str
    role: str
    hours: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """
    The steps a quote would get with the roles they ask, and why; or why it is refused.
    """

    asks: tuple[Ask, ...] = ()
    triggers: tuple[str, ...] = ()
    refused: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """
        The ids of the steps, in the order of the plan.
        """
        return tuple(each.step for each in self.asks)

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """
        The steps, each with the role that it asks.
        """
        return tuple((each.step, each.role) for each in self.asks)

    def beyond(self, other: "Outcome") -> tuple[str, ...]:
        """
        What another outcome does not ask, each in a word.
        """
        theirs = other.asked
        return tuple(
            word
            for pair, word in zip(self.asked, self.words(other), strict=True)
            if pair not in theirs
        )

    def words(self, other: "Outcome") -> tuple[str, ...]:
        """
        The steps, with the role behind a colon where the other one asks another role.
        """
        theirs = dict(other.asked)
        return tuple(
            step if theirs.get(step, role) == role else f"{step}:{role}"
            for step, role in self.asked
        )

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "steps": list(self.steps),
            "roles": [each.role for each in self.asks],
            "triggers": list(self.triggers),
            "refused": self.refused or None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """
    One quote under the policy in force and under the draft.

    `segment` is what it states under the name that a simulation is told to group by.
    """

    quote: str
    revision: int
    account: str
    before: Outcome
    after: Outcome
    worth: Worth | None = None
    segment: str | None = None

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "quoteId": self.quote,
            "quoteRevision": self.revision,
            "account": self.account,
            "before": self.before.view(),
            "after": self.after.view(),
        }

    @property
    def kind(self) -> str | None:
        """
        How it differs in what counts most: nobody asked any more, somebody at last.

        `automatic`, `caught`, `refused`, `admitted` or, if both policies refuse it,
        `unjudged`; None for everything else.
        """
        before, after = self.before, self.after
        if before.refused or after.refused:
            if before.refused and after.refused:
                return "unjudged"
            return "refused" if after.refused else "admitted"
        if bool(before.asks) == bool(after.asks):
            return None
        return "automatic" if before.asks else "caught"

    @property
    def differs(self) -> bool:
        """
        Whether another step, or the same step another role, would be asked.
        """
        return (self.before.asked, bool(self.before.refused)) != (
            self.after.asked,
            bool(self.after.refused),
        )

    @property
    def is_negative(self) -> bool:
        """
        Whether it says that it is worth less than nothing.
        """
        amount = self.worth.amount if self.worth else None
        return amount is not None and amount < 0

    @property
    def added(self) -> tuple[str, ...]:
        """
        Who is asked by the draft only: a step, with its role if that is what differs.
        """
        return self.after.beyond(self.before)

    @property
    def gone(self) -> tuple[str, ...]:
        """
        Who is asked by the policy in force only, in the same words.
        """
        return self.before.beyond(self.after)
