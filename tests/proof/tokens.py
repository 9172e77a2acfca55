"""
What a process and a policy ask, when, and how it ends: a second reading of both.

Parts are started, told what somebody answered or that time is over, and say when they
are through. It shares no code with the product, nor with its token game.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil


class Ended(Exception):
    """
    A step said no: the whole review is over, with this verdict.
    """


@dataclass
class Task:
    """
    A task that the process draws itself; what is answered leads nowhere special.

    With `late` it is left when that many hours are over.
    """

    name: str
    late: float | None = None
    round: int = 0

    def start(self, now):
        self.round += 1
        self.ends_at = None if self.late is None else now + self.late
        return False

    def open(self):
        return {self.name: self}

    def left(self):
        """
        How many seats have no answer.
        """
        return 1

    def answer(self, _name, word, now):
        del word, now
        return True

    def over(self, _name, now):
        del now
        return True


@dataclass
class Loop(Task):
    """
    A task that is done again until somebody says yes.
    """

    def answer(self, _name, word, now):
        return word == "approve" or self.start(now)


@dataclass
class Row:
    """
    One part after the other.
    """

    parts: list
    place: int = 0

    def start(self, now):
        self.place = 0
        return self._go_on(now, through=not self.parts or self.parts[0].start(now))

    def _go_on(self, now, *, through):
        while through and self.place < len(self.parts):
            self.place += 1
            through = self.place == len(self.parts) or self.parts[self.place].start(now)
        return self.place >= len(self.parts)

    def open(self):
        return self.parts[self.place].open() if self.place < len(self.parts) else {}

    def answer(self, name, word, now):
        return self._go_on(now, through=self.parts[self.place].answer(name, word, now))

    def over(self, name, now):
        return self._go_on(now, through=self.parts[self.place].over(name, now))


@dataclass
class Fork:
    """
    All parts side by side, through when the last one is.
    """

    parts: list
    left: list = field(default_factory=list)

    def start(self, now):
        self.left = [part for part in self.parts if not part.start(now)]
        return not self.left

    def open(self):
        return {name: task for part in self.left for name, task in part.open().items()}

    def _told(self, name, tell):
        part = next(each for each in self.left if name in each.open())
        if tell(part):
            self.left.remove(part)
        return not self.left

    def answer(self, name, word, now):
        return self._told(name, lambda part: part.answer(name, word, now))

    def over(self, name, now):
        return self._told(name, lambda part: part.over(name, now))


@dataclass
class Choice(Row):
    """
    A task whose answer chooses between two ways.
    """

    parts: list = field(default_factory=list)
    asks: Task = None
    yes: Row = None
    no: Row = None

    def start(self, now):
        self.parts, self.place = [self.asks], 0
        return self.asks.start(now)

    def answer(self, name, word, now):
        if self.place == 0:
            self.parts = [self.asks, self.yes if word == "approve" else self.no]
        return super().answer(name, word, now)


@dataclass
class Step(Task):
    """
    A step of the policy: its rule counts the answers of its seats.

    `rule` is a word and a number; `silence` what no answer in time is taken for.
    """

    rule: tuple = ("any", None)
    people: int = 1
    silence: str | None = None

    def start(self, now):
        self.words = []
        word, number = self.rule
        alone = word in ("any", "first_response") or (word, number) == ("quorum", 1)
        self.seats = 1 if alone else self.people
        return super().start(now)

    def left(self):
        return self.seats - len(self.words)

    def answer(self, _name, word, now):
        del now
        self.words.append(word)
        return self._verdict()

    def over(self, _name, now):
        del now
        if self.silence == "reject":
            raise Ended("rejected")
        return self.silence == "approve"

    def _verdict(self):
        if "return" in self.words:
            raise Ended("returned")
        yes, no = self.words.count("approve"), self.words.count("reject")
        word, number = self.rule
        needed = {
            "all": self.seats,
            "quorum": number,
            "percent": ceil(Fraction(number or 0) * self.seats / 100),
        }.get(word, 1)
        waits = word == "all_respond_any" and len(self.words) < self.seats
        if waits or (yes < needed and self.seats - no >= needed):
            return False
        if yes < needed:
            raise Ended("rejected")
        return True
