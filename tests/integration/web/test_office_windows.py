"""
Delegation windows: my own, and everybody's for admins; tried out before they open.
"""

import pytest

from approval_engine import worker
from approval_engine.store import delegations
from tests.integration.web.browser import text_of
from tests.integration.web.offices import ends_at, form_on, open_house

MINE, ALL = "/delegations", "/admin/delegations"
WEEK = {"starts": "2026-03-02T09:00", "ends": "2026-03-09T09:00"}


@pytest.fixture
def house(company):
    return open_house(company)


def windows(company):
    with company.runtime.database.read() as transaction:
        found = delegations.listed(transaction)
    return [(each.principal, each.delegate, each.role) for each in found]


def asked(browser, path, **typed):
    return browser.get(path, query_string={**WEEK, **typed})


def confirm(browser, path, **typed):
    """
    Look at what would move, and send the form that confirms it.
    """
    page = asked(browser, path, **typed)
    query = page.request.query_string.decode()
    fields = form_on(browser, f"{path}?{query}", path)
    return browser.client.post(path, data=fields)


def test_i_go_away_and_what_is_mine_moves(house, enter):
    workflow = house.started()
    maria = enter("maria")
    assert "Nobody stands in for you" in text_of(maria.get(MINE))
    page = text_of(asked(maria, MINE, to="mona"))
    assert "Mona stands in for you: everything" in page
    assert "Manager for ACME" in page
    assert "moves to Mona" in page
    assert windows(house) == []
    told = ends_at(maria, confirm(maria, MINE, to="mona"))
    assert "mona stands in for you" in told
    assert windows(house) == [("maria", "mona", None)]

    worker.once(house.runtime)
    assert house.task(workflow, "manager").assignee == "mona"
    assert "Mona for Maria" in text_of(enter("mona").get(MINE))
    told = ends_at(maria, maria.force(f"{MINE}/D-1/end"))
    assert "You are back" in told
    worker.once(house.runtime)
    assert house.task(workflow, "manager").assignee == "maria"
    assert house.findings() == ()


def test_i_end_only_my_own(house, enter):
    maria = enter("maria")
    confirm(maria, MINE, to="mona")
    for person in ("mona", "ada", "fred"):
        answer = enter(person).force(f"{MINE}/D-1/end")
        assert answer.status_code == 404
        assert "There is no delegation 'D-1' of yours." in text_of(answer)
    assert "Confirm: end it now" not in text_of(enter("mona").get(MINE))
    assert "Confirm: end it now" in text_of(maria.get(MINE))


def test_nobody_makes_a_window_of_somebody_else(house, enter):
    fred = enter("fred")
    fred.force(MINE, **WEEK, **{"from": "maria", "to": "fiona"})

    assert windows(house) == [("fred", "fiona", None)]


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"to": "nobody"}, 404, "nobody"),
        ({"to": "maria"}, 422, "maria"),
        ({"to": "mona", "starts": "soon"}, 422, "the first day"),
        ({"to": "mona", "ends": "2026-03-01T09:00"}, 422, "end"),
        ({"to": "mona", "role": "cfo"}, 422, "cfo"),
        ({"to": "mona", "within": "margin_pct <<"}, 422, "margin_pct"),
        ({"to": "mona", "up_to": "many"}, 422, "Expected an amount such as"),
    ],
)
def test_a_window_that_cannot_be_is_refused_as_it_is_looked_at(
    house, enter, dump, typed, status, words
):
    maria = enter("maria")
    before = dump()
    looked = asked(maria, MINE, **typed)
    sent = maria.force(MINE, **{**WEEK, **typed})

    for answer in (looked, sent):
        assert words in text_of(answer), text_of(answer)
        assert 'role="alert"' in answer.text
        assert typed["to"] in answer.text
    assert sent.status_code in {status, 403, 409, 422}
    assert looked.status_code == sent.status_code
    assert dump() == before


def test_a_window_is_bounded_by_role_and_amount(house, enter):
    fred = enter("fred")
    typed = {"to": "fiona", "role": "finance", "up_to": "50,000"}
    page = text_of(asked(fred, MINE, **typed))
    assert "as finance, where amount <= 50000" in page, page
    confirm(fred, MINE, **typed)

    assert windows(house) == [("fred", "fiona", "finance")]


def test_an_admin_opens_and_ends_one_for_somebody(house, enter):
    house.started()
    ada = enter("ada")
    assert "Nobody is away now." in text_of(ada.get(ALL))
    people = {"from": "maria", "to": "mona"}
    assert "Mona stands in for Maria" in text_of(asked(ada, ALL, **people))
    told = ends_at(ada, confirm(ada, ALL, **people))
    assert "D-1 is open: mona stands in for maria." in told
    assert "Mona for Maria" in told
    assert "Mona for Maria" not in text_of(ada.get(f"{ALL}?state=coming"))
    assert "Mona for Maria" in text_of(ada.get(f"{ALL}?state=all&person=mona"))
    assert "Mona for Maria" not in text_of(ada.get(f"{ALL}?state=all&person=fred"))
    refused = ada.force(ALL, **WEEK, **people)
    assert refused.status_code == 409

    told = ends_at(ada, ada.force(f"{ALL}/D-1/end"))
    assert "D-1 has ended" in told
    assert "Mona for Maria" in text_of(ada.get(f"{ALL}?state=past"))
    assert ada.force(f"{ALL}/D-9/end").status_code == 404
    assert house.findings() == ()


def test_a_condition_is_text_wherever_it_is_shown(house, enter):
    maria = enter("maria")
    page = asked(maria, MINE, to="mona", within='"<script>alert(1)</script>" = ""')

    assert "<script>alert" not in page.text
