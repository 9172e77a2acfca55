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
from typing import TypeVar

T = TypeVar("T")

Operation = Callable[[int], object]
"""Does its work for the round of that number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """
    One number that was measured. `ratio` is against `baseline`, in the same run.

    `target` is how high the ratio, or else the value, may be at most; with `least` it
    is how low.
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
    least: bool = False

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        """
        What was measured: the same in every run.
        """
        return self.workload, self.database, self.subject, self.baseline

    @property
    def reached(self) -> float:
        """
        The ratio, or the value where there is none.
        """
        return self.value if self.ratio is None else self.ratio

    @property
    def wanted(self) -> str:
        """
        The target as a table shows it; empty where there is none.
        """
        if self.target is None:
            return ""
        return f"{'>=' if self.least else '<='} {self.target:g}"

    @property
    def verdict(self) -> str:
        """
        Whether the target is met, as a word; empty where there is none.
        """
        if self.target is None:
            return ""
        off = self.reached - self.target
        met = off >= 0 if self.least else off <= 0
        return "ok" if met else "MISSED"


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
            for name in rotated(tuple(operation), number):
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
                figure.wanted,
                figure.verdict,
            )
        )
    return _aligned(rows)


def compared(before: Iterable[Figure], after: Iterable[Figure]) -> str:
    """
    What two runs have in common, as lines: both ratios, or values where there is none.
    """
    known = {figure.key: figure for figure in before}
    rows = [("workload", "database", "subject", "before", "after", "change", "", "")]
    for figure in after:
        old = known.get(figure.key)
        if old is None:
            continue
        then, now = (
            each.value if each.ratio is None else each.ratio for each in (old, figure)
        )
        unit = figure.unit if figure.ratio is None else f"x {figure.baseline}"
        rows.append(
            (
                *figure.key[:3],
                f"{then:.3g} {unit}",
                f"{now:.3g} {unit}",
                f"{(now / then - 1) * 100:+.0f} %" if then else "",
                figure.wanted,
                figure.verdict,
            )
        )
    return _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def rotated(names: tuple[T, ...], number: int) -> tuple[T, ...]:
    """
    The names in another order each time.
    """
    turn = number % len(names)
    return names[turn:] + names[:turn]
