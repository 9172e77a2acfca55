"""
How long a workflow rests after it failed for a passing reason.
"""

from datetime import timedelta
from itertools import pairwise

from approval_engine.escalations.due import LONGEST, SHORTEST, pause


def test_each_failure_doubles_the_rest_up_to_the_longest():
    rests = [pause(failures) for failures in range(12)]

    assert rests[:4] == [SHORTEST * factor for factor in (1, 2, 4, 8)]
    assert all(later == min(2 * rest, LONGEST) for rest, later in pairwise(rests))
    assert rests[-1] == pause(10_000) == LONGEST == timedelta(minutes=10)
