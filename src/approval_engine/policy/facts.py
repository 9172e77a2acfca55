"""
A quote → every input of a policy: stated, aggregated from its lines, or calculated.

What a quote states is checked against what its lines give; a gap is never filled.
"""

from collections.abc import Mapping
from decimal import Decimal

from approval_engine.documents.document import placed
from approval_engine.documents.node import decimal_of
from approval_engine.domain.quote import Quote, QuoteLine, Value
from approval_engine.errors import DocumentError, Problem
from approval_engine.policy.aggregates import aggregated
from approval_engine.policy.conditions import (
    ConditionError,
    Kind,
    evaluate,
    inputs_of,
)
from approval_engine.policy.lines import LINE_KINDS, line_field, line_fields
from approval_engine.policy.model import Aggregate, Input, InputType, Policy
from approval_engine.policy.stated import (
    Contradiction,
    Missing,
    Unfit,
    shown,
    typed,
)

_CLAIMED_DECIMALS = 2


def resolve(policy: Policy, quote: Quote) -> Mapping[str, Value]:
    """
    Every input by name, in policy order; only what is optional or of lines can be null.

    Raises DocumentError with all that is missing, of the wrong type, or contradictory.
    """
    if quote.currency != policy.currency:
        sentence = (
            f"Expected quote '{quote.id}' in {policy.currency}, the currency of"
            f" policy '{policy.name}', but it is in {quote.currency}."
        )
        raise DocumentError(problem(quote, "currency", sentence, "currency"))
    facts = _Facts(policy, quote)
    for each in policy.inputs:
        facts.add(each)
    if facts.problems:
        raise DocumentError(*facts.problems)
    return facts.values


def line_names(
    policy: Policy, quote: Quote, line: QuoteLine, inputs: Mapping[str, Value]
) -> Mapping[str, Value]:
    """
    What a condition can read of one line: its fields, then the inputs of the quote.

    Raises DocumentError if the line says something that the policy's types forbid.
    """
    names = {**inputs, **line.extra, **line_fields(line)}
    for each in policy.inputs:
        if each.name not in LINE_KINDS and each.name not in line.extra:
            continue
        try:
            names[each.name] = typed(each, names[each.name], policy.currency)
        except Unfit as unfit:
            sentence = f"Line '{line.id}': {unfit}"
            found = problem(quote, unfit.code, sentence, each.name)
            raise DocumentError(found) from unfit
    return names


def whole_names(quote: Quote, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    """
    What a condition on lines can read of a quote without lines: itself as its one line.

    Fields of lines that the policy does not declare may be stated beside the inputs.
    """
    stated = {
        name: decimal_of(value) if kind is Kind.NUMBER else value
        for name, kind in LINE_KINDS.items()
        if isinstance(value := quote.inputs.get(name), str | Decimal)
    }
    return {**stated, **inputs}


def problem(quote: Quote, code: str, sentence: str, name: str) -> Problem:
    """
    A problem at one name of a quote.
    """
    return placed(quote.id, 1, f"/{name}", code, sentence)


class _Facts:
    """
    The values found so far and what was wrong on the way.
    """

    def __init__(self, policy: Policy, quote: Quote) -> None:
        self.policy = policy
        self.quote = quote
        self.values: dict[str, Value] = {}
        self.problems: list[Problem] = []
        self.failed: set[str] = set()

    def add(self, each: Input) -> None:
        try:
            stated = typed(each, stated_by(self.quote, each.name), self.policy.currency)
            self.values[each.name] = self.value(each, stated)
        except Unfit as unfit:
            self.fail(each, unfit.code, str(unfit))
        except ConditionError as error:
            self.fail(each, "input", f"{error.sentence[:-1]} in '{each.name}'.")

    def fail(self, each: Input, code: str, sentence: str) -> None:
        self.failed.add(each.name)
        self.values[each.name] = None
        self.problems.append(problem(self.quote, code, sentence, each.name))

    def value(self, each: Input, stated: Value) -> Value:
        if each.aggregate:
            derived = self.of_lines(each, each.aggregate, stated)
        elif each.expr:
            if self.failed and not self.failed.isdisjoint(inputs_of(each.expr)):
                self.failed.add(each.name)
                return None
            derived = evaluate(each.expr, self.values)
        else:
            derived = stated
        if derived is None and not self.may_lack(each):
            raise Missing(self.lacking(each))
        if stated is not None and not _agrees(each, stated, derived):
            sentence = f"Expected '{each.name}' of {shown(derived)}, which the "
            source = "lines give" if each.aggregate else "other inputs give"
            raise Contradiction(
                f"{sentence}{source}, but quote states {shown(stated)}."
            )
        return derived

    def of_lines(self, each: Input, aggregate: Aggregate, stated: Value) -> Value:
        """
        The aggregate; a quote without any line may state the total itself.
        """
        if not self.quote.lines and stated is not None:
            return stated
        for declared in self.policy.inputs:
            if declared.name in aggregate.where:
                self.check_lines(declared)
        return aggregated(each.name, aggregate, self.quote.lines)

    def check_lines(self, declared: Input) -> None:
        """
        Refuse a value by which a line would slip out of what is aggregated.
        """
        for line in self.quote.lines:
            try:
                typed(declared, line_field(line, declared.name), self.policy.currency)
            except Unfit as unfit:
                raise Unfit(f"Line '{line.id}': {unfit}") from unfit

    def may_lack(self, each: Input) -> bool:
        return each.optional or each.name in self.policy.line_inputs

    def lacking(self, each: Input) -> str:
        subject = f"Expected quote '{self.quote.id}' to state '{each.name}'"
        if each.aggregate:
            return f"{subject}, for no line gives it."
        if each.expr:
            read = sorted(inputs_of(each.expr))
            gaps = ", ".join(name for name in read if self.values.get(name) is None)
            return f"{subject} by its parts, but there is no {gaps}."
        return f"{subject}, which policy '{self.policy.name}' reads."


def stated_by(quote: Quote, name: str) -> Value:
    """
    What a quote says under the name of an input; null if it says nothing.
    """
    if name in quote.inputs:
        return quote.inputs[name]
    own = {
        "account": quote.account,
        "owner": quote.owner,
        "submitted_by": quote.submitted_by,
        "edited_by": quote.edited_by,
        "needed_by": quote.needed_by and quote.needed_by.isoformat(),
    }
    return own.get(name)


def _agrees(each: Input, stated: Value, derived: Value) -> bool:
    """
    Whether both are equal, or a stated percentage is the derived one in a shorter form.
    """
    if stated == derived:
        return True
    if not (isinstance(stated, Decimal) and isinstance(derived, Decimal)):
        return False
    exponent = stated.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    exact = each.type is InputType.MONEY or places < _CLAIMED_DECIMALS
    return not exact and round(derived, places) == stated
