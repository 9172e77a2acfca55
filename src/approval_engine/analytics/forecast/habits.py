"""
What was known of past seats → how long a role or a person takes, however little of it.

A role with few answers leans on all roles, a person on his role: what lies above counts
as some answers more. Where longer queues made people slower, hours are told for one of
usual length.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, log1p

from approval_engine.analytics.forecast.curve import Curve, Seen
from approval_engine.analytics.forecast.past import Known
from approval_engine.planner.phrases import title

ENOUGH = 20
"""So many answers of a role are needed before anything is said of it."""

LEANS = 10.0
"""As how many answers counts what is known of all."""

_DAMPS = 30.0
"""As how many answers counts that queues make no difference."""

_SOON_H = 0.1


class Habits:
    """
    The curves of roles and people from what was known, shortest first; made when asked.
    """

    def __init__(self, known: Sequence[Known]) -> None:
        self._answers = Counter(each.role for each in known if each.answered)
        self._usual = _usual_queues(known)
        self.drag = _drag(known, self._usual)
        self._known = known if self.drag == 0.0 else self._as_usual(known)
        self._roles: dict[str, Curve] = {}
        self._people: dict[tuple[str, str], Curve] = {}

    @property
    def answers(self) -> int:
        """
        How many answers it is made of.
        """
        return self._answers.total()

    def too_few(self, roles: Iterable[str]) -> str | None:
        """
        Why nothing can be said of these roles yet; None if something can.
        """
        few = [each for each in roles if self._answers[each] < ENOUGH]
        if not few:
            return None
        told = ", ".join(f"{title(each)} has {self._answers[each]}" for each in few)
        return f"Too little history: a role needs {ENOUGH} answers, and {told}."

    def slow(self, role: str, beside: int) -> float:
        """
        By what hours are multiplied where so many of the role wait.
        """
        return exp(self.drag * (log1p(beside) - self._usual.get(role, log1p(beside))))

    def curve(self, role: str, person: str | None = None) -> Curve:
        """
        How long a role takes, or a person of it whom a seat is given to.
        """
        if person is None:
            if role not in self._roles:
                self._roles[role] = Curve(self._seen(role))
            return self._roles[role]
        key = (role, person)
        if key not in self._people:
            self._people[key] = Curve(self._seen_of(role, person))
        return self._people[key]

    def _seen(self, role: str) -> list[Seen]:
        share = LEANS / max(1, len(self._known))
        own = share + 1.0
        return [
            Seen(each.hours, each.answered, own if each.role == role else share)
            for each in self._known
        ]

    def _seen_of(self, role: str, person: str) -> list[Seen]:
        mine = [each for each in self._known if each.role == role]
        share = LEANS / max(1, len(mine))
        return [
            Seen(each.hours, each.answered, share + (each.person == person))
            for each in mine
        ]

    def _as_usual(self, known: Sequence[Known]) -> Sequence[Known]:
        """
        What they would have taken with a queue of usual length, shortest first.
        """
        usual, drag = self._usual, self.drag
        found = [
            each._replace(
                hours=each.hours / exp(drag * (each.queue - usual[each.role]))
            )
            for each in known
        ]
        return sorted(found, key=lambda each: each.hours)


def _usual_queues(known: Sequence[Known]) -> Mapping[str, float]:
    """
    The mean of the queue of each role, as a logarithm.
    """
    queues: dict[str, list[float]] = defaultdict(list)
    for each in known:
        queues[each.role].append(each.queue)
    return {role: sum(found) / len(found) for role, found in queues.items()}


def _drag(known: Sequence[Known], usual: Mapping[str, float]) -> float:
    """
    By which power of its length a queue slows answers: 0 not at all, 1 in proportion.

    The slope of a line through the logarithms of both, each beside the mean of its
    role; few answers keep it near 0.
    """
    hours: dict[str, list[float]] = defaultdict(list)
    for each in known:
        if each.answered:
            hours[each.role].append(log(each.hours + _SOON_H))
    means = {role: sum(found) / len(found) for role, found in hours.items()}
    both = square = 0.0
    for each in known:
        if each.answered:
            longer = each.queue - usual[each.role]
            both += longer * (log(each.hours + _SOON_H) - means[each.role])
            square += longer * longer
    return min(1.0, max(0.0, both / (square + _DAMPS)))
