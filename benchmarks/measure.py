"""
Interleaved timing and figures: everybody does an operation, then the next operation.

What disturbs the machine disturbs all alike, so only ratios within one run count.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Operation = Callable[[int], object]
"""Does its work for the round of that number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """
    One number that was measured. `ratio` is against `baseline`, in the same run.

    `target` is how high the ratio, or else the value, may be at most.
    """

    workload: str
    database: str
    subject: str
    value: float
    unit: str = "ms"
    samples: int = 1
    baseline: str | None = None
    ratio: float | None = None
    target: float | None = None

    @property
    def verdict(self) -> str:
        """
        Whether the target is met, as a word; empty where there is none.
        """
        if self.target is None:
            return ""
        reached = self.value if self.ratio is None else self.ratio
        return "ok" if reached <= self.target else "MISSED"


def interleaved(
    operations: Sequence[Mapping[str, Operation]], rounds: int, warm_up: int
) -> list[dict[str, list[float]]]:
    """
    The milliseconds that each operation took for everybody, round by round.

    Each round runs the operations in order, and everybody in rotating order.
    """
    taken = [{name: [] for name in operation} for operation in operations]
    # What was set up is no rubbish: looking through it again would disturb the run.
    gc.collect()
    gc.freeze()
    for number in range(warm_up + rounds):
        for operation, times in zip(operations, taken, strict=True):
            for name in _rotated(tuple(operation), number):
                start = time.perf_counter()
                operation[name](number)
                elapsed = (time.perf_counter() - start) * 1000
                if number >= warm_up:
                    times[name].append(elapsed)
    return taken


def figures(
    workload: str,
    database: str,
    times: Mapping[str, Sequence[float]],
    baseline: str,
    targets: Mapping[str, float],
) -> list[Figure]:
    """
    The medians of everybody, and how often they are that of `baseline`.
    """
    base = statistics.median(times[baseline])
    return [
        Figure(
            workload=workload,
            database=database,
            subject=name,
            value=round(statistics.median(taken), 4),
            samples=len(taken),
            baseline=baseline,
            ratio=round(statistics.median(taken) / base, 3),
            target=targets.get(name),
        )
        for name, taken in times.items()
    ]


def write(found: Iterable[Figure], path: Path) -> None:
    """
    Add one JSON line per figure to a file.
    """
    with path.open("a", encoding="utf-8") as file:
        for figure in found:
            file.write(json.dumps(asdict(figure)) + "\n")


def read(path: Path) -> list[Figure]:
    """
    The figures in a file.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Figure(**json.loads(line)) for line in lines]


def table(found: Iterable[Figure]) -> str:
    """
    The figures as lines for people.
    """
    rows = [("workload", "database", "subject", "median", "ratio", "target", "")]
    for figure in found:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} x"
        against = f" {figure.baseline}" if ratio else ""
        rows.append(
            (
                figure.workload,
                figure.database,
                figure.subject,
                f"{figure.value:.3g} {figure.unit}",
                ratio + against,
                "" if figure.target is None else f"<= {figure.target:g}",
                figure.verdict,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def _rotated(names: tuple[str, ...], number: int) -> tuple[str, ...]:
    turn = number % len(names)
    return names[turn:] + names[:turn]
