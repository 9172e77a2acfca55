"""
What a process remembers of its past: how often it was where, and what was said there.
"""

from collections.abc import Iterable, Mapping

from approval_engine.executor.engine.model import NO_VALUES, Values

APPROVED, DECISION = "approved", "decision"
"""Whether, and with what word, the user task that was completed last was decided."""

WORDS: Mapping[str, str] = {
    "approved": "approve",
    "rejected": "reject",
    "returned": "return",
}
"""The outcome of a task → the decision that conditions know."""


class Memory:
    """
    What each element last said, and how often it was entered.

    `outcomes` and `results` are of the last completion; `decided` is the decision of
    the user task completed last. `facts` are the quote's and never stored. `asked`
    are the names that conditions have looked at in this step.
    """

    def __init__(self, facts: Values = NO_VALUES) -> None:
        self.entered: dict[str, int] = {}
        self.outcomes: dict[str, Mapping[str, str]] = {}
        self.results: dict[str, Values] = {}
        self.decided: str | None = None
        self.facts = facts
        self.asked: set[str] = set()

    def enter(self, name: str) -> int:
        """
        Count an element that opens; what it said in an earlier round is void.
        """
        self.entered[name] = self.entered.get(name, 0) + 1
        self.forget((name,))
        return self.entered[name]

    def forget(self, names: Iterable[str]) -> None:
        """
        Make void what these elements said.
        """
        for name in names:
            self.outcomes.pop(name, None)
            self.results.pop(name, None)

    def keep(self, element: str, values: Values) -> None:
        """
        Named values that a task gives; whoever gave the same names before is overruled.
        """
        kept: dict[str, Values] = {
            name: {n: v for n, v in said.items() if n not in values}
            for name, said in self.results.items()
        }
        kept[element] = values
        self.results = {name: said for name, said in kept.items() if said}

    def names(self) -> Values:
        """
        What a condition may ask for; what a task gave counts more than the quote.

        A field of a form may have any name but not answer for a task.
        """
        names = dict(self.facts)
        if self.decided is not None:
            names[DECISION] = self.decided
            names[APPROVED] = self.decided == WORDS["approved"]
        for said in self.results.values():
            names.update(said)
        for outcome in self.outcomes.values():
            names.update(outcome)
        return names
