"""
Lists of texts in the words of each kind of database.
"""

import pytest
from sqlalchemy import column
from sqlalchemy.engine.default import DefaultDialect

from approval_engine.analytics.sql.lists import has, strange


def said(element, name):
    dialect = DefaultDialect()
    dialect.name = name
    return str(element.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("postgresql", "'x' = ANY (c)", "NOT (c::text[] <@ ARRAY['x', 'y']::text[])"),
        (
            "duckdb",
            "list_contains(c, 'x')",
            (
                "(len(c) <> len(list_filter(c, lambda each: list_contains(['x', 'y'],"
                " each))))"
            ),
        ),
        (
            "databricks",
            "array_contains(c, 'x')",
            "size(array_except(c, array('x', 'y'))) > 0",
        ),
        (
            "snowflake",
            "array_contains('x'::variant, c)",
            "array_size(array_except(c, array_construct('x', 'y'))) > 0",
        ),
        (
            "bigquery",
            "(c IS NULL AND NULL OR 'x' IN UNNEST(c))",
            "(SELECT LOGICAL_OR(e NOT IN ('x', 'y')) FROM UNNEST(c) AS e)",
        ),
    ],
)
def test_each_database_is_asked_in_its_own_words(name, one, other):
    assert said(has(column("c"), "x"), name) == one
    assert said(strange(column("c"), ["x", "y"]), name) == other
