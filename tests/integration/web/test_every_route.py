"""
What holds for every address: headers, reading changes nothing, errors tell nothing.
"""

import logging

import pytest

from approval_engine import worker
from approval_engine.errors import StorageError
from approval_engine.web import queue
from tests.integration.web.browser import text_of

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
VALUES = {
    "task_id": "T-1",
    "workflow_id": "WF-8809",
    "quote_id": "Q-1",
    "exception_id": "EX-1",
    "process": "deal_review",
    "number": 1,
    "filename": "app.css",
    "token": "t" * 43,
    "link_id": "0" * 16,
    "sha256": "0" * 64,
    "incident_id": "IN-1",
    "delegation_id": "D-1",
    "person": "maria",
    "token_id": "K-0",
    "webhook_id": "WH-0",
    "draft_id": "0" * 12,
    "section": "rules",
    "session_id": "0" * 16,
    "policy": "deal-desk",
    "version": "1",
}


def paths(app, method="GET"):
    """
    An address of every route that takes this method.
    """
    adapter = app.url_map.bind("")
    rules = [rule for rule in app.url_map.iter_rules() if method in rule.methods]
    return [
        adapter.build(rule.endpoint, {n: VALUES[n] for n in rule.arguments}, method)
        for rule in rules
    ]


def all_paths(app):
    return [*paths(app), "/nothing", "/api/v1/nothing", "/tasks/T-999"]


def test_every_answer_carries_the_headers(app, company, enter, browser):
    company.started()
    maria = enter("maria")
    answers = [b.get(path) for b in (browser, maria) for path in all_paths(app)]

    assert len(answers) > 40
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff", answer.request
        with_token = answer.request.path.startswith("/m/")
        told = "no-referrer" if with_token else "same-origin"
        assert answer.headers["Referrer-Policy"] == told
        assert answer.headers["X-Frame-Options"] == "DENY"
        own = answer.headers["Content-Security-Policy"]
        assert own == (
            "default-src 'none'; sandbox"
            if "diagram" in answer.request.path and answer.status_code == 200
            else CSP
        )
        kept = answer.request.path.startswith(("/static/", "/api/openapi.json"))
        assert ("no-store" in answer.headers["Cache-Control"]) is not kept


def test_static_files_are_kept_for_ever_because_their_address_changes(browser):
    page = browser.get("/login")
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = browser.get(address)

    assert (answer.status_code, "?v=" in address) == (200, True)
    for_ever = "public, max-age=31536000, immutable"
    assert answer.headers["Cache-Control"] == for_ever


@pytest.mark.parametrize("path", ["app.css", "app.css?v=0", "vendor/bpmn-js/LICENSE"])
def test_a_static_file_by_another_address_is_asked_for_again(browser, path):
    """
    Modules import each other without a version, and a server that is about to be
    replaced is asked for the files of the next one.
    """
    answer = browser.get(f"/static/{path}")
    again = browser.get(
        f"/static/{path}", headers={"If-None-Match": answer.headers["ETag"]}
    )

    assert answer.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_no_page_has_anything_inline(app, company, enter):
    company.started()
    maria = enter("maria")
    for path in paths(app):
        # A script of its own file is what the rules allow.
        text = maria.get(path).text.replace('<script type="module" src="/static/', "")
        for inline in ("<script", "<style", " style=", " onclick=", "javascript:"):
            assert inline not in text, path


def test_reading_changes_nothing(app, company, enter, dump):
    """
    What a mail scanner or a prefetching browser may do, everywhere, twice.
    """
    company.started()
    maria = enter("maria")
    before = dump()
    for path in all_paths(app) * 2:
        for method in ("GET", "HEAD", "OPTIONS"):
            maria.client.open(path, method=method, buffered=True)

    assert dump() == before


def test_forms_cannot_be_sent_by_reading(app, company, enter, dump):
    company.started()
    maria = enter("maria")
    before = dump()
    for path in paths(app, "POST"):
        answer = maria.get(f"{path}?action=approve&csrf_token={maria.token()}")
        assert answer.status_code in {200, 303, 403, 404, 405, 422}, path

    assert dump() == before


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError("secret detail"), 500),
        (StorageError("secret detail"), 503),
    ],
)
def test_what_breaks_shows_an_id_and_nothing_else(
    app, enter, monkeypatch, caplog, error, status
):
    maria = enter("maria")

    def fail(*_):
        raise error

    monkeypatch.setattr(queue, "page", fail)
    with caplog.at_level(logging.ERROR):
        answer = maria.get("/")

    assert answer.status_code == status
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    incident = text_of(answer).partition("'")[2].partition("'")[0]
    assert len(incident) == 8
    assert incident in caplog.text
    assert "secret detail" in caplog.text
    assert answer.headers["Content-Security-Policy"] == CSP


def test_the_character_that_no_database_keeps_is_refused(app, company, enter, dump):
    company.started()
    maria = enter("maria")
    before = dump()
    for path in ("/tasks/T%00", "/workflows/%00", "/?q=%00", "/?%00=1"):
        answer = maria.get(path)
        assert answer.status_code == 422, path
        assert "has the character NUL" in text_of(answer)
    assert maria.force("/delegations", to="mona\x00").status_code == 422
    assert maria.get("/tasks/T-1?q=%01").status_code == 200
    assert dump() == before


def test_a_method_that_an_address_does_not_take_is_405(enter):
    answer = enter("maria").client.delete("/tasks/T-1")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_the_process_says_that_it_lives_and_whether_it_can_serve(browser, app, company):
    assert browser.get("/healthz").text == "ok\n"
    assert browser.get("/readyz").text == "ok\n"
    with company.runtime.database.begin() as transaction:
        transaction.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503


def test_tables_and_fields_have_names_for_those_who_do_not_see_them(
    app, company, enter
):
    company.started()
    maria = enter("maria")
    for path in ("/", "/tasks/T-1", "/workflows", "/workflows/WF-8809", "/quotes"):
        text = maria.get(path).text
        assert text.count("<table") == text.count("<caption"), path
        assert "<th>" not in text
        assert text.count("<h1") == 1
        assert 'lang="en"' in text


def test_without_a_worker_it_can_serve_and_says_what_waits(browser, company):
    company.started()
    company.wait(days=10)
    answer = browser.get("/readyz")
    assert answer.status_code == 200
    assert answer.text.startswith("degraded: a timer is due since 2026-03-")
    assert answer.text.endswith("no worker was seen yet\n")

    worker.once(company.runtime)
    assert browser.get("/readyz").text == "ok\n"
