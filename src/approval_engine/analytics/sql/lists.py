"""
Lists of texts in a column, in the words of each kind of database.
"""

from collections.abc import Mapping, Sequence
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


_HAS: Mapping[str, str] = {
    "postgresql": "{value} = ANY ({column})",
    "duckdb": "list_contains({column}, {value})",
    "databricks": "array_contains({column}, {value})",
    "snowflake": "array_contains({value}::variant, {column})",
    "bigquery": "({column} IS NULL AND NULL OR {value} IN UNNEST({column}))",
}
# What is null in a list is in no other list either.
_STRANGE: Mapping[str, str] = {
    "postgresql": "NOT ({column}::text[] <@ ARRAY[{known}]::text[])",
    "duckdb": (
        "(len({column}) <> len(list_filter({column},"
        " lambda each: list_contains([{known}], each))))"
    ),
    "databricks": "size(array_except({column}, array({known}))) > 0",
    "snowflake": "array_size(array_except({column}, array_construct({known}))) > 0",
    "bigquery": ("(SELECT LOGICAL_OR(e NOT IN ({known})) FROM UNNEST({column}) AS e)"),
}


@compiles(Has)
def _has(element: Has, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 by the compiler
    column, value = _parts(element, compiler, **more)
    return _said(_HAS, compiler).format(column=column, value=value)


@compiles(Strange)
def _strange(element: Strange, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 as above
    column, *values = _parts(element, compiler, **more)
    return _said(_STRANGE, compiler).format(column=column, known=", ".join(values))


def _parts(element: Any, compiler: SQLCompiler, **more: Any) -> list[str]:  # noqa: ANN401 as above
    return [compiler.process(each, **more) for each in element.clauses]


def _said(words: Mapping[str, str], compiler: SQLCompiler) -> str:
    return words.get(compiler.dialect.name, words["postgresql"])
