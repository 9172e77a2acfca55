"""
The company with people who look after it: two admins, and olga, who audits.
"""

import html
import re

from sqlalchemy import text

from approval_engine.errors import InvalidState
from approval_engine.operations import intake
from tests.integration.executor.company import document
from tests.integration.executor.office import people
from tests.integration.web.browser import text_of

_POST = re.compile(
    r'<form[^>]* method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL
)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def housed(**changes):
    """
    Today's directory file; `fred=None` leaves.
    """
    found = people(**changes)
    return {**found, "roles": {**found["roles"], "auditor": ["olga"]}}


def open_house(company, **changes):
    intake.import_directory(company.runtime, document(housed(**changes)))
    return company


def form_on(browser, page, target, **wanted):
    """
    The hidden fields of the form on the page that posts to `target`.
    """
    for action, body in _POST.findall(browser.get(page).text):
        found = {name: html.unescape(text) for name, text in _HIDDEN.findall(body)}
        if action == target and wanted.items() <= found.items():
            return found
    message = f"there is no form to {target} with {wanted} on {page}"
    raise LookupError(message)


def press(browser, page, target, **typed):
    """
    Open the page and send its form to `target` with its hidden fields.
    """
    return browser.client.post(target, data={**form_on(browser, page, target), **typed})


def ends_at(browser, answer):
    """
    What the page says that an accepted form leads to.
    """
    assert answer.status_code == 303, text_of(answer)
    return text_of(browser.get(answer.headers["Location"]))


def spoil(company, workflow):
    """
    Make the state of a workflow unreadable, and let it be noticed.
    """
    execute(
        company, "UPDATE workflow_instance SET state = :s WHERE id = :w", workflow, b"x"
    )
    try:
        company.act(workflow, "finance", "approve", "fred")
    except InvalidState:
        return "IN-1"
    raise AssertionError(workflow)


def execute(company, statement, workflow=None, state=None):
    with company.runtime.database.begin() as transaction:
        values = {"w": workflow, "s": state} if workflow else {}
        transaction.execute(text(statement), values)


def kill_messages(company):
    execute(
        company,
        "UPDATE outbox SET status = 'dead', attempts = 15, next_attempt_at = NULL",
    )


def messages_in(company, status):
    query = text("SELECT id FROM outbox WHERE status = :s ORDER BY id")
    with company.runtime.database.read() as transaction:
        return list(transaction.execute(query, {"s": status}).scalars())


def links_in(answer, words):
    """
    The addresses of the links with these words.
    """
    found = re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>{words}</a>', answer.text)
    return [each.replace("&amp;", "&") for each in found]
