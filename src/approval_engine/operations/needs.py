"""
A process that is to be deployed → what it calls and asks, in the versions of today.

What is called was deployed whole, so it stays as it was then; only the tables that it
asks are looked up by name, and there must be one table of a name.
"""

from collections.abc import Iterable, Iterator, Mapping

from approval_engine.domain.processes import DECISION, Role, Version, split
from approval_engine.errors import BpmnError, Problem
from approval_engine.executor.examine import Examined

DEEPEST = 3
"""How deep calls may go."""


def needs_of(found: Examined, known: Iterable[Version], file: str) -> dict[str, str]:
    """
    The hashes of all that a process calls and asks at any depth, by name.

    Raises BpmnError with everything that cannot be called or asked.
    """
    needs = _Needs(found, tuple(known), file)
    if problems := (*needs.uncallable(), *needs.undecidable()):
        raise BpmnError(*problems)
    return needs.all()


class _Needs:
    """
    One process and everything that is deployed, of which the newest counts.
    """

    def __init__(self, found: Examined, known: tuple[Version, ...], file: str) -> None:
        self.found = found
        self.file = file
        self.newest = {each.name: each for each in known}
        self.by_content = {(each.name, each.runs): each for each in known}

    def all(self) -> dict[str, str]:
        """
        What is called directly goes before what was called when that was deployed.
        """
        called = [self.newest[name] for name in self.found.calls]
        asked = (self.newest[name] for name in self.found.decisions)
        below = {name: sha for each in called for name, sha in each.needs.items()}
        direct = {each.name: each.runs for each in called}
        return below | direct | {f"{DECISION}{v.name}": v.runs for v in asked}

    def uncallable(self) -> Iterator[Problem]:
        """
        The calls that cannot be made.
        """
        for name in self.found.calls:
            if why := self._why_not(name):
                call = next(n for n in self.found.process.nodes() if n.called == name)
                sentence = f"Expected to call a deployed process, but '{name}' {why}."
                yield self._problem("call", call.line, call.id, sentence)

    def _why_not(self, name: str) -> str | None:
        own, version = self.found.process.id, self.newest.get(name)
        if name == own:
            return "is this process itself"
        if version is None:
            return "is not deployed"
        if version.role is not Role.PART:
            return "is a frame or has steps of its own"
        if own in version.needs:
            return f"calls '{own}', which is this process itself"
        if self._depth(version) >= DEEPEST:
            return f"calls others {DEEPEST} deep already"
        return None

    def _depth(self, version: Version) -> int:
        calls, _ = split(version.needs)
        below = (self.by_content[each] for each in calls.items())
        return max((1 + self._depth(each) for each in below), default=0)

    def undecidable(self) -> Iterator[Problem]:
        """
        The decisions that are not deployed, or that a called process has otherwise.
        """
        for name in self.found.decisions:
            version = self.newest.get(name)
            if version is None or version.role is not Role.DECISION:
                sentence = (
                    f"Expected a deployed decision, but '{name}' is not: deploy its DMN"
                    " file first."
                )
                asks = (n for n in self.found.process.nodes() if n.decides)
                task = next(n for n in asks if n.decides and n.decides.decision == name)
                yield self._problem("decision", task.line, task.id, sentence)
        yield from self._mixed()

    def _mixed(self) -> Iterator[Problem]:
        own = {
            f"{DECISION}{name}": self.newest[name].runs
            for name in self.found.decisions
            if name in self.newest
        }
        tables: dict[str, str] = dict(own)
        for called in self.found.calls:
            version = self.newest.get(called)
            needs: Mapping[str, str] = version.needs if version else {}
            for need, digest in needs.items():
                if not need.startswith(DECISION):
                    continue
                if tables.setdefault(need, digest) != digest:
                    call = next(
                        n for n in self.found.process.nodes() if n.called == called
                    )
                    sentence = (
                        f"Expected one version of decision '{need[len(DECISION) :]}',"
                        f" but '{called}' was deployed with another one: deploy"
                        f" '{called}' again."
                    )
                    yield self._problem("decision", call.line, call.id, sentence)

    def _problem(self, code: str, line: int, element: str, sentence: str) -> Problem:
        return Problem(
            file=self.file, line=line, code=code, element=element, sentence=sentence
        )
