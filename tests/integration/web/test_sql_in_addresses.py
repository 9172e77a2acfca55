"""
What an address asks for is a value in a statement, never a part of it.
"""

import re
from pathlib import Path

import pytest

from approval_engine import web
from approval_engine.accounts.tokens import Scope
from approval_engine.config import Settings
from approval_engine.web import limits
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company
from tests.integration.executor.office import staff
from tests.integration.web.conftest import SECRET
from tests.integration.web.test_every_route import paths

MANY = 1_000_000
ATTACK = "' OR 1=1); DROP TABLE quote; -- \" \\ %_ {0} $1 :id"
SQL = ("syntax", "psycopg", "sqlite", "SELECT", "near ")
KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.proof]),
]


@pytest.fixture(params=KINDS)
def company(request, fresh_database):
    company = staff(Company(fresh_database(request.param, ready=True)))
    company.started()
    yield company
    company.runtime.database.close()


@pytest.fixture
def app(company):
    app = create_app(Settings(secret_key=SECRET), company.runtime)
    limits.install(app, MANY, MANY)
    return app


def parameters(app):
    """
    Every name that a page reads from its address, or that the interface documents.
    """
    read = re.compile(r'args(?:\.get|\.getlist)?[(\[]\s*"(\w+)"')
    code = Path(web.__file__).parent.rglob("*.py")
    names = {name for path in code for name in read.findall(path.read_text("utf-8"))}
    document = app.test_client().get("/api/openapi.json").get_json()
    for operations in document["paths"].values():
        for each in operations.values():
            found = each.get("parameters", ()) if isinstance(each, dict) else ()
            names |= {one["name"] for one in found if one.get("in") == "query"}
    return sorted(names)


def lists(app):
    """
    The addresses that name no single thing.
    """
    single = re.compile(r"/(T-1|WF-8809|Q-1|EX-1|0{12,}|t{43}|maria|K-0|WH-0|D-1|IN-1)")
    seen = (path for path in paths(app) if not single.search(path))
    return sorted(set(seen) - {"/login/sso", "/login/sso/back"})


def test_no_parameter_of_an_address_is_a_part_of_a_statement(app, company, enter, api):
    admin, client = enter("ada"), api("ada", *Scope)
    names, addresses = parameters(app), lists(app)
    for path in addresses:
        ask = client if path.startswith("/api/v1") else admin.client
        for name in names:
            answer = ask.get(path, query_string={name: ATTACK}, buffered=True)
            where = f"{path} {name}"
            assert answer.status_code < 500, where
            if answer.status_code >= 400:
                assert [word for word in SQL if word in answer.text] == [], where

    assert len(names) > 15
    assert len(addresses) > 25
    assert company.case("WF-8809").status == "pending"
    assert company.submit(company.quote("Q-2")).workflow == "WF-8810"


@pytest.mark.parametrize("name", ["order", "sort", "cursor", "after", "before"])
def test_an_order_is_one_of_ours_or_none(app, company, enter, name):
    admin = enter("ada")
    plain = admin.get("/workflows")
    answer = admin.get("/workflows", query_string={name: "id; DROP TABLE quote"})

    assert answer.status_code in {200, 422}
    assert plain.status_code == 200
    assert company.case("WF-8809").status == "pending"
