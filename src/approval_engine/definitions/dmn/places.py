"""
Pointers into a document that was made of tables → the places that its parts come from.
"""

from collections.abc import Iterable

from approval_engine.definitions.dmn.intake import Taken
from approval_engine.definitions.dmn.model import Place
from approval_engine.definitions.dmn.parts import MAY
from approval_engine.definitions.dmn.source import problem
from approval_engine.documents import Document, pointer
from approval_engine.errors import Problem

WHOLE = Place(line=1, element="/")
"""What stands nowhere in a file."""


class Places:
    """
    The places of what was taken so far.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.known: dict[str, Place] = {}

    def add_triggers(self, taken: Iterable[Taken]) -> None:
        """
        The triggers of a file in their order.
        """
        for number, each in enumerate(taken):
            here = self._part(pointer("/triggers", number), each)
            when = pointer(here, "when")
            for row, tests in enumerate(each.tests):
                for name, place in tests.items():
                    self.known[pointer(pointer(when, row), name)] = place
                    # A trigger with one row may have it without a list around it.
                    self.known.setdefault(pointer(when, name), place)

    def add_steps(self, taken: Iterable[Taken]) -> None:
        """
        The steps of a file.
        """
        for each in taken:
            here = self._part(pointer("/steps", each.part.key), each)
            for row, tests in enumerate(each.tests):
                rule = pointer(pointer(pointer(here, "slaHours"), row), "when")
                for name, place in tests.items():
                    self.known[pointer(rule, name)] = place

    def add_ladder(
        self, name: str, where: str, at: Place, taken: Iterable[Taken]
    ) -> None:
        """
        A ladder with its rungs, which stand under that key of it if there is one.
        """
        ladder = pointer("/ladders", name)
        self.known[ladder] = at
        inside = pointer(ladder, where) if where else ladder
        for number, each in enumerate(taken):
            here = self._part(pointer(inside, number), each)
            for key, place in each.tests[0].items():
                sort = "may" if key.startswith(MAY) else "in"
                test = key.partition(" ")[2]
                self.known[pointer(pointer(here, sort), test)] = place

    def problem(self, found: Problem, base: Document | None) -> Problem:
        """
        A problem of the document, at the place in the file or in the base.
        """
        element = found.element
        while element and element not in self.known:
            element = element.rpartition("/")[0]
        sentence = found.sentence
        if base is None and found.code.startswith("unknown_"):
            sentence += " No base policy was named that might know it."
        if element or base is None:
            place = self.known.get(element, WHOLE)
            return problem(self.file, place, found.code, sentence)
        where = "" if found.element == "/" else found.element
        return base.problem(where, found.code, found.sentence)

    def _part(self, here: str, taken: Taken) -> str:
        self.known[here] = taken.place
        for output, place in taken.said.items():
            self.known[pointer(here, output)] = place
        return here
