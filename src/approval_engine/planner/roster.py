"""
A directory at one instant → who is there, who stands above whom, who has least to do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from approval_engine.domain.delegation import Delegation, active
from approval_engine.domain.people import Directory, User

NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """
    Everybody who can be asked at one instant.

    `load` counts the tasks that are open at a person; `turns` says when he was given
    the last one, the later the higher.
    `leaves` are computed: the windows that run now, by whose work they give away.
    """

    directory: Directory
    at: datetime
    delegations: tuple[Delegation, ...] = ()
    load: Mapping[str, int] = field(default_factory=lambda: NOBODY)
    turns: Mapping[str, int] = field(default_factory=lambda: NOBODY)
    leaves: Mapping[str, tuple[Delegation, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        # Once per command, because every candidate of every step is looked up in it.
        found: dict[str, tuple[Delegation, ...]] = {}
        for each in active(self.delegations, self.at):
            found[each.principal] = (*found.get(each.principal, ()), each)
        object.__setattr__(self, "leaves", found)

    def line_above(self, person: str) -> Iterator[User]:
        """
        The active managers above a person, the nearest first; a circle ends it.
        """
        seen = {person}
        manager = self.directory.manager_of(person)
        while manager and manager.id not in seen:
            seen.add(manager.id)
            yield manager
            manager = self.directory.manager_of(manager.id)

    def least_loaded(self, people: Iterable[str]) -> str:
        """
        Who has the fewest open tasks; at a tie whoever is next in turn.
        """
        return min(people, key=lambda each: (self.load.get(each, 0), self._turn(each)))

    def next_in_turn(self, people: Iterable[str]) -> str:
        """
        Who was given none yet, or none for the longest time; the first at a tie.
        """
        return min(people, key=self._turn)

    def _turn(self, person: str) -> int:
        return self.turns.get(person, 0)
