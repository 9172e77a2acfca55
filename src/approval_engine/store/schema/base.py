"""
What all tables share: two sets of tables and the names of constraints.
"""

from sqlalchemy import ColumnElement, Index, MetaData, Text, literal_column, text

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

DIALECT = "dialect"
"""What the `info` of an index says where only one kind of database has it."""

SQLITE_ONLY = MetaData()
"""Tables that PostgreSQL does not need."""


def index_of_some(name: str, *columns: str, where: str) -> Index:
    """
    An index that holds only some rows; a statement finds it by the same words.
    """
    rows = text(where)
    return Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


def for_each_database(name: str, *columns: str, where: str) -> tuple[Index, Index]:
    """
    An index of open tasks that nobody holds, in the form that each database finds.

    That of SQLite, `…_null`, begins with the holder, who is always null: it takes the
    index of which a statement names the most columns. PostgreSQL would read it whole.
    """
    rows = text(where)
    plain = Index(name, *columns, postgresql_where=rows)
    null = Index(f"{name}_null", "assignee", *columns, sqlite_where=rows)
    for index, dialect in ((plain, "postgresql"), (null, "sqlite")):
        index.ddl_if(dialect=dialect).info[DIALECT] = dialect
    return plain, null


def word(said: str) -> ColumnElement[str]:
    """
    A word of ours that stands in a statement itself.

    Bound like a value, it hides the rows of a partial index from PostgreSQL's general
    plans, and SQLite would read the statement anew each time that it is run.
    """
    return literal_column(f"'{said}'", Text)
