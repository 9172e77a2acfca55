"""
The list of workflows: filters in the address, pages by keys, the way by an exact id.
"""

import re

import pytest
from sqlalchemy import event

from approval_engine.store import incidents
from approval_engine.web.workflow import listing
from tests.integration.web.browser import text_of


def listed(browser, **asked):
    page = browser.get("/workflows", query_string=asked)
    assert page.status_code == 200
    return re.findall(r'<td><a href="/workflows/(WF-\d+)"', page.text)


@pytest.fixture
def three(company):
    """
    One that waits at Acme, one that is approved there, and one of another customer.
    """
    waits = company.started()
    approved = company.started(margin_pct="30")
    company.quote("Q-o", submittedBy="olga", account="100% Óbel_isk", margin_pct="20")
    return waits, approved, company.submit("Q-o", actor="olga").workflow


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, (2, 1, 0)),
        ({"q": "acme"}, (1, 0)),
        ({"q": "0% Ó"}, (2,)),
        ({"q": "l_i"}, (2,)),
        ({"q": "q-"}, (2, 1, 0)),
        ({"q": "Olga"}, (2,)),
        ({"q": "%"}, (2,)),
        ({"q": "nobody at all"}, ()),
        ({"status": "approved"}, (1,)),
        ({"status": "approved", "q": "olga"}, ()),
        ({"status": "' OR 1=1 --"}, (2, 1, 0)),
        ({"process": "standard"}, (2, 1, 0)),
        ({"process": "other"}, ()),
        ({"policy": "1"}, (2, 1, 0)),
        ({"policy": "2"}, ()),
        ({"late": "1"}, ()),
        ({"held": "1"}, ()),
        ({"before": "WF"}, (2, 1, 0)),
    ],
)
def test_a_filter_finds_what_fits(company, enter, three, asked, wanted):
    assert listed(enter("dana"), **asked) == [three[each] for each in wanted]


def test_late_and_held_are_found(company, enter, three):
    waits, _, other = three
    company.wait(days=9)
    dana = enter("dana")
    assert listed(dana, late="1") == [other, waits]

    with company.runtime.database.begin() as transaction:
        incident = incidents.add(transaction, waits, "engine", "x", "2026-03-02")
    assert listed(dana, held="1") == [waits]
    assert f"Held by {incident}" in text_of(dana.get("/workflows?held=1"))


def test_nobody_finds_what_he_has_no_part_in(enter, three):
    waits, approved, other = three

    assert listed(enter("sam")) == [approved, waits]
    assert listed(enter("sam"), q="olga") == []
    assert listed(enter("olga")) == [other]
    assert listed(enter("carl")) == []


def test_pages_follow_each_other_without_a_gap(company, enter, monkeypatch):
    made = [company.started() for _ in range(5)]
    monkeypatch.setattr(listing, "LIMIT", 2)
    dana, found, address = enter("dana"), [], "/workflows?q=acme"
    while address:
        page = dana.get(address)
        assert page.status_code == 200
        found += re.findall(r'<td><a href="/workflows/(WF-\d+)"', page.text)
        more = re.search(r'href="([^"]*before=[^"]*)"', page.text)
        address = more and more[1].replace("&amp;", "&")

    assert found == made[::-1]


def test_a_page_costs_the_same_however_much_is_on_it(company, enter):
    dana = enter("dana")
    counts = []

    def count(*_):
        counts[-1] += 1

    event.listen(company.runtime.database.engine, "before_cursor_execute", count)
    found = []
    for number in (1, 4):
        counts.append(0)
        for _ in range(number):
            company.started()
        counts.append(0)
        found.append(len(listed(dana)))
    event.remove(company.runtime.database.engine, "before_cursor_execute", count)

    assert found == [1, 5]
    assert counts[1] == counts[3]


def test_an_exact_id_goes_straight_there_for_whoever_may_see_it(company, enter, three):
    waits, _, other = three
    dana, sam = enter("dana"), enter("sam")

    def target(browser, text):
        return browser.get(f"/workflows?q={text}").headers.get("Location")

    assert target(dana, waits.lower()) == f"/workflows/{waits}"
    assert target(dana, "t-1") == "/tasks/T-1"
    assert target(dana, "Q-o") == "/quotes/Q-o"
    assert target(sam, waits) == f"/workflows/{waits}"
    assert target(sam, other) is None
    assert target(sam, "Q-o") is None
    nothing = sam.get(f"/workflows?q={other}").text
    assert f"/workflows/{other}" not in nothing
    assert f'href="/quotes?q={other}"' in nothing
