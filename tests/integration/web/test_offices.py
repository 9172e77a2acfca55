"""
Every right of every office, asked on every channel of the web: one table, one answer.
"""

import pytest

from approval_engine.accounts import sessions
from approval_engine.accounts.passwords import set_password
from approval_engine.accounts.sessions import Place
from approval_engine.accounts.tokens import create
from approval_engine.domain.rights import SIGHT, Right
from approval_engine.operations import intake
from approval_engine.web import context
from tests.integration.executor.company import document
from tests.integration.web.browser import PASSWORD, Browser
from tests.offices import OFFICES, PEOPLE, holders, staffed

CELLS = [(right, column) for right in Right for column in PEOPLE]
ALL_SCOPES = ("read", "act", "submit", "admin")


@pytest.fixture
def app(app, company):
    """
    The product, with an address that asks for each right as every page does.
    """
    intake.import_directory(company.runtime, document(staffed()))

    def ask(name):
        context.demand(Right[name])
        return "yes"

    app.add_url_rule("/probe/<name>", "probe", ask)
    app.add_url_rule("/api/v1/probe/<name>", "api_probe", ask)
    return app


def by_session(app, company, column):
    set_password(company.runtime, PEOPLE[column], PASSWORD)
    browser = Browser(app)
    browser.log_in(PEOPLE[column])
    return lambda right: browser.get(f"/probe/{right}").status_code


def by_loan(app, company, column):
    """
    A session of somebody without an office, whose groups lend him that one.
    """
    lent = [column] if column in OFFICES else []
    token = sessions.begin(
        company.runtime, "leo", Place(), "sso", company.now, lent=lent
    )
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["session"] = token
    return lambda right: browser.get(f"/probe/{right}").status_code


def with_scopes(*scopes):
    def by_token(app, company, column):
        _, secret = create(company.runtime, PEOPLE[column], scopes, None)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return lambda right: client.get(f"/api/v1/probe/{right}").status_code

    return by_token


CHANNELS = {
    "session": (by_session, set(Right)),
    "session with lent roles": (by_loan, SIGHT),
    "token with every scope": (with_scopes(*ALL_SCOPES), set(Right)),
    "token to administer": (with_scopes("admin"), set(Right)),
    "token to read": (with_scopes("read"), SIGHT),
    "token to act and submit": (with_scopes("act", "submit"), set()),
}
"""How somebody asks, and which rights that way can carry at all."""


def wrong_cells(app, company, channel):
    """
    The cells that a channel answers otherwise than the table says.
    """
    opened, carried = CHANNELS[channel]
    table = holders()
    asks = {column: opened(app, company, column) for column in PEOPLE}
    found = {(r.name, c): asks[c](r.name) for r, c in CELLS}

    expected = {
        (right.name, column): 200
        if right in carried and column in table[right.name]
        else 403
        for right, column in CELLS
    }
    return {cell for cell in expected if found[cell] != expected[cell]}


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_cell_of_every_channel_is_what_the_table_says(app, company, channel):
    assert len(CELLS) * len(CHANNELS) > 200
    assert wrong_cells(app, company, channel) == set()


@pytest.mark.proof
def test_all_cells_of_the_authority_matrix(app, company, figure):
    wrong = [wrong_cells(app, company, channel) for channel in CHANNELS]
    told = f"{len(CELLS) * len(CHANNELS)} cells, {sum(map(len, wrong))} wrong"

    assert not any(wrong)
    figure("authority matrix on the web", "200 cells or more, 0 wrong", told)


@pytest.mark.parametrize("right", Right)
def test_an_admin_who_left_is_nobody(app, company, right):
    """
    His session and his token were good until the directory said so.
    """
    people = staffed()
    for user in people["users"]:
        user["active"] = True
    intake.import_directory(company.runtime, document(people))
    set_password(company.runtime, "gone", PASSWORD)
    browser, client = Browser(app), app.test_client()
    browser.log_in("gone")
    _, secret = create(company.runtime, "gone", ALL_SCOPES, None)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    asks = [(browser.client, "/probe"), (client, "/api/v1/probe")]
    paths = [(each, f"{root}/{right.name}") for each, root in asks]
    assert [each.get(path).status_code for each, path in paths] == [200, 200]

    intake.import_directory(company.runtime, document(staffed()))
    assert [each.get(path).status_code for each, path in paths] == [401, 401]


@pytest.mark.parametrize("column", PEOPLE)
def test_pages_and_addresses_that_exist_ask_the_same_table(app, company, column):
    """
    A workflow in which none of the offices has a part, looked at and reassigned.
    """
    table, person = holders(), PEOPLE[column]
    workflow = company.started()
    set_password(company.runtime, person, PASSWORD)
    browser = Browser(app)
    browser.log_in(person)
    _, secret = create(company.runtime, person, ALL_SCOPES, None)
    program = app.test_client()
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    part = column in {"submitter", "approver"}
    sees = part or column in table["SEE_EVERYTHING"]
    for client, root in ((browser.client, ""), (program, "/api/v1")):
        answer = client.get(f"{root}/workflows/{workflow}", buffered=True)
        assert answer.status_code == (200 if sees else 404)

    web = {"action": "reassign", "to": "fiona", "comment": "ill"}
    answers = [
        browser.force("/tasks/T-2", **web),
        program.post(
            "/api/v1/tasks/T-2/actions",
            json={"action": "reassign", "to": "fred", "comment": "back"},
            headers={"Idempotency-Key": "k"},
        ),
    ]
    may = column in table["REASSIGN"]
    refused = {403} if sees else {404}
    assert [a.status_code in {200, 303} for a in answers] == [may, may]
    assert may or {a.status_code for a in answers} == refused
