"""
A process and who works in which role → the tasks that nobody can be asked to do.

Only names that stand in the file are looked up; an expression is known when it runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from approval_engine.definitions.model import Kind, Node, Work
from approval_engine.definitions.soundness.flaw import Flaw, named
from approval_engine.policy.conditions import Expression


@dataclass(frozen=True, kw_only=True)
class Staff:
    """
    The active people, and those who have each role.

    `submitters` are those who may submit a quote: none of them may be the only one whom
    a task could ask, for on his own quote nobody would be left.
    """

    people: frozenset[str]
    roles: Mapping[str, frozenset[str]]
    submitters: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Asked:
    people: tuple[str, ...]
    roles: tuple[str, ...]

    def among(self, staff: Staff) -> frozenset[str]:
        found = frozenset(self.people)
        return found.union(*(staff.roles.get(r, ()) for r in self.roles)) & staff.people

    def __str__(self) -> str:
        words = [f"the person '{each}'" for each in self.people]
        words += [f"the role '{each}'" for each in self.roles]
        return " and ".join(words)


def unstaffed(node: Node, staff: Staff | None) -> Flaw | None:
    """
    What is wrong with the people that a task asks; without staff only if it asks none.
    """
    # Whom a step of the policy asks is said by the policy.
    if node.kind is not Kind.TASK or "step" in node.properties:
        return None
    work = node.work or Work()
    if any(isinstance(each, Expression) for each in _words(work)):
        return None
    asked = _asked(work)
    if not (asked.people or asked.roles):
        return _flaw(
            node,
            "nobody-asked",
            f"*{named(node)}* asks nobody: give it a candidate group, a candidate user"
            " or an assignee, or put it into a lane.",
        )
    return None if staff is None else _without_anybody(node, asked, staff)


def _without_anybody(node: Node, asked: _Asked, staff: Staff) -> Flaw | None:
    found = asked.among(staff)
    if not found:
        return _flaw(
            node,
            "nobody-there",
            f"*{named(node)}* asks {asked}, but no active person is found there: name"
            " others, or change the directory.",
        )
    if len(found) == 1 and found <= staff.submitters:
        (only,) = found
        return _flaw(
            node,
            "only-submitter",
            f"*{named(node)}* asks {asked}, which is only '{only}', who may not do it"
            " for a quote of his own: name somebody beside him.",
        )
    return None


def _words(work: Work) -> Iterator[object]:
    yield from (work.assignee, work.users, work.groups)
    if work.several is not None:
        yield work.several.collection


def _asked(work: Work) -> _Asked:
    """
    An assignee is asked alone; a lane counts only where nothing else does.
    """
    assignee, users, groups = map(_literal, (work.assignee, work.users, work.groups))
    if assignee:
        return _Asked(people=assignee, roles=())
    lane = (work.lane,) if work.lane and not (users or groups) else ()
    return _Asked(people=users, roles=(*groups, *lane))


def _literal(words: object) -> tuple[str, ...]:
    return words if isinstance(words, tuple) else ()


def _flaw(node: Node, code: str, sentence: str) -> Flaw:
    return Flaw(code=code, element=node.id, line=node.line, sentence=sentence)
