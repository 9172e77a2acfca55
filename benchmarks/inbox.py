"""
W3 inbox: a page of 50 by due time, among few, many and very many open tasks.

For somebody who has a tenth of them, for an ordinary person, and for the pools of five
roles; asked of the store as pages ask it, without drawing them.
"""

from collections.abc import Mapping

from approval_engine.executor.reader import reader_of
from approval_engine.executor.runtime import Runtime
from approval_engine.store import worklist
from approval_engine.store.wanted import Wanted
from benchmarks import crowded, measure
from benchmarks.measure import Figure, Operation

SIZES = (10_000, 100_000)
FEW = (1_000, 10_000)
SHORT = 20
"""Fewer rounds than this are the short form, which has fewer tasks, too."""

PAGE = 50
GROWS = 1.5
"""How much longer a page may take among the most tasks than among the fewest."""

FIVE_ROLES = {"sqlite": 15, "postgresql": 3}
"""How much longer the page of five roles may take than that of one assignee."""

ONE, ORDINARY, FIVE = "a tenth of all", "an ordinary person", "five roles"
READERS = {
    ONE: ("m0", Wanted()),
    ORDINARY: (crowded.ORDINARY, Wanted()),
    FIVE: (crowded.SEVERAL, Wanted(pools=True)),
}
"""Who looks at which of his lists."""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    sizes = SIZES if rounds >= SHORT else FEW
    crowds = {size: crowded.shared(server, size) for size in sizes}
    found = figures(crowds, kind, rounds, "open tasks")
    for runtime in crowds.values():
        runtime.database.close()
    return found


def figures(
    crowds: Mapping[int, Runtime], kind: str, rounds: int, what: str
) -> list[Figure]:
    """
    The figures of crowds of these sizes, each measured in the same rounds.
    """
    operations = [
        {f"{size:,} {what}": page(crowds[size], *asked) for size in crowds}
        for asked in READERS.values()
    ]
    taken = measure.interleaved(operations, rounds, 3)
    fewest, *_, most = (f"{size:,} {what}" for size in crowds)
    found = [
        figure
        for name, times in zip(READERS, taken, strict=True)
        for figure in measure.figures(
            f"W3 inbox, {name}", kind, times, fewest, {most: GROWS}
        )
    ]
    by_name = dict(zip(READERS, taken, strict=True))
    both = {name: by_name[name][most] for name in (ONE, FIVE)}
    targets = {FIVE: FIVE_ROLES[kind]}
    return [*found, *measure.figures(f"W3 inbox, {most}", kind, both, ONE, targets)]


def page(runtime: Runtime, person: str, wanted: Wanted) -> Operation:
    """
    Asks for the first page of a list.
    """

    def asked(_: int) -> None:
        with runtime.database.read() as transaction:
            reader = reader_of(runtime, transaction, person)
            found = worklist.page(transaction, reader, wanted, PAGE)
        if len(found) < min(PAGE, crowded.SOME):
            raise AssertionError(f"{person} sees {len(found)} tasks only.")

    return asked
