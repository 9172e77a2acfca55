"""
Proposals that avoid an approval → what lists and pages show of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from approval_engine.domain.quote import Value
from approval_engine.planner.requirements import words
from approval_engine.policy.levers import Change
from approval_engine.policy.nearest import Proposal

NO_WAY = "no small change avoids it"


def lines(ways: Mapping[str, Collection[Proposal]]) -> Iterator[dict[str, object]]:
    """
    A line per change; those with one `way` of a step must be made together.

    A step that no small change avoids has one line, of way 0, that says so.
    """
    for step, proposals in ways.items():
        if not proposals:
            yield {"step": step, "way": 0, "because": NO_WAY}
        for way, proposal in enumerate(proposals, start=1):
            for change in proposal:
                yield {"step": step, "way": way, "change": change.name} | _change(
                    change
                )


def view(proposals: Iterable[Proposal]) -> list[list[dict[str, object]]]:
    """
    Each proposal as a list of changes that must be made together.
    """
    return [
        [{"name": change.name} | _change(change) for change in proposal]
        for proposal in proposals
    ]


def _change(change: Change) -> dict[str, object]:
    return {
        "from": _shown(change.before),
        "to": _shown(change.after),
        "lines": list(change.lines),
    }


def _shown(value: Value) -> object:
    return list(map(words, value)) if isinstance(value, tuple) else words(value)
