"""
Exact numbers for many rows: whole units of a power of ten, and quotients of two such.

What 64 bits cannot hold exactly is refused here, and then done one by one elsewhere.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from approval_engine.analytics.batch.verdicts import (
    FALSE,
    Mask,
    Verdict,
    Whole,
    known,
)
from approval_engine.policy.conditions.tree import Relation, Sign
from approval_engine.policy.conditions.values import ARITHMETIC

ROOM = 2**62
"""Units at and beyond this are not for arrays."""

FINEST = 12
"""So many decimal places are kept in arrays at most.

A quotient is rounded to 34 digits by the language. With units below `ROOM` and so few
places no rounding moves it to the other side of a number it is compared with.
"""

_DIGITS = 28


class TooWide(Exception):
    """
    A result that arrays of 64 bits cannot hold exactly.
    """


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Numbers:
    """
    `units` / 10 ** `places` for each row, where it is not missing.
    """

    units: Whole
    places: int
    missing: Mask

    def value(self, row: int) -> Decimal | None:
        """
        The number in a row.
        """
        if self.missing[row]:
            return None
        return Decimal(int(self.units[row])).scaleb(-self.places)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Quotients:
    """
    One number by another for each row; where that is 0 it is missing and `broken`.
    """

    over: Numbers
    under: Numbers

    @property
    def broken(self) -> Mask:
        """
        Where something would be divided by zero.
        """
        zero: Mask = self.under.units == 0
        return zero & ~(self.over.missing | self.under.missing)

    @property
    def missing(self) -> Mask:
        """
        Where there is no quotient.
        """
        zero: Mask = self.under.units == 0
        return zero | self.over.missing | self.under.missing

    def value(self, row: int) -> Decimal | None:
        """
        The quotient in a row, rounded as the language does.
        """
        over, under = self.over.value(row), self.under.value(row)
        return ARITHMETIC.divide(over, under) if over is not None and under else None


Amounts: TypeAlias = Numbers | Quotients


def places_of(value: Decimal) -> int:
    """
    How many decimal places a number is written with.
    """
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else FINEST + 1


def units_of(value: Decimal, places: int) -> int | None:
    """
    The number in units of that power of ten; None if arrays cannot hold it exactly.
    """
    # More digits would be rounded on the way, and have no room anyway.
    if len(value.as_tuple().digits) > _DIGITS or places_of(value) > places:
        return None
    units = int(value.scaleb(places))
    return units if abs(units) < ROOM else None


def literal(value: Decimal) -> Numbers:
    """
    One number for all rows. Raises TooWide.
    """
    places = places_of(value)
    units = units_of(value, places) if places <= FINEST else None
    if units is None:
        raise TooWide
    return Numbers(units=np.asarray(units, np.int64), places=places, missing=FALSE)


def calculate(sign: Sign, left: Amounts, right: Amounts) -> Amounts:
    """
    The result of an operation for each row. Raises TooWide.
    """
    if isinstance(left, Quotients) or isinstance(right, Quotients):
        # A quotient is rounded before anything is done with it.
        raise TooWide
    if sign is Sign.OVER:
        return Quotients(over=left, under=right)
    missing = left.missing | right.missing
    if sign is Sign.TIMES:
        places = left.places + right.places
        if _most(left.units) * _most(right.units) >= ROOM or places > FINEST:
            raise TooWide
        units = left.units * right.units
        return Numbers(units=units, places=places, missing=missing)
    left_units, right_units, places = _alike(left, right)
    if _most(left_units) + _most(right_units) >= ROOM:
        raise TooWide
    add = sign is Sign.PLUS
    units = left_units + right_units if add else left_units - right_units
    return Numbers(units=units, places=places, missing=missing)


def compare(relation: Relation, left: Amounts, right: Amounts) -> Verdict:
    """
    Whether the relation holds in each row. Raises TooWide.
    """
    if isinstance(left, Quotients):
        return _compare_quotients(relation, left, right)
    if isinstance(right, Quotients):
        return _compare_quotients(relation.turned, right, left)
    left_units, right_units, _ = _alike(left, right)
    truth = relation.of(left_units, right_units)
    return known(truth, left.missing | right.missing)


def _compare_quotients(relation: Relation, left: Quotients, right: Amounts) -> Verdict:
    if isinstance(right, Quotients):
        raise TooWide
    # a / b < c is a < b * c, and the other way round where b is negative.
    positive = np.sign(left.under.units)
    over = Numbers(
        units=left.over.units * positive,
        places=left.over.places,
        missing=left.over.missing,
    )
    under = Numbers(
        units=left.under.units * positive,
        places=left.under.places,
        missing=left.under.missing | (left.under.units == 0),
    )
    product = calculate(Sign.TIMES, under, right)
    return compare(relation, over, product)


def _alike(left: Numbers, right: Numbers) -> tuple[Whole, Whole, int]:
    """
    The units of both by the finer power of ten of the two.
    """
    places = max(left.places, right.places)
    return _finer(left, places), _finer(right, places), places


def _finer(numbers: Numbers, places: int) -> Whole:
    factor = 10 ** (places - numbers.places)
    if factor == 1:
        return numbers.units
    if _most(numbers.units) * factor >= ROOM:
        raise TooWide
    finer: Whole = numbers.units * factor
    return finer


def _most(units: Whole) -> int:
    return int(np.abs(units).max(initial=0))
