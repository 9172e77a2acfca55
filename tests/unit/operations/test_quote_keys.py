"""
Which revisions of quotes come twice in a file, however many there are.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.errors import DocumentError
from approval_engine.operations.quote_keys import MOST_TOLD, Keys

NAMES = st.sampled_from(["Q-1", "Q-2", "q-1", 'Q"\t1', "Q\n2", "Ω"])


@given(st.lists(st.tuples(NAMES, st.integers(1, 3)), min_size=1, max_size=40))
def test_each_line_that_says_a_revision_again_is_told_in_order(said):
    again = [n for n, each in enumerate(said, 1) if each in said[: n - 1]]
    with Keys("a.csv") as keys:
        for number, (quote, revision) in enumerate(said, 1):
            keys.add(quote, revision, number)
        if not again:
            keys.must_differ()
            return
        with pytest.raises(DocumentError) as refused:
            keys.must_differ()
    told = [each.line for each in refused.value.problems]

    assert told[:MOST_TOLD] == again[:MOST_TOLD]
    assert len(told) == min(len(again), MOST_TOLD + 1)


def test_what_does_not_fit_into_memory_is_looked_at_as_well():
    with Keys("a.csv") as keys:
        for number in range(1, 60_001):
            keys.add(f"Q-{number}", 1, number)
        keys.must_differ()
        keys.add("Q-30000", 1, 60_001)
        with pytest.raises(DocumentError) as refused:
            keys.must_differ()
    (problem,) = refused.value.problems

    assert (problem.line, "stands in line 30000" in problem.sentence) == (60_001, True)
