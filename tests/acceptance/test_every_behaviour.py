"""
Every row of behaviours.md has tests by name, and they run on both databases.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.acceptance.behaviours import BESIDE, COMPLETION
from tests.acceptance.edge_cases import ABOUT_PEOPLE, ABOUT_RULES, ABOUT_TIME

TESTS = Path(__file__).parents[1]
DOCUMENT = TESTS.parents[1] / "shared" / "docs" / "behaviours.md"
EDGE_CASES = ABOUT_PEOPLE | ABOUT_RULES | ABOUT_TIME
ALL = COMPLETION | BESIDE | EDGE_CASES

# Fixtures that give each test a database of either kind.
ON_BOTH = {"ready_database_url", "founded"}

read_by = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="the founding documents are not beside the checkout"
)


def section(number: int) -> str:
    """
    The text below one numbered heading of the document.
    """
    parts = re.split(r"(?m)^## (\d+)\. .*$", DOCUMENT.read_text("utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))[str(number)]


def titles(text: str) -> list[str]:
    """
    The first cells of a table, without those of its head.
    """
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [row.split("|")[1].strip() for row in rows[2:]]


def rules(text: str) -> list[str]:
    """
    The rules below the table: what stands between the semicolons.
    """
    (paragraph,) = (each for each in text.split("\n\n") if each.startswith("Rules: "))
    words = " ".join(paragraph.removeprefix("Rules: ").split())
    return words.rstrip(".").split("; ")


@read_by
@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (lambda: titles(section(1)), COMPLETION),
        (lambda: rules(section(1)), BESIDE),
        (lambda: titles(section(2)), EDGE_CASES),
    ],
    ids=["completion rules", "beside them", "edge cases"],
)
def test_every_row_of_the_document_is_shown_and_nothing_else(found, shown):
    assert found() == list(shown)


@cache
def functions(file: Path) -> dict[str, ast.FunctionDef]:
    """
    The functions of a module by name; none if it does not exist.
    """
    if not file.exists():
        return {}
    body = ast.parse(file.read_text("utf-8")).body
    return {each.name: each for each in body if isinstance(each, ast.FunctionDef)}


def place(name: str) -> tuple[Path, str]:
    module, _, function = name.partition("::")
    return TESTS / f"{module}.py", function


def fixtures(file: Path, function: str) -> Iterator[str]:
    """
    The names of all fixtures that a function of a module asks for, itself or by others.
    """
    homes = [file, *(home / "conftest.py" for home in file.parents)]
    homes = [home for home in homes if home.is_relative_to(TESTS)]
    waiting, seen = [(function, 0)], set()
    while waiting:
        name, first = waiting.pop()
        where = (n for n in range(first, len(homes)) if name in functions(homes[n]))
        if (home := next(where, None)) is None:
            continue
        for each in functions(homes[home])[name].args.args:
            # A fixture may ask for the one of its own name that it hides.
            asked = each.arg, home + 1 if each.arg == name else 0
            if asked not in seen:
                seen.add(asked)
                waiting.append(asked)
                yield each.arg


@pytest.mark.parametrize("row", ALL)
def test_the_tests_of_a_row_exist_and_run_on_both_databases(row):
    named = [place(name) for name in ALL[row]]

    assert [at for at in named if at[1] not in functions(at[0])] == []
    assert any(ON_BOTH.intersection(fixtures(*at)) for at in named)


def test_a_test_of_one_database_is_told_from_one_of_both():
    on_both = place("integration/executor/test_revise::test_quote_edited_while_pending")
    on_one = place("integration/web/test_other_hands::test_an_override_is_shown_in_red")

    assert "ready_database_url" in set(fixtures(*on_both))
    assert ON_BOTH.isdisjoint(fixtures(*on_one))
    assert place("integration/executor/test_revise::test_gone")[1] not in functions(
        on_both[0]
    )
