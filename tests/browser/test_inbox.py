"""
The approver's side as people use it: three log-ins, the keys, several at once, a phone.
"""

import json
import re

import pytest

from approval_engine.documents import parse
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.operations import intake, quote_intake
from approval_engine.scenarios import world
from tests.browser.site import PHONE, WIDE

BULK = ("Q-2026-0201", "Q-2026-0202", "Q-2026-0203")


@pytest.fixture
def desk(site):
    """
    The demo, in which the deal desk may decide long payment terms together.
    """
    runtime = site.runtime
    policy = json.loads((world.FOLDER / world.POLICY).read_bytes())
    policy["version"] = "2026.3"
    policy["steps"]["terms"]["bulk"] = True
    intake.publish_policy(runtime, _document(policy), world.PUBLISHER)
    quotes = [_quote(each) for each in BULK]
    quote_intake.import_quotes(runtime, _document(quotes))
    for quote in quotes:
        caller = Caller(actor=quote["submittedBy"], channel="test", key=None)
        submit(runtime, quote["id"], caller)
    return site


def _document(value):
    return parse(json.dumps(value).encode(), "test.json")


def _quote(quote_id, **changes):
    known = json.loads((world.FOLDER / world.QUOTES).read_bytes())
    one = next(each for each in known if each["id"] == "Q-2026-0112")
    account = f"{one['account']} {quote_id[-1]}"
    return one | {"id": quote_id, "account": account, "payment_days": 75} | changes


def _submit(visitor, quote_id):
    visitor.go(f"/quotes/{quote_id}")
    visitor.page.get_by_role("button", name=re.compile("submit", re.IGNORECASE)).click()


def _open(visitor, text):
    visitor.page.get_by_role("link", name=text).first.click()
    visitor.page.get_by_role("heading", level=1, name=text).wait_for()


def _answer(visitor, verb, confirm, **typed):
    page = visitor.page
    page.locator("summary", has_text=verb).first.click()
    for label, text in typed.items():
        field = page.locator("details[open]").get_by_label(label.title())
        field.first.fill(text)
    page.get_by_role("button", name=confirm).click()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_of_the_inbox_is_accessible(visit, desk, size, scheme):
    dora = visit("dora", size=size, color_scheme=scheme)
    kind = f"{'phone' if size is PHONE else 'wide'}-{scheme}"
    tasks = [each["id"] for each in _waiting(dora, "/?tab=roles")]
    together = "/several?" + "&".join(f"task={each}" for each in tasks[:2])
    for name, path in {
        "mine": "/?tab=mine",
        "roles": "/?tab=roles",
        "searched": "/?tab=roles&q=bluebird&due=week&amount=1000",
        "nothing": "/?tab=roles&q=nobody",
        "coming": "/?tab=coming",
        "done": "/?tab=done",
        "task": f"/tasks/{tasks[0]}",
        "several": together,
    }.items():
        dora.go(path)
        dora.shot(f"inbox-{name}-{kind}")
        assert dora.violations() == [], path
        assert not dora.overflows(), path


def _waiting(visitor, path):
    boxes = visitor.go(path).locator("input[name=task]")
    return [{"id": each.get_attribute("value")} for each in boxes.all()]
