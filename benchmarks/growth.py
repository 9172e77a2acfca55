"""
W7 growth: more approvers side by side, more stages, more revisions of one quote.

A plan that grows must not slow down what one person does; stock SpiffWorkflow shows how
it can.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.store import workflows
from benchmarks import measure, places, world
from benchmarks.measure import Figure, Operation
from benchmarks.plain_spiff import PlainSpiff

WIDTHS = (1, 2, 5, 10, 20)
DEPTHS = (1, 2, 5, 10)
REVISIONS = (1, 2, 5, 10)
ACT_TARGETS = {10: 2.0}
SUBMIT_TARGETS = {10: 3.0}
_APART = 100_000
"""How far apart the quote numbers of two cases are."""


class Case:
    """
    The quotes that grow in one way by one size.
    """

    def __init__(self, runtime: Runtime, first: int, inputs: Mapping[str, int]) -> None:
        self.runtime = runtime
        self.first = first
        self.inputs = inputs
        self.workflow = self.task = ""

    def quotes(self, count: int) -> Sequence[dict[str, object]]:
        """
        As many quotes as there are rounds.
        """
        numbers = range(self.first, self.first + count)
        return [world.quote(number, **self.inputs) for number in numbers]

    def submit(self, number: int) -> None:
        """
        Submit the newest revision of the quote of that round.
        """
        quote = f"Q-{self.first + number}"
        self.workflow = submit(self.runtime, quote, _caller(world.SUBMITTER)).workflow

    def look(self, _: int) -> None:
        """
        Find the task that is acted on next.
        """
        with self.runtime.database.read() as transaction:
            found = workflows.read(transaction, self.workflow)
        self.task = found[0].tasks[0].id

    def approve(self, _: int) -> None:
        """
        Approve the first task of the round's workflow.
        """
        wish = Wish(workflow=self.workflow, task=self.task, action=Action.APPROVE)
        kind = "wide" if self.inputs["wide"] else "deep"
        act(self.runtime, wish, _caller(f"{kind}1_a"))

    def withdraw(self, number: int) -> None:
        """
        Recall what was submitted in that round.
        """
        del number
        recall(self.runtime, self.workflow, "next", _caller(world.SUBMITTER))


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    with ExitStack() as stack:
        url = stack.enter_context(places.database(server, "growth"))
        world.found(url, world.growing()).database.close()
        runtime = world.open_runtime(url)
        peers = {
            size: stack.enter_context(places.database(server, f"stock_{size}"))
            for size in WIDTHS
        }
        return [
            *_wide(runtime, peers, kind, rounds),
            *_deep(runtime, kind, rounds),
            *_revised(runtime, kind, rounds),
        ]


def _wide(
    runtime: Runtime, peers: Mapping[int, str], kind: str, rounds: int
) -> list[Figure]:
    sizes = {
        size: {"wide": size, "deep": 0, "case": index}
        for index, size in enumerate(WIDTHS, start=1)
    }
    cases = _cases(runtime, sizes, rounds)
    stock = {
        size: PlainSpiff(url, (tuple(f"step{n}" for n in range(size)),))
        for size, url in peers.items()
    }
    submits = _each(cases, lambda case: case.submit)
    submits |= _each(stock, lambda peer: peer.submit, "stock ")
    acts = _each(cases, lambda case: case.approve)
    acts |= _each(stock, lambda peer: partial(_approve_stock, peer), "stock ")
    looks = _each(cases, lambda case: case.look)
    _, _, acted = measure.interleaved([submits, looks, acts], rounds, 2)
    return [
        *_figures("W7 act, approvers", kind, acted, ACT_TARGETS),
        *_figures("W7 act, approvers", kind, acted, {}, "stock "),
    ]


def _deep(runtime: Runtime, kind: str, rounds: int) -> list[Figure]:
    sizes = {
        size: {"wide": 0, "deep": size, "case": index}
        for index, size in enumerate(DEPTHS, start=11)
    }
    cases = _cases(runtime, sizes, rounds)
    submits = _each(cases, lambda case: case.submit)
    (taken,) = measure.interleaved([submits], rounds, 2)
    return _figures("W7 submit, stages", kind, taken, SUBMIT_TARGETS)


def _revised(runtime: Runtime, kind: str, rounds: int) -> list[Figure]:
    sizes = {
        size: {"wide": 1, "deep": 0, "case": index}
        for index, size in enumerate(REVISIONS, start=21)
    }
    cases = _cases(runtime, sizes, rounds)
    for size, case in cases.items():
        for revision in range(2, size + 1):
            for number in range(rounds + 2):
                case.submit(number)
                case.withdraw(number)
            newer = [each | {"revision": revision} for each in case.quotes(rounds + 2)]
            world.import_quotes(runtime, newer)
    submits = _each(cases, lambda case: case.submit)
    (taken,) = measure.interleaved([submits], rounds, 2)
    return _figures("W7 submit, revisions", kind, taken, {})


def _cases(
    runtime: Runtime, sizes: Mapping[int, Mapping[str, int]], rounds: int
) -> dict[int, Case]:
    found = {}
    for size, inputs in sizes.items():
        chosen = {name: inputs[name] for name in ("wide", "deep")}
        found[size] = Case(runtime, inputs["case"] * _APART, chosen)
        world.import_quotes(runtime, found[size].quotes(rounds + 2))
    return found


def _each(
    subjects: Mapping[int, object],
    operation: Callable[..., Operation],
    prefix: str = "product ",
) -> dict[str, Operation]:
    return {f"{prefix}{size}": operation(made) for size, made in subjects.items()}


def _approve_stock(peer: PlainSpiff, number: int) -> None:
    peer.approve(number, "step0")


def _figures(
    workload: str,
    kind: str,
    taken: Mapping[str, list[float]],
    targets: Mapping[int, float],
    prefix: str = "product ",
) -> list[Figure]:
    named = {name: prefix + name for name in map(str, (1, 2, 5, 10, 20))}
    mine = {each: taken[each] for each in named.values() if each in taken}
    limits = {f"{prefix}{size}": target for size, target in targets.items()}
    return measure.figures(workload, kind, mine, f"{prefix}1", limits)


def _caller(person: str) -> Caller:
    return Caller(actor=person, channel="bench")
