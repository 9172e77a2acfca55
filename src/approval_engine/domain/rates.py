"""
An exchange rate as it was frozen for a quote.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """
    What one unit of `currency` was worth in the currency `into` on a day.
    """

    currency: str
    into: str
    on: date
    rate: Decimal
