"""
How the people of a simulated history behave: how long they take and what they answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from approval_engine.domain.actions import Action
from approval_engine.domain.workflow import Task
from approval_engine.scenarios.stage import Deed

USUAL_HOURS: Mapping[str, float] = {
    "manager": 4,
    "director": 6,
    "vp": 9,
    "cro": 12,
    "finance": 7,
    "cfo": 10,
    "legal": 14,
    "deal_desk": 5,
}
"""Business hours after which half of the answers of a role are there."""

_SPREAD = 0.9
_FORGOTTEN = 0.08
_FORGOTTEN_TIMES = 6

_ANSWERS = {
    Action.APPROVE: 80,
    Action.REJECT: 6,
    Action.RETURN: 6,
    Action.CLAIM: 5,
    Action.DELEGATE: 3,
}
_WORDS: Mapping[Action, tuple[str, ...]] = {
    Action.REJECT: (
        "Below what we sell to anybody else in this segment.",
        "No volume that would make up for the margin.",
    ),
    Action.RETURN: (
        "Show the freight and the service cost first.",
        "Payment within sixty days, please.",
    ),
    Action.DELEGATE: ("Out until Monday.", "You know this customer better."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Crowd:
    """
    Everybody's habits; the same dice give the same history.
    """

    dice: Random

    def answer_hours(self, role: str) -> Decimal:
        """
        Business hours until somebody of the role looks at a task.
        """
        hours = USUAL_HOURS.get(role, 8.0) * self.dice.lognormvariate(0, _SPREAD)
        if self.dice.random() < _FORGOTTEN:
            hours *= _FORGOTTEN_TIMES
        return self._hours(hours)

    def between_hours(self, low: float, high: float) -> Decimal:
        """
        Business hours of something that takes as long as it takes.
        """
        return self._hours(self.dice.uniform(low, high))

    def happens(self, probability: float) -> bool:
        """
        Whether something comes to pass.
        """
        return self.dice.random() < probability

    def deed(self, task: Task, members: tuple[str, ...]) -> Deed:
        """
        What whoever is asked does to the task; `members` hold its role.
        """
        actor = task.assignee or self.dice.choice(task.candidates)
        others = [person for person in members if person != actor]
        (action,) = self.dice.choices([*_ANSWERS], weights=[*_ANSWERS.values()])
        taken = action is Action.CLAIM and task.assignee is not None
        alone = action is Action.DELEGATE and not others
        if taken or alone:
            action = Action.APPROVE
        return Deed(
            action=action,
            actor=actor,
            comment=self.dice.choice(_WORDS[action]) if action in _WORDS else None,
            to=self.dice.choice(others) if action is Action.DELEGATE else None,
            channel=self.dice.choice(("web", "web", "cli")),
        )

    def _hours(self, hours: float) -> Decimal:
        # Hundredths of an hour are exact in the calendar, and nobody works faster.
        return max(Decimal("0.02"), round(Decimal(hours), 2))
