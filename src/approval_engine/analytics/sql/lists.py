"""
Lists of texts in a column, in the words of each kind of database.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

TEXTS = ARRAY(String)


class Has(FunctionElement[bool]):
    """
    Whether a list has a text; unknown if there is no list.
    """

    type = Boolean()
    inherit_cache = True


class Strange(FunctionElement[bool]):
    """
    Whether a list has anything but these texts; unknown if there is no list.
    """

    type = Boolean()
    inherit_cache = True


def has(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """
    Whether the list in a column has a value.
    """
    return Has(column, literal(value, String))


def strange(column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """
    Whether the list in a column has an element that is none of the values, or null.
    """
    return Strange(column, *(literal(each, String) for each in values))


def _parts(element: Any, compiler: SQLCompiler, **more: Any) -> list[str]:  # noqa: ANN401 by the compiler
    return [compiler.process(each, **more) for each in element.clauses]


@compiles(Has)
def _has(element: Has, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, value = _parts(element, compiler, **more)
    return f"{value} = ANY ({column})"


@compiles(Has, "duckdb")
def _has_duckdb(element: Has, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, value = _parts(element, compiler, **more)
    return f"list_contains({column}, {value})"


@compiles(Has, "databricks")
def _has_databricks(element: Has, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, value = _parts(element, compiler, **more)
    return f"array_contains({column}, {value})"


@compiles(Has, "snowflake")
def _has_snowflake(element: Has, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, value = _parts(element, compiler, **more)
    return f"array_contains({value}::variant, {column})"


@compiles(Has, "bigquery")
def _has_bigquery(element: Has, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, value = _parts(element, compiler, **more)
    return f"({column} IS NULL AND NULL OR {value} IN UNNEST({column}))"


@compiles(Strange)
def _strange(element: Strange, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, *values = _parts(element, compiler, **more)
    return f"NOT ({column}::text[] <@ ARRAY[{', '.join(values)}]::text[])"


@compiles(Strange, "duckdb")
def _strange_duckdb(element: Strange, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, *values = _parts(element, compiler, **more)
    known = ", ".join(values)
    # What is null in a list is in no other list either.
    return (
        f"(len({column}) <> len(list_filter({column},"
        f" lambda each: list_contains([{known}], each))))"
    )


@compiles(Strange, "databricks")
def _strange_databricks(element: Strange, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, *values = _parts(element, compiler, **more)
    return f"size(array_except({column}, array({', '.join(values)}))) > 0"


@compiles(Strange, "snowflake")
def _strange_snowflake(element: Strange, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, *values = _parts(element, compiler, **more)
    known = f"array_construct({', '.join(values)})"
    return f"array_size(array_except({column}, {known})) > 0"


@compiles(Strange, "bigquery")
def _strange_bigquery(element: Strange, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, *values = _parts(element, compiler, **more)
    known = ", ".join(values)
    other = f"LOGICAL_OR(e NOT IN ({known})) FROM UNNEST({column}) AS e"
    return f"(SELECT {other})"
