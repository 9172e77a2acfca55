"""
A workflow with its documents → the words of a mail about it, each on one line.

Whatever people or other systems wrote is brought to one printable line here, so that it
can forge neither a line of a mail nor a header.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Workflow
from approval_engine.planner import phrases
from approval_engine.planner.plan import FactSeen, PlannedStep, RoutingPlan
from approval_engine.policy.model import InputType, Policy

BOUNDS = {"<": "floor", "<=": "floor", ">": "limit", ">=": "limit"}
"""What the bound of a test is called: a value must not be below a floor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    One workflow, what it was decided under, and today's people.
    """

    workflow: Workflow
    plan: RoutingPlan
    quote: Quote
    policy: Policy
    directory: Directory

    @property
    def account(self) -> str:
        """
        The customer.
        """
        return one_line(self.quote.account)

    @property
    def subject(self) -> str:
        """
        The quote, as a sentence names it.
        """
        return one_line(f"{self.quote.id} revision {self.quote.revision}")

    @property
    def amount(self) -> str:
        """
        What the quote is worth; empty if it does not say.
        """
        quote = self.quote
        if quote.lines:
            total = sum((line.net for line in quote.lines[1:]), quote.lines[0].net)
            return phrases.money(total, quote.currency)
        stated = [name for name in self._money() if quote.inputs.get(name) is not None]
        if not stated:
            return ""
        given = quote.inputs[stated[0]]
        return one_line(phrases.value(stated[0], given, quote.currency))

    def step(self, step_id: str) -> PlannedStep:
        """
        The planned step of that id.
        """
        return next(step for step in self.plan.steps if step.id == step_id)

    def facts(self, step: PlannedStep) -> tuple[str, ...]:
        """
        Why the step is asked: each fact against its threshold, each once.
        """
        return tuple(
            dict.fromkeys(
                one_line(self._against(fact))
                for reason in step.reasons
                for fact in reason.facts
            )
        )

    def brief(self, step: PlannedStep) -> str:
        """
        The fact that says most, as a subject has it: `margin 21.4 %, floor 24 %`.
        """
        facts = [fact for reason in step.reasons for fact in reason.facts]
        fact = next(iter(phrases.telling(facts)), None)
        if fact is None:
            return ""
        bound = phrases.bound(fact.test)
        if bound is None:
            return f"{phrases.label(fact.name)} {self._value(fact)}"
        sign, number = bound
        limit = phrases.value(fact.name, number, self._unit(fact))
        return f"{phrases.label(fact.name)} {self._value(fact)}, {BOUNDS[sign]} {limit}"

    def breaching(self, step: PlannedStep) -> tuple[str, ...]:
        """
        The lines of the quote that made a rule ask, with what they are of.
        """
        ids = {
            line: phrases.label(reason.reason)
            for reason in step.reasons
            for fact in reason.facts
            for line in fact.lines
        }
        return tuple(
            one_line(
                f"{line.id} {line.product}:"
                f" {phrases.money(line.net, self.quote.currency)}, {ids[line.id]}"
            )
            for line in self.quote.lines
            if line.id in ids
        )

    def names(self, people: Iterable[str]) -> str:
        """
        What several people are called; an id where the directory knows no name.
        """
        users = ((each, self.directory.user(each)) for each in people)
        return one_line(phrases.some(u.name if u else each for each, u in users))

    def _against(self, fact: FactSeen) -> str:
        test = phrases.threshold(fact.name, fact.test, self._unit(fact))
        return f"{phrases.title(fact.name)} {self._value(fact)}, asked when {test}"

    def _value(self, fact: FactSeen) -> str:
        return one_line(phrases.value(fact.name, fact.value, self._unit(fact)))

    def _unit(self, fact: FactSeen) -> str | None:
        return self.policy.currency if fact.name in self._money() else None

    def _money(self) -> tuple[str, ...]:
        inputs = self.policy.inputs
        return tuple(each.name for each in inputs if each.type == InputType.MONEY)


def one_line(text: str) -> str:
    """
    The text with every break and every sign that cannot be seen made a space.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
