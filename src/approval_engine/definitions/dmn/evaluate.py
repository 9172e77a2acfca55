"""
A decision and the values of its names → the rules that count and what they say.

What it requires is decided first. Null never reads as fine: a rule of which nobody can
say whether it matches is refused wherever it could change the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from approval_engine.definitions.dmn.aggregate import aggregated
from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.definitions.dmn.hits import Hits, counted
from approval_engine.definitions.dmn.judges import Judge, Names, judge
from approval_engine.definitions.dmn.model import (
    Decision,
    Definitions,
    Entry,
    Formula,
    HitPolicy,
    Rule,
    Table,
)
from approval_engine.definitions.dmn.results import Result, Row
from approval_engine.domain.quote import Value
from approval_engine.errors import NotFound
from approval_engine.policy import conditions
from approval_engine.policy.conditions import ConditionError, Expression
from approval_engine.policy.conditions.tree import Always, Literal, Name

_Conditions: TypeAlias = tuple[tuple[int, Judge], ...]
_LISTS = frozenset({HitPolicy.RULE_ORDER, HitPolicy.COLLECT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """
    A decision that is ready to be asked often; `required` are decided before it.

    `rules` pairs each rule with the columns that it really judges.
    """

    decision: Decision
    getters: tuple[Callable[[Names], Value], ...]
    rules: tuple[tuple[Rule, _Conditions], ...]
    required: tuple["Prepared", ...] = ()

    def evaluate(self, names: Names) -> Result:
        """
        The result for these values; names without a value are null.

        Raises DecisionError if there is no one answer.
        """
        for each in self.required:
            names = {**names, **named(each.decision, each.decided(names))}
        return self.decided(names)

    def decided(self, names: Names) -> Result:
        """
        The result without what it requires, whose values are among the names.
        """
        identity, logic = self.decision.id, self.decision.logic
        if isinstance(logic, Formula):
            value = self._value(logic.entry, names, "the expression")
            return Result(decision=identity, rules=(), rows=({logic.name: value},))
        hits = self._hits(logic, names)
        said: dict[int, Row] = {}

        def row(rule: Rule) -> Row:
            if rule.number not in said:
                said[rule.number] = self._row(logic, rule, names)
            return said[rule.number]

        rules = counted(hits, row)
        rows = tuple(row(rule) for rule in rules)
        if logic.aggregation:
            rows = (aggregated(identity, logic, rows),)
        return Result(
            decision=identity, rules=tuple(rule.id for rule in rules), rows=rows
        )

    def _hits(self, table: Table, names: Names) -> Hits:
        values = self._values(names)
        first = table.hit_policy is HitPolicy.FIRST
        matching: list[Rule] = []
        unknown: list[Rule] = []
        for rule, judged in self.rules:
            try:
                verdict = _verdict(judged, values, names)
            except ConditionError as error:
                self._refuse(error, f"rule {rule.number}")
            if verdict is None:
                unknown.append(rule)
            elif verdict:
                matching.append(rule)
                if first:
                    break
        return Hits(
            decision=self.decision,
            table=table,
            values=values,
            names=names,
            matching=tuple(matching),
            unknown=tuple(unknown),
        )

    def _values(self, names: Names) -> list[Value]:
        try:
            return [get(names) for get in self.getters]
        except ConditionError as error:
            self._refuse(error, "the inputs")

    def _row(self, table: Table, rule: Rule, names: Names) -> Row:
        where = f"rule {rule.number}"
        return {
            output.name: self._value(entry, names, where)
            for output, entry in zip(table.outputs, rule.entries, strict=True)
        }

    def _value(self, entry: Entry, names: Names, where: str) -> Value:
        if isinstance(entry.expression, Literal):
            return entry.expression.value
        try:
            return conditions.evaluate(entry.expression, names)
        except ConditionError as error:
            self._refuse(error, where)

    def _refuse(self, error: ConditionError, where: str) -> NoReturn:
        said = error.sentence.rstrip(".")
        sentence = f"{said} in {where} of decision '{self.decision.id}'."
        raise DecisionError(sentence) from error


def evaluate(definitions: Definitions, identity: str, names: Names) -> Result:
    """
    The result of one decision for these values, once.

    Raises NotFound if there is no such decision, DecisionError if it has no one answer.
    """
    return prepare(definitions, identity).evaluate(names)


def prepare(definitions: Definitions, identity: str) -> Prepared:
    """
    The decision of that id, ready to be asked. Raises NotFound if there is none.
    """
    decisions = definitions.decisions
    if identity not in decisions:
        raise NotFound(f"There is no decision '{identity}' in {definitions.file}.")
    *required, _ = _in_order(decisions, identity)
    first = tuple(_prepared(decisions[each]) for each in required)
    return _prepared(decisions[identity], first)


def named(decision: Decision, result: Result) -> Names:
    """
    What a decision adds to the names of those that require it.

    These are its outputs, as lists where several rules may count, and its only output
    under the id of the decision too.
    """
    logic = decision.logic
    if isinstance(logic, Formula):
        return {decision.id: result.rows[0][logic.name], **result.rows[0]}
    several = logic.hit_policy in _LISTS and not logic.aggregation
    found: dict[str, Value] = {}
    for output in logic.outputs:
        values = tuple(row[output.name] for row in result.rows)
        found[output.name] = values if several else (values or (None,))[0]
    if len(found) == 1:
        found.setdefault(decision.id, *found.values())
    return found


def _prepared(decision: Decision, required: tuple[Prepared, ...] = ()) -> Prepared:
    logic = decision.logic
    if isinstance(logic, Formula):
        return Prepared(decision=decision, getters=(), rules=(), required=required)
    return Prepared(
        decision=decision,
        getters=tuple(_getter(column.expression) for column in logic.columns),
        rules=tuple((rule, _conditions(rule)) for rule in logic.rules),
        required=required,
    )


def _in_order(decisions: Mapping[str, Decision], identity: str) -> tuple[str, ...]:
    """
    A decision after all those that it requires, each once.
    """
    order: dict[str, None] = {}
    waiting: list[tuple[str, bool]] = [(identity, False)]
    while waiting:
        each, ready = waiting.pop()
        if ready:
            order[each] = None
        elif each not in order:
            waiting.append((each, True))
            waiting += ((other, False) for other in reversed(decisions[each].requires))
    return tuple(order)


def _conditions(rule: Rule) -> _Conditions:
    return tuple(
        (index, judge(cell.test))
        for index, cell in enumerate(rule.cells)
        if not isinstance(cell.test, Always)
    )


def _verdict(judged: _Conditions, values: list[Value], names: Names) -> bool | None:
    verdict: bool | None = True
    for index, meets in judged:
        met = meets(values[index], names)
        if met is False:
            return False
        if met is None:
            verdict = None
    return verdict


def _getter(expression: Expression) -> Callable[[Names], Value]:
    if isinstance(expression, Name):
        name = expression.name
        return lambda names: names.get(name)
    return lambda names: conditions.evaluate(expression, names)
