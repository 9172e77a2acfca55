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

SQLITE_ONLY = MetaData()
"""Tables that PostgreSQL does not need."""


def index_of_some(name: str, *columns: str, where: str) -> Index:
    """
    An index that holds only some rows; a statement finds it by the same words.
    """
    rows = text(where)
    return Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


def word(said: str) -> ColumnElement[str]:
    """
    A word of ours that stands in a statement itself.

    Bound like a value, it hides the rows of a partial index from PostgreSQL's general
    plans, and SQLite would read the statement anew each time that it is run.
    """
    return literal_column(f"'{said}'", Text)
