"""
A policy, a quote and a day → every trigger, fired or not, with the facts it saw.

Nothing is refused here for what the policy decides: `effect` and `no_trigger` are for
the planner. Refused is only a quote that leaves a rule without an answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from approval_engine.domain.quote import Quote, Value
from approval_engine.errors import DocumentError, Problem
from approval_engine.policy.authority import rungs_needed
from approval_engine.policy.conditions import ConditionError, holds, inputs_of
from approval_engine.policy.conditions.tree import Compares, Relation
from approval_engine.policy.conditions.values import all_of
from approval_engine.policy.evaluation import (
    NO_TERMS,
    Evaluation,
    Fact,
    RungNeeded,
    Terms,
    TriggerResult,
)
from approval_engine.policy.exceptions import Offer, considered, offers, waiver
from approval_engine.policy.facts import line_names, problem, resolve, whole_names
from approval_engine.policy.granting import requested
from approval_engine.policy.model import Policy, ProcessRule, Row, Test, Trigger
from approval_engine.policy.rates import converted

Names = Mapping[str, Value]
Answers = list[bool | None]

WHOLE = "*"
"""The line id of a quote that has no lines."""

_LOWER = (Relation.LESS, Relation.AT_MOST)


def evaluate(
    policy: Policy, quote: Quote, on: date, terms: Terms = NO_TERMS
) -> Evaluation:
    """
    What the policy says of a quote on a day of the calendar of its default step.

    Raises DocumentError with everything the quote lacks or contradicts, and PlanError
    if a ladder has no rung that is high enough.
    """
    if quote.waives is not None:
        return requested(policy, quote.waives, on)
    quote = converted(policy, quote, terms.rate)
    judge = _Judge(policy, quote, resolve(policy, quote), on)
    looked_at = considered(policy, terms.exceptions, quote.account, on)
    judge.offers = offers(policy, looked_at)
    triggers = tuple(judge.trigger(trigger) for trigger in policy.triggers)
    process = judge.process(policy.processes)
    if judge.problems:
        raise DocumentError(*judge.problems)
    return Evaluation(
        policy=policy.name,
        version=policy.version,
        policy_sha256=policy.sha256,
        inputs=judge.inputs,
        triggers=triggers,
        process=process,
        exceptions=looked_at,
        rate=terms.rate,
        authors=terms.authors,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """
    One line of the quote, and all that a condition can read of it.
    """

    id: str
    names: Names


def _lines(policy: Policy, quote: Quote, inputs: Names) -> tuple[_Line, ...]:
    if not quote.lines:
        # Who states totals only must not slip through the rules on lines: the quote
        # itself stands for its one line, and what it does not say is missing.
        return (_Line(id=WHOLE, names=whole_names(quote, inputs)),)
    return tuple(
        _Line(id=line.id, names=line_names(policy, quote, line, inputs))
        for line in quote.lines
    )


class _Judge:
    """
    One evaluation; `problems` gathers what the quote leaves unanswered.

    `offers` are the exceptions that may waive a trigger.
    """

    offers: tuple[Offer, ...] = ()

    def __init__(self, policy: Policy, quote: Quote, inputs: Names, on: date) -> None:
        self.policy = policy
        self.quote = quote
        self.inputs = inputs
        self.on = on
        self.problems: list[Problem] = []
        self.lines: tuple[_Line, ...] = ()
        if any(trigger.each_line for trigger in policy.triggers):
            self.lines = _lines(policy, quote, inputs)

    def trigger(self, trigger: Trigger) -> TriggerResult:
        started = trigger.starts_on is None or trigger.starts_on <= self.on
        if not started or (trigger.ends_on is not None and trigger.ends_on < self.on):
            return _quiet(trigger, ())
        return self.by_line(trigger) if trigger.each_line else self.whole(trigger)

    def whole(self, trigger: Trigger) -> TriggerResult:
        seen: list[Fact] = []
        unknown: list[tuple[Row, Answers]] = []
        for row in trigger.rows:
            answers = self.answers(row, self.inputs, trigger)
            verdict = all_of(answers)
            facts = _facts(row, answers, self.inputs)
            if verdict:
                return self.fired(trigger, tuple(facts), (self.inputs,), ())
            if verdict is None:
                unknown.append((row, answers))
            seen.extend(facts)
        for row, answers in unknown:
            self.lack(trigger, row, answers, self.inputs)
        return _quiet(trigger, tuple(seen))

    def by_line(self, trigger: Trigger) -> TriggerResult:
        answers = {
            line.id: tuple(
                self.answers(row, line.names, trigger) for row in trigger.rows
            )
            for line in self.lines
        }
        matching: list[_Line] = []
        for line in self.lines:
            verdicts = [all_of(row) for row in answers[line.id]]
            if True in verdicts:
                matching.append(line)
                continue
            for row, row_answers in zip(trigger.rows, answers[line.id], strict=True):
                if all_of(row_answers) is None:
                    self.lack(trigger, row, row_answers, line.names, line.id)
        facts = tuple(self.line_facts(trigger, answers, fired=bool(matching)))
        if not matching:
            return _quiet(trigger, facts)
        cases = tuple(line.names for line in matching)
        return self.fired(trigger, facts, cases, tuple(line.id for line in matching))

    def line_facts(
        self,
        trigger: Trigger,
        answers: Mapping[str, tuple[Answers, ...]],
        *,
        fired: bool,
    ) -> Iterator[Fact]:
        """
        The tests of each row that a line meets; of every row, cell by cell, if none is.
        """
        for number, row in enumerate(trigger.rows):
            meeting = [x for x in self.lines if all_of(answers[x.id][number])]
            if fired and not meeting:
                continue
            for column, test in enumerate(row.tests):
                held = (
                    meeting
                    if fired
                    else [
                        line for line in self.lines if answers[line.id][number][column]
                    ]
                )
                values = [line.names.get(test.name) for line in held or self.lines]
                yield Fact(
                    name=test.name,
                    value=self.worst(test, values),
                    test=test.text,
                    held=bool(held),
                    lines=tuple(line.id for line in held),
                )

    def worst(self, test: Test, values: Sequence[Value]) -> Value:
        numbers = [value for value in values if isinstance(value, Decimal)]
        if not numbers:
            return values[0] if values else None
        worse = next((x.worse for x in self.policy.inputs if x.name == test.name), None)
        lower = isinstance(test.test, Compares) and test.test.relation in _LOWER
        return min(numbers) if (worse == "lower" if worse else lower) else max(numbers)

    def fired(
        self,
        trigger: Trigger,
        facts: tuple[Fact, ...],
        cases: Sequence[Names],
        lines: tuple[str, ...],
    ) -> TriggerResult:
        rungs: tuple[RungNeeded, ...] = ()
        waived_by = waiver(self.offers, trigger, cases)
        if trigger.ladder is not None and waived_by is None:
            ladder = self.policy.ladders[trigger.ladder]
            rungs = (rungs_needed(self.policy, ladder, cases, self.on),)
        return TriggerResult(
            id=trigger.id,
            reason=trigger.reason,
            fired=True,
            facts=facts,
            lines=lines,
            require=trigger.require,
            rungs=rungs,
            inform=trigger.inform,
            needs=trigger.needs,
            effect=trigger.effect,
            waived_by=waived_by,
        )

    def answers(self, row: Row, names: Names, trigger: Trigger) -> Answers:
        try:
            return [holds(test.test, names.get(test.name), names) for test in row.tests]
        except ConditionError as error:
            sentence = f"{error.sentence[:-1]} in trigger '{trigger.id}'."
            found = problem(self.quote, "condition", sentence, trigger.id)
            raise DocumentError(found) from error

    def lack(
        self,
        trigger: Trigger,
        row: Row,
        answers: Answers,
        names: Names,
        line: str | None = None,
    ) -> None:
        """
        Note what a rule would have to know: a gap never reads as fine.
        """
        where = f" on line '{line}'" if line not in {None, WHOLE} else ""
        for test, answer in zip(row.tests, answers, strict=True):
            if answer is not None:
                continue
            for name in sorted({test.name} | inputs_of(test.test)):
                if names.get(name) is None:
                    sentence = (
                        f"Expected quote '{self.quote.id}' to state '{name}'{where},"
                        f" which trigger '{trigger.id}' reads."
                    )
                    found = problem(self.quote, "missing", sentence, name)
                    self.problems.append(found)

    def process(self, rules: Iterable[ProcessRule]) -> str:
        for rule in rules:
            answers = [
                holds(test.test, self.inputs.get(test.name), self.inputs)
                for test in rule.tests
            ]
            verdict = all_of(answers)
            if verdict:
                return rule.use
            if verdict is None:
                sentence = f"Expected the facts that process '{rule.use}' is chosen by."
                self.problems.append(
                    problem(self.quote, "missing", sentence, "process")
                )
        return "standard"


def _facts(row: Row, answers: Answers, names: Names) -> list[Fact]:
    return [
        Fact(
            name=test.name,
            value=names.get(test.name),
            test=test.text,
            held=answer is True,
        )
        for test, answer in zip(row.tests, answers, strict=True)
    ]


def _quiet(trigger: Trigger, facts: tuple[Fact, ...]) -> TriggerResult:
    return TriggerResult(
        id=trigger.id,
        reason=trigger.reason,
        fired=False,
        facts=facts,
        effect=trigger.effect,
    )
