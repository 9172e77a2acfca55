"""
The way from log-in to decision, on SQLite and on PostgreSQL.
"""

import pytest

from approval_engine.accounts.passwords import set_password
from approval_engine.accounts.tokens import create
from approval_engine.config import Settings
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company
from tests.integration.web.browser import PASSWORD, Browser, text_of
from tests.integration.web.conftest import SECRET


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def test_from_log_in_to_decision(company, app):
    workflow = company.started()
    for person in ("maria", "fred", "sam"):
        set_password(company.runtime, person, PASSWORD)
    maria, fred, sam = (Browser(app) for _ in range(3))

    assert maria.log_in("maria", "wrong horse").status_code == 401
    for browser, person in ((maria, "maria"), (fred, "fred"), (sam, "sam")):
        assert browser.log_in(person).status_code == 303
    assert "Mine 1" in text_of(maria.get("/"))
    assert "My roles 1" in text_of(fred.get("/"))
    assert maria.act("T-1", "approve").headers["Location"] == "/"
    assert fred.act("T-2", "approve", comment="fine").status_code == 303
    assert "✓ Approved" in text_of(sam.get(f"/workflows/{workflow}"))
    assert workflow in sam.get("/workflows").text
    assert workflow in sam.get("/quotes").text
    assert company.is_sound()


def test_pages_and_keys_of_the_http_interface(company):
    for _ in range(3):
        company.started()
    app = create_app(Settings(secret_key=SECRET), company.runtime)
    client = app.test_client()
    _, secret = create(company.runtime, "maria", ["read", "act"], None)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    page = client.get("/api/v1/tasks?status=open&limit=2").get_json()
    more = f"/api/v1/tasks?status=open&limit=2&cursor={page['nextCursor']}"
    rest = client.get(more).get_json()
    assert [item["id"] for item in page["items"]] == ["T-1", "T-3"]
    assert ([item["id"] for item in rest["items"]], rest["nextCursor"]) == (
        ["T-5"],
        None,
    )
    workflows = client.get("/api/v1/workflows?limit=2").get_json()
    assert len(workflows["items"]) == 2
    answers = [
        client.post(
            "/api/v1/tasks/T-1/actions",
            json={"action": "approve"},
            headers={"Idempotency-Key": "k"},
        )
        for _ in range(2)
    ]
    assert answers[0].data == answers[1].data
    assert company.is_sound()
