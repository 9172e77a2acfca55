"""
What nobody types but anybody can send: forged places, endless numbers, odd instants.
"""

import base64
import json

import pytest

from approval_engine.operations import policy_drafts
from approval_engine.store import catalog
from approval_engine.web.figures import figure
from approval_engine.web.policies.editing import _nearest
from tests.integration.web.browser import text_of
from tests.integration.web.offices import open_house


def packed(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("tab", "text", "status"),
    [
        ("mine", '["2026-03-02T09:00:00.000000Z","T-1"]', 200),
        ("mine&sort=amount", '[12.5,"T-1"]', 200),
        ("coming", '[7,"finance"]', 200),
        # No database keeps half a character, or a number of so many digits.
        ("mine", '["\\ud800","T-1"]', 422),
        ("done", '["x","\\ud800"]', 422),
        ("done", '["x","\\u0000"]', 422),
        ("coming", f'[{10**40},"finance"]', 422),
        ("coming", '[1e30,"finance"]', 422),
        ("coming", '[Infinity,"finance"]', 422),
        ("mine&sort=amount", '[NaN,"T-1"]', 422),
        ("mine&sort=amount", '[true,"T-1"]', 422),
        ("mine", "[" * 140, 422),
    ],
)
def test_a_place_is_one_that_a_page_could_have_written(
    company, enter, tab, text, status
):
    company.started()
    answer = enter("maria").get(f"/?tab={tab}&after={packed(text)}")

    assert answer.status_code == status
    assert ("place where a page of this list ended" in text_of(answer)) == (
        status == 422
    )


def test_a_page_goes_on_where_the_one_before_ended(company, enter):
    amounts = [("Acme", "900.50"), ("Beta", "5000")]
    for account, amount in amounts:
        company.started(account=account, amount=amount)
    maria = enter("maria")
    after = packed(json.dumps([90050, "T-1"]))
    rest = text_of(maria.get(f"/?tab=mine&sort=amount&after={after}"))

    assert ("Beta" in rest, "Acme" in rest) == (True, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5,000", "5000"),
        ("12.5", "12.5"),
        ("1e3", "1000"),
        ("1e-20", "0.00000000000000000001"),
        # A few letters that would take gigabytes to write out.
        ("1e-999999999", None),
        ("1e-21", None),
        ("1e16", None),
        # More than a calculation may have.
        ("1e999999999", None),
        ("-1e999999999", None),
        ("NaN", None),
        ("Infinity", None),
        ("many", None),
    ],
)
def test_a_figure_is_a_number_that_can_be_written_out(text, found):
    number = figure(text)
    assert (None if number is None else format(number, "f")) == found


def test_an_endless_number_is_refused_wherever_it_is_typed(company, enter):
    company.started()
    maria = enter("maria")
    assert maria.get("/?amount=5,000").status_code == 200
    for endless in ("1e-99999999", "1e999999999"):
        assert maria.get(f"/?amount={endless}").status_code == 422
    refused = maria.act("T-1", "approve", **{"within-amount": "1e-99999999"})
    assert refused.status_code == 422
    accepted = maria.act("T-1", "approve", **{"within-amount": "2,000,000"})
    assert accepted.status_code == 303


@pytest.mark.parametrize(
    ("starts", "status"),
    [
        ("2026-03-03T09:00", 200),
        ("2026-03-03T09:00+02:00", 200),
        ("0001-01-01T00:00+14:00", 422),
        ("9999-12-31T23:59-14:00", 422),
    ],
)
def test_a_window_begins_at_an_instant_of_the_calendar(enter, starts, status):
    query = {"to": "mona", "starts": starts, "ends": "2026-04-03T00:00"}
    found = enter("maria").get("/delegations", query_string=query)
    assert found.status_code == status


def draft_of(company):
    open_house(company)
    with company.runtime.database.read() as transaction:
        (row,) = catalog.policies(transaction)
    return policy_drafts.begin(company.runtime, row.sha256, "dana").id


@pytest.mark.parametrize(
    ("button", "anchor"),
    [
        ("nothing:/triggers/0/when", "#/triggers/0"),
        ("nothing:/a/b\r\nSet-Cookie: a=b/c", "#/a/b%0D%0ASet-Cookie:%20a=b"),
    ],
)
def test_a_button_leads_to_its_part_and_into_no_header(company, enter, button, anchor):
    path = f"/policies/drafts/{draft_of(company)}/form/rules"
    answer = enter("dana").force(path, do=button, revision="1")

    assert (answer.status_code, answer.headers["Location"]) == (303, path + anchor)
    assert "a=b" not in answer.headers.get("Set-Cookie", "")


def test_the_next_page_of_the_office_is_on_this_site_whatever_the_address_says(
    company, enter, monkeypatch
):
    from approval_engine.web.admin import directory

    open_house(company)
    monkeypatch.setattr(directory, "LIMIT", 2)
    ada = enter("ada")
    for more in ("_external=1&_scheme=javascript", "endpoint=static", "_method=POST"):
        page = ada.get(f"/admin/directory?state=all&{more}")
        assert page.status_code == 200
        assert 'href="/admin/directory?' in page.text
        assert 'href="javascript:' not in page.text
        assert "state=all&amp;" in page.text


def test_a_form_has_as_many_fields_as_are_worth_reading(company, enter, dump):
    maria = enter("maria")
    most = "&a" * 19_000
    fits = f"csrf_token={maria.token()}&name=Mine{most}"
    form = "application/x-www-form-urlencoded"
    before = dump()

    refused = maria.client.post("/views", data=fits + "&a" * 1_000, content_type=form)
    assert refused.status_code == 422
    assert "at most 20000 fields" in text_of(refused)
    assert dump() == before
    accepted = maria.client.post("/views", data=fits, content_type=form)
    assert accepted.status_code == 303
    assert dump() != before


@pytest.mark.parametrize(
    ("host", "status", "words"),
    [
        ("cpq.example", 200, "Log in"),
        ("x" * 300, 400, "The browser (or proxy) sent a request"),
    ],
)
def test_what_names_no_host_is_refused_in_a_sentence(browser, host, status, words):
    answer = browser.get("/login", headers={"Host": host})

    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["a" * 5000, "x/../" * 3 + "nothing.css"])
def test_a_file_of_any_name_is_there_or_not(app, browser, name):
    assert browser.get(f"/static/{name}").status_code == 404


def test_a_file_is_known_once_by_whatever_names(app, browser):
    app.extensions.pop("approval_engine.assets", None)
    for number in range(9):
        # A client would make the path short; strangers are no such clients.
        assert browser.get(f"/static/{number}/../app.css?v=1").status_code == 200

    assert len(app.extensions["approval_engine.assets"]) == 1


@pytest.mark.parametrize("number", ["9" * 10, "9" * 5000])
def test_a_version_has_a_number_that_can_be_read(company, enter, number):
    open_house(company)
    path = f"/processes/compare?before=deal_review@{number}&after=deal_review@1"
    assert enter("dana").get(path).status_code == 404


@pytest.mark.parametrize(("rows", "status"), [(2_000, 200), (2_001, 422)])
def test_a_form_has_as_many_lines_as_a_browser_can_send(enter, dump, rows, status):
    typed = {f"lines-{number}-product": "p" for number in range(rows)}
    sam, before = enter("sam"), dump()
    answer = sam.force("/quotes/new", more="1", **typed)

    assert answer.status_code == status
    assert ("at most 2000 lines" in text_of(answer)) == (status == 422)
    assert dump() == before


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("/triggers/0/when", "/triggers/0/when"),
        ("/triggers/0/when/amount", "/triggers/0/when"),
        ("/triggers/0", ""),
        ("/triggers/01", ""),
        ("/", ""),
        ("", ""),
        ("/x" * 5000, ""),
    ],
)
def test_a_sentence_stands_at_the_nearest_field_above_its_place(element, name):
    assert _nearest(frozenset({"/triggers/0/when", "/steps"}), element) == name
