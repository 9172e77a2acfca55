"""
Text → tree, by recursive descent over the closed language of conditions.

Where a text could be read in two ways (`not a = b`, `< 1,000`) it is refused.
"""

import re

from approval_engine.policy.conditions.error import ConditionError
from approval_engine.policy.conditions.tree import Always, Expression, UnaryTest
from approval_engine.policy.conditions.unary import Parser

_WRAPPED = re.compile(r"\s*[$#]\{(.*)\}\s*", re.DOTALL)
_MARKED = re.compile(r"\s*=(?!=)(.*)", re.DOTALL)


def parse_unary(text: str) -> UnaryTest:
    """
    The test written in one cell of a decision table, such as `< 24` or `[10..20)`.

    Raises ConditionError naming the first thing that does not fit.
    """
    return Always() if text.strip() == "-" else Parser(text).cell()


def parse_expression(text: str) -> Expression:
    """
    A calculation or condition over names, such as `amount * 12 / term_months`.

    Raises ConditionError naming the first thing that does not fit.
    """
    return Parser(text).condition()


def parse_condition(text: str) -> Expression:
    """
    The condition of a flow, written as `${…}`, `#{…}`, `= …` or plain text.

    Raises ConditionError whose offset counts from the start of `text`.
    """
    match = _WRAPPED.fullmatch(text) or _MARKED.fullmatch(text)
    if match is None:
        return parse_expression(text)
    try:
        return parse_expression(match.group(1))
    except ConditionError as error:
        offset = (error.offset or 0) + match.start(1)
        raise ConditionError(error.sentence, offset) from error
