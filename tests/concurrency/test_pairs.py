"""
Two commands meet on one workflow: each order has one outcome, and nothing else happens.
"""

import pytest

from tests.concurrency.pairs import PAIRS, at_once, directed
from tests.concurrency.race import AT_COMMIT, AT_WRITE

each_pair = pytest.mark.parametrize("pair", PAIRS, ids="/".join)


@pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])
@pytest.mark.parametrize("first", [0, 1])
@each_pair
def test_the_first_of_two_commands_decides_what_the_other_finds(
    company, pair, first, where
):
    directed(company, pair, first, where)


@each_pair
def test_two_commands_at_once_come_to_one_of_two_outcomes(company, pair):
    at_once(company, pair, rounds=3)


@pytest.mark.proof
@each_pair
def test_two_commands_at_once_never_come_to_anything_else(company, pair):
    at_once(company, pair, rounds=200)
