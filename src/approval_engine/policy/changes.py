"""
Two judged revisions of one quote → what differs, and whether it is worse.

Directions are those of the newer policy. Whoever has none has only changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from approval_engine.domain.quote import Quote, QuoteLine, Value
from approval_engine.policy.evaluate import WHOLE
from approval_engine.policy.evaluation import Evaluation
from approval_engine.policy.facts import line_names, whole_names
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import Policy
from approval_engine.policy.needs import given, is_need

Names = frozenset[str]

NO_LINES: Mapping[str, Names] = MappingProxyType({})

IDENTITY: Names = frozenset({"account", "currency", "submitted_by"})
"""What makes a revision another deal, whoever reads it."""

_DERIVED: Names = frozenset({"id", "net", "total_list", "total_cost"})
"""Fields of a line that only follow from the others."""


class Course(StrEnum):
    """
    Which way a fact went.
    """

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"  # there is no direction, so it counts as worse


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """
    A quote revision beside the policy that judged it, and what that said.
    """

    policy: Policy
    quote: Quote
    evaluation: Evaluation


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """
    One fact that differs; `line` is the id of the line it belongs to.
    """

    name: str
    before: Value
    after: Value
    course: Course
    line: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """
    Which facts are compared: names of the whole quote, and names by line id.
    """

    names: Names
    lines: Mapping[str, Names] = field(default_factory=lambda: NO_LINES)


def differences(before: Judged, after: Judged) -> tuple[Change, ...]:
    """
    Everything that a reader of the quote would call different, inputs before lines.
    """
    stated = {*before.quote.inputs, *after.quote.inputs}
    inputs = {each.name for each in after.policy.inputs}
    names = frozenset({*inputs, *stated, *IDENTITY})
    mine, theirs = _by_id(before.quote), _by_id(after.quote)
    both = {line: _fields(mine[line], theirs[line]) for line in mine if line in theirs}
    found = compared(before, after, Scope(names=names, lines=both))
    return (*found, *_lines_that_came_or_went(mine, theirs))


def compared(before: Judged, after: Judged, scope: Scope) -> tuple[Change, ...]:
    """
    What differs of the facts in the scope, by name, then by line.
    """
    return (*_of_the_whole(before, after, scope), *_of_lines(before, after, scope))


def value_of(judged: Judged, name: str) -> Value:
    """
    A fact of the whole quote by its name; null where neither rule nor quote knows it.
    """
    if name in judged.evaluation.inputs:
        return judged.evaluation.inputs[name]
    if is_need(name):
        return given(judged.quote, name)
    if name in IDENTITY:
        return str(getattr(judged.quote, name))
    return judged.quote.inputs.get(name)


def lines_of(judged: Judged) -> Mapping[str, Mapping[str, Value]]:
    """
    By line id what a rule can read of the line; a quote without lines is its own line.
    """
    quote, inputs = judged.quote, judged.evaluation.inputs
    if not quote.lines:
        return {WHOLE: whole_names(quote, inputs)}
    return {
        line.id: line_names(judged.policy, quote, line, inputs) for line in quote.lines
    }


def _of_the_whole(before: Judged, after: Judged, scope: Scope) -> Iterator[Change]:
    for name in _in_order(after.policy, scope.names):
        change = _change(
            after.policy, name, value_of(before, name), value_of(after, name)
        )
        if change:
            yield change


def _of_lines(before: Judged, after: Judged, scope: Scope) -> Iterator[Change]:
    if not scope.lines:
        return
    old, new = lines_of(before), lines_of(after)
    for line, names in scope.lines.items():
        was, now = old.get(line, {}), new.get(line, {})
        for name in _in_order(after.policy, names):
            place = None if line == WHOLE else line
            values = (was.get(name), now.get(name))
            change = _change(after.policy, name, *values, place)
            if change:
                yield change


def _change(
    policy: Policy, name: str, before: Value, after: Value, line: str | None = None
) -> Change | None:
    if before == after and isinstance(before, bool) == isinstance(after, bool):
        return None
    worse = next((each.worse for each in policy.inputs if each.name == name), None)
    course = Course.CHANGED
    if worse and isinstance(before, Decimal) and isinstance(after, Decimal):
        sank = after < before
        course = Course.WORSE if sank == (worse == "lower") else Course.BETTER
    return Change(name=name, before=before, after=after, course=course, line=line)


def _in_order(policy: Policy, names: Names) -> list[str]:
    declared = [each.name for each in policy.inputs if each.name in names]
    return [*declared, *sorted(names.difference(declared))]


def _by_id(quote: Quote) -> dict[str, QuoteLine]:
    return {line.id: line for line in quote.lines}


def _fields(before: QuoteLine, after: QuoteLine) -> Names:
    return frozenset({*LINE_KINDS, *before.extra, *after.extra}) - _DERIVED


def _lines_that_came_or_went(
    before: Mapping[str, QuoteLine], after: Mapping[str, QuoteLine]
) -> Iterator[Change]:
    for line in dict.fromkeys((*before, *after)):
        was, now = before.get(line), after.get(line)
        if was is None or now is None:
            yield Change(
                name="line",
                before=was.product if was else None,
                after=now.product if now else None,
                course=Course.CHANGED,
                line=line,
            )
