"""
Whatever stands in a table that was read: it is reported on, and asked, without a slip.
"""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.definitions.dmn.evaluate import evaluate
from approval_engine.definitions.dmn.model import HitPolicy
from approval_engine.definitions.dmn.overlaps import report
from approval_engine.definitions.dmn.read import read
from approval_engine.errors import DmnError
from tests.unit.definitions.dmn.tables import column, one
from tests.unit.definitions.dmn.test_judges import ALL, TESTS

CELLS = st.sampled_from(["", *TESTS])
RESULTS = st.sampled_from(["", "1", "a", "a / 2", '"x"', "[a, 2]", "limit + 1"])
RULES = st.lists(
    st.tuples(st.tuples(CELLS, CELLS), st.tuples(RESULTS)), min_size=1, max_size=5
)
TYPES = st.sampled_from(["number", "string", "boolean", "date", "list", "", "integer"])
HITS = st.sampled_from(
    [
        *((hit.value, "") for hit in HitPolicy),
        *(("COLLECT", each) for each in ("SUM", "MIN", "MAX", "COUNT")),
    ]
)


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(
    rules=RULES,
    types=st.tuples(TYPES, TYPES),
    hit=HITS,
    names=st.fixed_dictionaries({}, optional={"a": ALL, "b": ALL, "limit": ALL}),
)
def test_a_table_has_a_report_and_an_answer_or_a_sentence(rules, types, hit, names):
    policy, aggregation = hit
    more = f' aggregation="{aggregation}"' if aggregation else ""
    columns = [column(n, t) for n, t in zip(("a", "b"), types, strict=True)]
    xml = one(*rules, columns=columns, outputs=[("n", "")], hit=policy, more=more)
    definitions = readable(xml)
    assume(definitions)
    found = report(definitions.decisions["who"])

    assert all(each.sentence for each in found.findings)
    assert answer(definitions, names)


def readable(xml):
    try:
        return read(xml)
    except DmnError:
        return None


def answer(definitions, names):
    try:
        return evaluate(definitions, "who", names)
    except DecisionError as error:
        return str(error)
