"""
Two commands meet on one workflow: each order has one outcome, and nothing else happens.
"""

import pytest

from tests.concurrency.matrix import ELEVEN, MATRIX, PAIRS
from tests.concurrency.pairs import COMMANDS, at_once, directed
from tests.concurrency.race import AT_COMMIT, AT_WRITE

each_pair = pytest.mark.parametrize("pair", PAIRS, ids="/".join)
ROUNDS, FEWER = 200, 50


def test_every_two_of_the_commands_meet():
    assert len(MATRIX) == len(set(MATRIX) & set(PAIRS)) == 66
    assert set(ELEVEN) <= set(COMMANDS) == {name for pair in PAIRS for name in pair}


@pytest.mark.parametrize(
    ("first", "where"),
    [
        (0, AT_WRITE),
        (1, AT_COMMIT),
        pytest.param(0, AT_COMMIT, marks=pytest.mark.proof),
        pytest.param(1, AT_WRITE, marks=pytest.mark.proof),
    ],
)
@each_pair
def test_the_first_of_two_commands_decides_what_the_other_finds(
    company, pair, first, where
):
    directed(company, pair, first, where)


@each_pair
def test_two_commands_at_once_come_to_one_of_two_outcomes(company, pair):
    at_once(company, pair, rounds=2)


@pytest.mark.proof
@pytest.mark.parametrize("first", dict.fromkeys(first for first, _ in PAIRS))
def test_two_commands_at_once_never_come_to_anything_else(fresh, first, figure):
    ours = {
        pair: ROUNDS if pair in MATRIX else FEWER for pair in PAIRS if pair[0] == first
    }
    for pair, rounds in ours.items():
        at_once(fresh, pair, rounds)
    found = f"{sum(ours.values())} meetings of {len(ours)} pairs, 0 forbidden"
    figure(f"at once: {first} and others", f"{ROUNDS} a pair, 0 forbidden", found)
