"""
A test beside the name that it judges, as the space of a policy knows it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_engine.domain.quote import Value
from approval_engine.policy.authority import covers
from approval_engine.policy.conditions import UnaryTest, holds, inputs_of
from approval_engine.policy.conditions.tree import Compares
from approval_engine.policy.model import Test

Names = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    A test beside the name it judges; with `covering` as a limit of authority is judged.
    """

    name: str
    test: UnaryTest
    covering: bool = False

    def answer(self, value: Value, names: Names) -> bool | None:
        """
        Whether a value meets it.
        """
        if self.covering:
            return covers(self.test, value, names)
        return holds(self.test, value, names)


def monotone_in(asked: Asked, name: str) -> int:
    """
    1 if a test that reads other names can only begin to hold as that one rises.

    -1 if it can only cease to; 0 if that is not seen from its form.
    """
    test = asked.test
    if asked.name != name or not isinstance(test, Compares):
        return 0
    if name in inputs_of(test):
        return 0
    return {">": 1, ">=": 1, "<": -1, "<=": -1}.get(test.relation, 0)


def asked_of(tests: Iterable[Test], *, covering: bool = False) -> tuple[Asked, ...]:
    """
    The tests of a row, as the space knows them.
    """
    return tuple(Asked(name=t.name, test=t.test, covering=covering) for t in tests)
