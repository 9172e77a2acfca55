"""
A formula that somebody wrote runs in no spreadsheet: one module writes all tables.

It keeps what begins with `= + - @` or a tab as text; `test_spreadsheet` shows how.
"""

import ast
from pathlib import Path

import approval_engine
from approval_engine.accounts.tokens import Scope
from tests.integration.executor.office import staff
from tests.integration.web.test_every_route import all_paths

PACKAGE = Path(approval_engine.__file__).parent
KNOWN = {
    "text/html",
    "text/plain",
    "text/css",
    "application/json",
    "application/problem+json",
    "application/octet-stream",
}
WRITERS = {"writer", "DictWriter", "openpyxl", "xlsxwriter", "to_csv", "to_excel"}


def test_nothing_but_a_sheet_is_answered_as_a_table_for_a_spreadsheet(
    app, company, enter, api
):
    staff(company)
    company.started()
    admin, client = enter("ada"), api("ada", *Scope)
    kinds = set()
    for path in all_paths(app):
        ask = client if path.startswith("/api/v1") else admin.client
        for wanted in ("text/csv", "application/vnd.ms-excel", "*/*"):
            answer = ask.get(path, headers={"Accept": wanted}, buffered=True)
            if not path.endswith((".csv", ".xes")):
                kinds.add(answer.mimetype)

    assert {"text/html", "application/json"} <= kinds
    assert kinds <= KNOWN


def test_one_module_of_ours_writes_such_a_table():
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = {getattr(node, "attr", None), getattr(node, "id", None)}
            # What `nonlocal` names are plain words.
            named = getattr(node, "names", ())
            names |= {getattr(each, "name", each) for each in named}
            found |= {(path.name, name) for name in names & WRITERS}

    assert found == {("spreadsheet.py", "writer")}
