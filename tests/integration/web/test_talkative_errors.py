"""
Whatever breaks, wherever: an id and nothing else, and nothing of it was stored.
"""

import logging
import re

from sqlalchemy.exc import ProgrammingError

from approval_engine.accounts.tokens import Scope
from approval_engine.store import catalog
from tests.integration.executor.office import staff
from tests.integration.web.test_every_route import CSP, VALUES

SQL = "SELECT secret FROM workflow_instance WHERE id = 'WF-1'"
_INCIDENT = re.compile(r"\b[0-9a-f]{8}\b")
TALES = ("Traceback", "SELECT", "workflow_instance", ".py", "/src/", "ProgrammingError")


def break_every_view(app, runtime):
    """
    Let every view store something and break before it is done.
    """

    def breaks(*_, **__):
        with runtime.database.begin() as transaction:
            catalog.set_setting(transaction, "half", "done")
            raise ProgrammingError(SQL, {"id": "WF-1"}, Exception(__file__))

    for endpoint in set(app.view_functions) - {"static"}:
        app.view_functions[endpoint] = breaks


def requests(app):
    """
    Method and address of every view that does something, the interface included.
    """
    adapter = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            known = {name: VALUES[name] for name in rule.arguments}
            yield method, adapter.build(rule.endpoint, known, method)


def test_what_breaks_anywhere_tells_nothing_and_is_undone(
    app, company, enter, api, dump, caplog
):
    company.started()
    staff(company)
    admin, client = enter("ada"), api("ada", *Scope)
    token = admin.token()
    before = dump()
    break_every_view(app, company.runtime)
    asked = list(requests(app))
    for method, path in asked:
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            if path.startswith("/api/v1"):
                answer = client.open(path, method=method, json={})
            else:
                data = {"csrf_token": token} if method == "POST" else None
                answer = admin.client.open(path, method=method, data=data)
        where = f"{method} {path}"
        assert answer.status_code in {500, 503}, where
        assert [tale for tale in TALES if tale in answer.text] == [], where
        assert answer.headers["Content-Security-Policy"] == CSP, where
        assert "no-store" in answer.headers["Cache-Control"], where
        # Whoever may read the log finds all of it there, under the id that was shown.
        (incident,) = set(_INCIDENT.findall(answer.text))
        assert incident in caplog.text, where
        assert SQL in caplog.text, where

    assert len(asked) > 150
    assert dump() == before
