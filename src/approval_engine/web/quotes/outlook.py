"""
A quote that may be submitted → what a submit would do now, or everything against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from approval_engine.analytics.forecast.spans import Forecast
from approval_engine.errors import DefinitionError, Incomplete, Problem, Refused
from approval_engine.executor.commands.foresee import Foreseen, foresee
from approval_engine.executor.routed import Routed
from approval_engine.history import chosen
from approval_engine.operations.avoiding import of_preview
from approval_engine.operations.deadlines import deadlines
from approval_engine.operations.preview import preview
from approval_engine.planner.plan import PlannedStep, Reason
from approval_engine.web import context, forecasts, grounds
from approval_engine.web.advice import Advice, advice

_NOTHING: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """
    Either `routed` is set, or what is against the submit.

    That is a sentence, what rules want to see with the rules, or problems at places.
    """

    routed: Routed | None = None
    foreseen: Foreseen | None = None
    refusal: str = ""
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    problems: tuple[Problem, ...] = ()

    @property
    def chains(self) -> tuple[tuple[tuple[PlannedStep, ...], ...], ...]:
        """
        Who would be asked, in their order.
        """
        return self.routed.plan.chains() if self.routed else ()

    @property
    def dues(self) -> Mapping[str, datetime]:
        """
        When each of them would be due.
        """
        return deadlines(self.routed) if self.routed else {}

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """
        Why anybody would be asked.
        """
        return grounds.reasons_of(self.routed.plan) if self.routed else ()

    @property
    def breaching(self) -> Mapping[str, str]:
        """
        The lines that rules mark.
        """
        return grounds.breaching(self.routed.plan.steps) if self.routed else {}

    @property
    def money(self) -> frozenset[str]:
        """
        The inputs that are amounts of money.
        """
        return grounds.money_inputs(self.routed.policy) if self.routed else frozenset()

    @property
    def by_canary(self) -> str:
        """
        By which rule a canary would choose the version, in words; empty if none would.
        """
        found = self.routed.canary if self.routed else None
        if found is None or not found.canary.routes:
            return ""
        return chosen.foreseen(found.canary, found.choice)

    def forecast(self) -> Forecast | None:
        """
        When it would be approved.
        """
        if self.routed is None:
            return None
        return forecasts.of_routed(self.routed, self.foreseen)

    def advice(self) -> tuple[Advice, ...]:
        """
        The smallest changes that would avoid a step.
        """
        if self.routed is None:
            return ()
        ways = of_preview(self.routed, context.runtime().clock())
        return advice(ways, self.money, self.routed.policy.currency)


NO_OUTLOOK = Outlook()


def outlook(quote_id: str) -> Outlook:
    """
    What a submit of the newest revision would do now; nothing is stored.
    """
    runtime = context.runtime()
    try:
        routed = preview(runtime, quote_id)
    except Incomplete as refusal:
        return Outlook(refusal=str(refusal), missing=refusal.missing)
    except Refused as refusal:
        return Outlook(refusal=str(refusal))
    except DefinitionError as error:
        return Outlook(problems=error.problems)
    return Outlook(routed=routed, foreseen=foresee(runtime, routed))
