"""
The result of a simulation: counts, hours and sums, of all quotes and of each segment.

Amounts and margins are exact and never added up over currencies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from approval_engine.analytics.simulation.tried import Tried
from approval_engine.policy.model import Policy

KINDS = ("automatic", "caught", "refused", "admitted", "unjudged")
"""What a difference can be that is counted on its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepCount:
    """
    How many quotes a step asks under the policy in force and under the draft.
    """

    step: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleCount:
    """
    How often a role is asked under both, and the working hours that takes.

    `worked` says that the hours are those that people of the role took for a decision
    once they had claimed it; else they are the hours in which the steps are due.
    """

    role: str
    before: int
    after: int
    hours_before: Decimal
    hours_after: Decimal
    worked: bool

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "role": self.role,
            "before": self.before,
            "after": self.after,
            "hoursBefore": plain(self.hours_before),
            "hoursAfter": plain(self.hours_after),
            "hoursFrom": self.source,
        }

    @property
    def source(self) -> str:
        """
        Where the hours come from, in a word.
        """
        return "worked" if self.worked else "due"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposed:
    """
    What is newly approved by nobody (`automatic`) or newly seen (`caught`).

    `margin` is the sum over the quotes that say it; of `without_margin` it is unknown,
    as the amount is of `without_amount`.
    """

    kind: str
    currency: str
    quotes: int
    amount: Decimal
    margin: Decimal
    without_amount: int
    without_margin: int

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        return {
            "kind": self.kind,
            "currency": self.currency,
            "quotes": self.quotes,
            "amount": plain(self.amount),
            "margin": plain(self.margin),
            "withoutAmount": self.without_amount,
            "withoutMargin": self.without_margin,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """
    What a draft does to some quotes, each counted once.

    `automatic` are those that somebody is asked about now and nobody would be,
    `caught` the other way round, `refused` those that only the draft refuses and
    `admitted` those that only the policy in force refuses. Those that both refuse are
    `unjudged`. Quotes of a `negative` amount lessen the sums. Hours are working hours,
    one decision for each step.
    """

    quotes: int
    changed: int
    automatic: int
    caught: int
    refused: int
    admitted: int
    unjudged: int
    negative: int
    steps_before: int
    steps_after: int
    hours_before: Decimal
    hours_after: Decimal
    exposed: tuple[Exposed, ...]

    def counts(self) -> dict[str, object]:
        """
        The whole numbers, as one record.
        """
        return {
            "quotes": self.quotes,
            "changed": self.changed,
            **{kind: getattr(self, kind) for kind in KINDS},
            "stepsBefore": self.steps_before,
            "stepsAfter": self.steps_after,
        }

    def hours(self) -> dict[str, object]:
        """
        The working hours under both, and what the draft adds or, negative, saves.
        """
        return {
            "hoursBefore": plain(self.hours_before),
            "hoursAfter": plain(self.hours_after),
            "hoursAdded": plain(self.hours_after - self.hours_before),
        }

    def of_kind(self, kind: str) -> tuple[Exposed, ...]:
        """
        What is exposed in that way, a currency each.
        """
        return tuple(each for each in self.exposed if each.kind == kind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """
    The figures of the quotes that state one value; None are those that state none.
    """

    value: str | None
    figures: Figures

    def view(self) -> dict[str, object]:
        """
        As a JSON object.
        """
        found = self.figures
        exposed = [each.view() for each in found.exposed]
        return {
            "value": self.value,
            **found.counts(),
            "negative": found.negative,
            **found.hours(),
            "exposed": exposed,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """
    What a draft would change for many quotes.

    `changed` are those for whom anything differs, in the order of the quotes; empty if
    they were told one by one instead. `by` names what `segments` are made by, and
    `negative` are the first quotes of such an amount.
    """

    policy: Policy
    against: Policy
    figures: Figures
    steps: tuple[StepCount, ...]
    roles: tuple[RoleCount, ...]
    by: str | None
    segments: tuple[Segment, ...]
    negative: tuple[str, ...]
    changed: tuple[Tried, ...]

    def counts(self) -> dict[str, object]:
        """
        Everything but the single quotes, as one record.
        """
        return {
            "policy": self.policy.name,
            "version": self.policy.version,
            "against": self.against.version,
            **self.figures.counts(),
        }

    def view(self, most: int | None = None) -> dict[str, object]:
        """
        The JSON document, with `most` of the quotes that change.
        """
        steps = [
            {"step": each.step, "before": each.before, "after": each.after}
            for each in self.steps
        ]
        return {
            **self.counts(),
            "negative": self.figures.negative,
            **self.figures.hours(),
            "steps": steps,
            "roles": _views(self.roles),
            "exposed": _views(self.figures.exposed),
            "by": self.by,
            "segments": _views(self.segments),
            "items": [each.view() for each in self.changed[:most]],
        }

    def kept(self, kind: str) -> tuple[Tried, ...]:
        """
        The single quotes that differ in that way.
        """
        return tuple(each for each in self.changed if each.kind == kind)


def plain(number: Decimal) -> str:
    """
    An exact number without an exponent and without noughts at its end.
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _views(parts: Iterable[RoleCount | Exposed | Segment]) -> list[dict[str, object]]:
    return [each.view() for each in parts]
