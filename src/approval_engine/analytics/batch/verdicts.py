"""
Truth, falsehood and the unknown for many rows at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Mask: TypeAlias = NDArray[np.bool_]
"""One truth value for each row; of no dimension if it is the same for all."""

Whole: TypeAlias = NDArray[np.int64]
"""One whole number for each row, or one for all."""


TRUE: Mask = np.ones((), bool)
FALSE: Mask = np.zeros((), bool)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Verdict:
    """
    Where something holds and where it does not; where neither is, nobody knows.
    """

    yes: Mask
    no: Mask

    @property
    def opposite(self) -> "Verdict":
        """
        The other truth value; unknown stays unknown.
        """
        return Verdict(yes=self.no, no=self.yes)

    @property
    def unknown(self) -> Mask:
        """
        Where null leaves it open.
        """
        return ~(self.yes | self.no)


def known(truth: ArrayLike, missing: ArrayLike) -> Verdict:
    """
    A truth value that is unknown where something is missing.
    """
    yes, gone = np.asarray(truth, bool), np.asarray(missing, bool)
    return Verdict(yes=yes & ~gone, no=~yes & ~gone)


def of_values(values: Sequence[bool | None], codes: NDArray[np.int32]) -> Verdict:
    """
    The truth value of each kind of row, given to the rows by their codes.
    """
    yes = np.array([value is True for value in values], bool)
    no = np.array([value is False for value in values], bool)
    return Verdict(yes=yes[codes], no=no[codes])


def all_of(parts: Iterable[Verdict]) -> Verdict:
    """
    False where any part is, else unknown where any part is, else true.
    """
    yes, no = TRUE, FALSE
    for part in parts:
        yes, no = yes & part.yes, no | part.no
    return Verdict(yes=yes, no=no)


def any_of(parts: Iterable[Verdict]) -> Verdict:
    """
    True where any part is, else unknown where any part is, else false.
    """
    return all_of(part.opposite for part in parts).opposite
