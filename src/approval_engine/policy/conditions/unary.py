"""
The grammar of unary tests: alternatives, conjunctions, intervals, comparisons, values.
"""

from approval_engine.policy.conditions import tree
from approval_engine.policy.conditions.grammar import RELATIONS, Expressions, is_null
from approval_engine.policy.conditions.tokens import Sort
from approval_engine.policy.conditions.tree import Expression, Relation, UnaryTest
from approval_engine.policy.conditions.walk import mentions_subject

_ORDERS = frozenset(Relation) - {Relation.EQUAL, Relation.UNEQUAL}
_THOUSANDS = 3


class Parser(Expressions):
    """
    The whole grammar; one parser reads one text once.
    """

    def condition(self) -> Expression:
        """
        The expression that the text consists of.
        """
        parsed = self.expression()
        self.end()
        return parsed

    def cell(self) -> UnaryTest:
        """
        The unary test that the text consists of.
        """
        self.subject_allowed = True
        parsed = self.alternatives()
        self.end()
        return parsed

    def end(self) -> None:
        """
        Refuse whatever is left of the text.
        """
        if self.next.sort is not Sort.END:
            self.fail("the end of the condition")

    def alternatives(self) -> UnaryTest:
        """
        Tests of which one must hold, joined by commas or `or`.
        """
        tests = [self.conjoined()]
        while self.take(",", "or"):
            tests.append(self.conjoined())
        return tests[0] if len(tests) == 1 else tree.Either(tests=tuple(tests))

    def conjoined(self) -> UnaryTest:
        """
        Tests that must all hold, joined by `and`.
        """
        tests = [self.test()]
        while self.take("and"):
            tests.append(self.test())
        return tests[0] if len(tests) == 1 else tree.Every(tests=tuple(tests))

    def test(self) -> UnaryTest:
        """
        One test: a negation, an interval, a comparison, a value, or a condition on `?`.
        """
        if self.take("not"):
            return self.opposite()
        if self.sees(*RELATIONS):
            return self.relation()
        if self.sees("]", "["):
            return self.bracket()
        if not self.take("("):
            return self.judged(self.comparison())
        return self.parenthesis()

    def parenthesis(self) -> UnaryTest:
        """
        What follows `(`: an open interval, or a value or condition that begins so.
        """
        inner = self.deeper(self.expression)
        if self.sees(".."):
            return self.interval(inner, closed=False)
        self.expect(")")
        return self.judged(self.comparison(inner))

    def opposite(self) -> UnaryTest:
        """
        The rest of `not(…)`.
        """
        self.expect("(")
        test = self.deeper(self.alternatives)
        self.expect(")")
        return tree.Fails(test=test)

    def relation(self) -> UnaryTest:
        """
        A relation sign and its right side; `= null` asks whether there is no value.
        """
        relation = Relation(self.advance().text)
        operand = self.sum()
        if is_null(operand):
            if relation in _ORDERS:
                self.fail("'null' alone or 'not(null)', for null has no order")
            missing = tree.Missing()
            return missing if relation is Relation.EQUAL else tree.Fails(test=missing)
        if relation in _ORDERS:
            self.refuse_thousands()
        return tree.Compares(relation=relation, operand=operand)

    def refuse_thousands(self) -> None:
        """
        Refuse `< 1,000`, which the grammar would read as `< 1` or `0`.
        """
        if self.next.sort is Sort.END:
            return
        before, comma, after = self.tokens[self.at - 1 : self.at + 2]
        whole = after.text.partition(".")[0]
        touching = before.end == comma.start and comma.end == after.start
        numbers = before.sort is Sort.NUMBER and after.sort is Sort.NUMBER
        if comma.text == "," and touching and numbers and len(whole) == _THOUSANDS:
            self.fail("a number without separators of thousands, or a space after ','")

    def interval(self, low: Expression, *, closed: bool) -> UnaryTest:
        """
        The rest of an interval after its lower end.
        """
        self.expect("..")
        high = self.sum()
        end = self.take("]", ")", "[")
        if end is None:
            self.fail("']', ')' or '[' after the upper end of the interval")
        return tree.Interval(
            low=low, high=high, low_closed=closed, high_closed=end.text == "]"
        )

    def bracket(self) -> UnaryTest:
        """
        An interval that begins with a bracket, a list of values, or the empty list.
        """
        if self.advance().text == "]":
            return self.interval(self.sum(), closed=False)
        if self.take("]"):
            empty = tree.Sequence(items=())
            is_empty = tree.Comparison(
                relation=Relation.EQUAL, left=tree.Subject(), right=empty
            )
            return tree.Meets(condition=is_empty)
        first = self.sum()
        if self.sees(".."):
            return self.interval(first, closed=True)
        return self.deeper(lambda: self.listed(first))

    def listed(self, first: Expression) -> UnaryTest:
        """
        The rest of a list of values, of which one must be met.
        """
        tests = [self.judged(first)]
        while self.take(","):
            tests.append(self.judged(self.sum()))
        self.expect("]")
        return tests[0] if len(tests) == 1 else tree.Either(tests=tuple(tests))

    def judged(self, value: Expression) -> UnaryTest:
        """
        The test that a bare value or a condition on `?` stands for.

        An interval without brackets stands alone, for parentheses would be its ends.
        """
        if mentions_subject(value):
            return tree.Meets(condition=value)
        if isinstance(value, tree.Truth):
            self.fail("'?' for the cell's own value in this condition")
        if is_null(value):
            return tree.Missing()
        if self.depth == 0 and self.take(".."):
            return tree.Interval(
                low=value, high=self.sum(), low_closed=True, high_closed=False
            )
        return tree.Compares(relation=Relation.EQUAL, operand=value)

    def members(self) -> UnaryTest:
        """
        What stands after `in`: tests in parentheses, or one interval, list or value.
        """
        if not self.take("("):
            return self.deeper(self.member)
        tests = self.deeper(self.alternatives)
        if isinstance(tests, tree.Compares) and self.sees(".."):
            return self.interval(tests.operand, closed=False)
        self.expect(")")
        return tests

    def member(self) -> UnaryTest:
        """
        One interval, list or value; without relation signs, `in` stands for them.
        """
        return self.bracket() if self.sees("]", "[") else self.judged(self.sum())
