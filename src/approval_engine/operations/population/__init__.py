"""
A span of days → everything that an auditor draws his samples from, with its total.
"""

from approval_engine.operations.population.booked import (
    Booked,
    judge_booked,
    read_booked,
)
from approval_engine.operations.population.report import Population, population

__all__ = ["Booked", "Population", "judge_booked", "population", "read_booked"]
