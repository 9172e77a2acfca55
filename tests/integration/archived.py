"""
A company in which everything has happened, and everything that can be asked about it.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select, update

from approval_engine.accounts import passwords, tokens
from approval_engine.config import Settings
from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller, Proof
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.runtime import Runtime
from approval_engine.history import explain, reading
from approval_engine.operations import clearance, intake
from approval_engine.operations.check import replay_all, verify_all
from approval_engine.operations.evidence import export
from approval_engine.operations.invariants import check_all
from approval_engine.operations.population import population
from approval_engine.store import (
    backup,
    events,
    exceptions,
    ledger,
    origins,
    overrides,
    register,
    workflows,
)
from approval_engine.store.schema import (
    ARCHIVED,
    EVENT,
    EVENT_ORIGIN,
    EVENT_TEXT,
    OUTBOX,
)
from approval_engine.web.app import create_app
from approval_engine.worker import tidy
from approval_engine.worker.archive import archive
from tests.integration.executor.company import document
from tests.integration.executor.exceptions import ask
from tests.integration.operations.conftest import happen
from tests.integration.web.browser import PASSWORD, Browser
from tests.integration.web.conftest import SECRET
from tests.offices import staffed

HOT = (EVENT, EVENT_TEXT, EVENT_ORIGIN)
PROOF = Proof(method="password", credential="s", address="10.0.0.9", agent="x")
# What is made anew for each page: tokens of forms, keys of requests.
_ANEW = re.compile(r'<input type="hidden" name="(?:csrf|key|page)[^>]*>|nonce-[^\']*')


def worked(company):
    """
    All that happens to the story, an override, and an exception that a quote used.
    """
    intake.import_directory(company.runtime, document(staffed()))
    runs = happen(company)
    company.keys = 20
    runs["overridden"] = company.started(margin_pct="20")
    wish = Override(
        workflow=runs["overridden"],
        decision="reject",
        comment="the board says no",
        limit=Decimal(10**9),
    )
    override(company.runtime, wish, Caller(actor="ada", channel="t"))
    runs["asked"] = ask(company, trigger="margin", within="margin_pct>=18")[1]
    for step, person in (("manager", "maria"), ("finance", "fred")):
        if any(task.step == step for task in company.case(runs["asked"]).open_tasks):
            said(company, runs["asked"], step, person)
    runs["waived"] = company.started(margin_pct="19", amount="2000000")
    said(company, runs["waived"], "cfo", "carl")
    return runs


def said(company, workflow, step, person, action="approve"):
    """
    Somebody decides in a browser, with a comment.
    """
    caller = Caller(actor=person, channel="web", proof=PROOF)
    task = company.task(workflow, step).id
    wish = Wish(workflow=workflow, task=task, action=Action(action), comment="so be it")
    return act(company.runtime, wish, caller)


def grown_old(company, days=200):
    """
    Time goes by: every message was sent, and went when its days were over.
    """
    with company.runtime.database.begin() as transaction:
        sent = {"status": "sent", "attempts": 1, "next_attempt_at": None}
        transaction.execute(update(OUTBOX).values(sent))
    company.wait(days=days)
    tidy.sweep(company.runtime)


def put_away(company):
    """
    Archive all that has ended by now; how much moved, and how many logs wait.
    """
    return archive(company.runtime, company.now - timedelta(days=1))


def sizes(company, tables=HOT):
    with company.runtime.database.read() as transaction:
        count = select(func.count())
        return tuple(
            transaction.execute(count.select_from(each)).scalar_one() for each in tables
        )


def archived_sizes(company):
    return sizes(company, ARCHIVED)


def answers(company, signer):
    """
    What everybody is told, by who asks for it; nothing of it says where a row lies.
    """
    fresh = Runtime(database=company.runtime.database, clock=lambda: company.now)
    with fresh.database.read() as transaction:
        ids = workflows.ids(transaction)
        found = dict(_of_all(fresh, transaction))
        for each in ids:
            found[each] = _of_one(transaction, each)
    for each in ids:
        found[each, "case"] = _case(fresh, each)
        found[each, "packet"] = export(fresh, each, signer)
        quote = found[each, "case"][0].quote_id
        if not quote.startswith("EX-"):
            print_ = clearance.fingerprint_of(fresh, quote) or ""
            found[each, "clearance"] = clearance.clearance(fresh, quote, print_)
    return found | _pages(fresh, ids)


def _of_all(runtime, transaction):
    yield "replayed", replay_all(runtime)
    yield "verified", verify_all(runtime)
    yield "checked", check_all(runtime)
    heads = ledger.every_head(transaction)
    hashes = ledger.hashes(transaction, heads)
    yield "heads", heads
    yield "signed", [hashes[each.workflow, each.seq] for each in heads]
    yield "strays", ledger.strays(transaction)
    yield "overrides", overrides.latest(transaction, None, 100)
    yield "overrides of a page", overrides.latest(transaction, None, 1)
    yield "sizes", backup.sizes(transaction)
    yield "submits", sorted(exceptions.submits(transaction))
    rows = exceptions.listed(transaction)
    yield "uses", [register.uses(transaction, each, 9) for each in rows]
    yield "with events", sorted(events.workflow_ids(transaction))
    days = (date(2026, 1, 1), date(2026, 12, 31))
    yield "population", population(runtime, *days)


def _of_one(transaction, workflow_id):
    log = events.of(transaction, workflow_id)
    return {
        "log": log,
        "one by one": [events.one(transaction, each.id) for each in log],
        "texts": events.texts(transaction, workflow_id),
        "authors": [
            events.author_of_text(transaction, workflow_id, each.seq) for each in log
        ],
        "origins": origins.of(transaction, workflow_id),
        "overrides": overrides.of_workflow(transaction, workflow_id),
    }


def _case(runtime, workflow_id):
    found = reading.find(runtime.database, workflow_id)
    return (
        found.workflow,
        found.view(),
        list(explain.lines(found)),
        list(reading.detail(found)),
        list(reading.links(found)),
        [each.view() for each in reading.timeline(runtime.database, workflow_id)],
    )


def _pages(runtime, ids):
    """
    The pages on which reviews that are over are shown, and what programs read of them.
    """
    app = create_app(Settings(secret_key=SECRET), runtime)
    passwords.set_password(runtime, "ada", PASSWORD)
    browser = Browser(app)
    assert browser.log_in("ada").status_code == 303
    found = {path: browser.get(path) for path in _paths(ids)}
    _, secret = tokens.create(runtime, "ada", (tokens.Scope.READ,), None)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    for each in ids:
        for more in ("", "/history"):
            path = f"/api/v1/workflows/{each}{more}"
            found[path] = client.get(path)
    return {
        path: (page.status_code, _ANEW.sub("", page.text))
        for path, page in found.items()
    }


def _paths(ids):
    for each in ids:
        yield f"/workflows/{each}"
    # One that an admin overrode, and one that was superseded.
    for each in (ids[-3], ids[8]):
        yield f"/workflows/{each}/verify"
        yield f"/admin/overrides/{each}"
    yield from ("/workflows?q=ACME", "/quotes", "/quotes/Q-9", "/admin/overrides")
    yield from ("/desk/exceptions/EX-1", "/desk", f"/desk/reviews/{ids[0]}")
