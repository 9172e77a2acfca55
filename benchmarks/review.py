"""
W1 submit, W2 act and the whole flow: two people side by side, a timer on each task.

Compared operation by operation: the product, the floor, plain SpiffWorkflow, Viewflow.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from benchmarks import floor, measure, places, world
from benchmarks.measure import Figure, Operation
from benchmarks.plain_spiff import PlainSpiff
from benchmarks.viewflow_peer.project import Viewflow

STAGES = (("manager", "finance"),)
APPROVERS = (("manager", "maria"), ("finance", "fiona"))
TARGETS = {
    "sqlite": {"W1 submit": 3, "W2 act": 6, "flow": 4},
    "postgresql": {"W1 submit": 1.7, "W2 act": 2.5, "flow": 2},
}
"""How many times the floor the product may take."""

VIEWFLOW_SHARE = 1 / 6
"""Of Viewflow's time, for the whole flow."""


class Product:
    """
    Submits and approves through the commands that every channel uses.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        floor.start_numbers(runtime)

    def submit(self, number: int) -> None:
        """
        Submit the quote of that number; they must come in order, for their ids.
        """
        quote = quote_id(number)
        submit(self.runtime, quote, caller(world.SUBMITTER, f"submit-{quote}"))

    def approve(self, number: int, seat: int) -> None:
        """
        Approve as the first or second approver.
        """
        task = f"T-{floor.TASK + number * len(APPROVERS) + seat}"
        workflow = f"WF-{floor.WORKFLOW + number}"
        approve(self.runtime, workflow, task, APPROVERS[seat][1])


def quote_id(number: int) -> str:
    """
    The id of the quote of that number.
    """
    return f"Q-{floor.QUOTE + number}"


def caller(person: str, key: str) -> Caller:
    """
    Somebody who asks once.
    """
    return Caller(actor=person, channel="bench", key=key)


def approve(runtime: Runtime, workflow: str, task: str, person: str) -> None:
    """
    Approve a task through the command that every channel uses.
    """
    wish = Wish(workflow=workflow, task=task, action=Action.APPROVE)
    act(runtime, wish, caller(person, f"act-{task}"))


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    warm_up = max(5, rounds // 10)
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(places.database(server, name))
            for name in ("product", "floor", "spiff", "viewflow")
        }
        contestants = _contestants(urls, warm_up + rounds)
        operations = [
            {name: made[step] for name, made in contestants.items()}
            for step in range(1 + len(APPROVERS))
        ]
        submits, first, second = measure.interleaved(operations, rounds, warm_up)
    acts = {name: first[name] + second[name] for name in first}
    flow = {
        name: [sum(parts) for parts in zip(submits[name], *both, strict=True)]
        for name in submits
        for both in [(first[name], second[name])]
    }
    return list(_figures(kind, {"W1 submit": submits, "W2 act": acts, "flow": flow}))


def _contestants(urls: dict[str, str], count: int) -> dict[str, list[Operation]]:
    product = Product(founded(urls["product"], count))
    spiff = PlainSpiff(urls["spiff"], STAGES)
    viewflow = Viewflow(urls["viewflow"])
    return {
        "product": [product.submit, *_seats(product)],
        "floor": _floor(urls["floor"], count),
        "SpiffWorkflow": [
            spiff.submit,
            *(partial(_named, spiff.approve, name) for name, _ in APPROVERS),
        ],
        "Viewflow": [
            viewflow.submit,
            *(partial(_named, viewflow.approve, *pair) for pair in APPROVERS),
        ],
    }


def founded(url: str, count: int) -> Runtime:
    """
    A company with so many quotes, in a process that knows none of them yet.
    """
    runtime = world.found(url, world.deal_desk())
    numbers = range(floor.QUOTE, floor.QUOTE + count)
    world.import_quotes(runtime, map(world.quote, numbers))
    runtime.database.close()
    # What the import knew of the quotes is forgotten.
    return world.open_runtime(url)


def _floor(url: str, count: int) -> list[Operation]:
    # The first review stores what all others share; the second one is cloned.
    product = Product(founded(url, 2))
    commands = (product.submit, *_seats(product))
    mark = "?" if product.runtime.database.is_sqlite else "%s"
    for command in commands:
        command(0)
    written, before = [], floor.rows_of(product.runtime)
    shared = frozenset(sha256 for (sha256,) in before["document"])
    for command in commands:
        command(1)
        after = floor.rows_of(product.runtime)
        written.append(floor.writes_between(before, after, mark))
        before = after
    product.runtime.database.close()
    bare = floor.Floor(url, shared)
    for step, writes in enumerate(written):
        bare.prepare(f"step {step}", writes, range(count))
    return [partial(bare.write, f"step {step}") for step in range(len(commands))]


def _seats(product: Product) -> list[Operation]:
    def seat(which: int) -> Operation:
        return lambda number: product.approve(number, which)

    return [seat(which) for which in range(len(APPROVERS))]


def _named(operation: Operation, *arguments: object) -> object:
    *names, number = arguments
    return operation(number, *names)


def _figures(
    kind: str, workloads: dict[str, dict[str, list[float]]]
) -> Iterator[Figure]:
    for workload, times in workloads.items():
        targets = {"product": TARGETS[kind][workload]}
        yield from measure.figures(workload, kind, times, "floor", targets)
    both = {name: workloads["flow"][name] for name in ("product", "Viewflow")}
    share = {"product": round(VIEWFLOW_SHARE, 3)}
    yield measure.figures("flow", kind, both, "Viewflow", share)[0]
