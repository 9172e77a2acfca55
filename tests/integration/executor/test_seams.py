"""
Where two of the other human acts meet: bulk, added seats, files and advice.
"""

import pytest

from approval_engine.documents import load
from approval_engine.domain.actions import Action
from approval_engine.errors import Forbidden
from approval_engine.executor.answer import Caller
from approval_engine.executor.attached import attached
from approval_engine.executor.commands.act import Wish, act
from approval_engine.history import ways
from approval_engine.history.explain import lines
from approval_engine.history.reading import find, timeline
from approval_engine.operations import quote_intake
from approval_engine.operations.avoiding import of_preview, of_workflow
from approval_engine.operations.check import verify_all
from approval_engine.operations.preview import preview
from approval_engine.store import attachments, catalog
from tests.integration.executor.company import STEPS, document, quote
from tests.integration.executor.test_added_seats import add, added, say
from tests.integration.executor.test_advice_meets import ADVISED
from tests.integration.executor.test_attachments import CONTENT, SHA256


def decide(company, workflow, task, person, *, bulk=True):
    wish = Wish(workflow=workflow, task=task, action=Action.APPROVE, bulk=bulk)
    return act(company.runtime, wish, Caller(actor=person, channel="t"))


@pytest.fixture
def bulky(make_company):
    steps = {**STEPS, "finance": {**STEPS["finance"], "bulk": True}}
    return make_company(steps=steps)


def test_an_added_seat_is_decided_in_bulk_where_its_step_allows_it(bulky):
    workflow = bulky.started()
    add(bulky, workflow)
    (seat,) = added(bulky, workflow)

    assert decide(bulky, workflow, seat.id, "lara").status == "pending"
    assert decide(bulky, workflow, seat.id, "lara").result == "duplicate"
    bulky.act(workflow, "manager", "approve", "maria")
    task = bulky.task(workflow, "finance").id
    assert decide(bulky, workflow, task, "fred").status == "approved"
    assert bulky.findings() == ()


def test_an_added_seat_is_decided_alone_where_its_step_is(bulky):
    workflow = bulky.started()
    add(bulky, workflow, by="maria", step="manager")
    (seat,) = added(bulky, workflow, "manager")

    with pytest.raises(Forbidden, match="'manager' must be decided one task at a time"):
        decide(bulky, workflow, seat.id, "lara")
    assert say(bulky, workflow, "lara", step="manager").result == "applied"


def test_files_of_quote_and_review_are_pinned_by_what_was_decided_under(company):
    body = document(quote("Q-7", attachments=[CONTENT]))
    quote_intake.import_quotes(company.runtime, body)
    workflow = company.submit("Q-7").workflow
    wish = Wish(
        workflow=workflow,
        task=company.task(workflow, "finance").id,
        action=Action.APPROVE,
        comment="see the file",
        file=attached("task", "terms.txt", None, b"net 30"),
    )
    act(company.runtime, wish, Caller(actor="fred", channel="t"))

    case = company.case(workflow)
    with company.runtime.database.read() as transaction:
        pinned = load(catalog.body(transaction, case.evidence.quote))
        entry = timeline(company.runtime.database, workflow)[-1]
        kept = attachments.body(transaction, entry.attachment["sha256"])
    assert pinned["attachments"][0]["sha256"] == SHA256
    assert entry.event.action == "task_approved"
    assert kept == b"net 30"
    assert company.findings() == ()


@pytest.mark.broken
def test_a_file_that_was_changed_breaks_the_evidence_of_its_event_alone(company):
    workflow = company.started()
    wish = Wish(
        workflow=workflow,
        task=company.task(workflow, "finance").id,
        action=Action.COMMENT,
        comment="see the file",
        file=attached("task", "terms.txt", None, b"net 30"),
    )
    act(company.runtime, wish, Caller(actor="fred", channel="t"))
    with company.runtime.database.begin() as transaction:
        transaction.exec_driver_sql("UPDATE attachment SET size = 3")

    assert [each.first_altered for each in verify_all(company.runtime)] == [None]
    assert [each.invariant for each in company.findings()] == ["I43"]


@pytest.fixture
def advised(make_company):
    return make_company(**ADVISED)


def test_explain_tells_of_advice_and_never_of_a_step_that_asks_nobody(advised):
    workflow = advised.started()
    found = find(advised.runtime.database, workflow)
    planned = [step.id for step in found.plan.steps]

    assert planned == ["manager", "finance", "legal"]
    told = [line["step"] for line in lines(found) if "completion" in line]
    assert told == planned
    around = of_workflow(advised.runtime, found)
    assert list(around) == planned
    assert {line["step"] for line in ways.lines(around)} == set(planned)


def test_a_preview_offers_ways_around_the_same_steps_that_it_plans(advised):
    routed = preview(advised.runtime, advised.quote("Q-9"))

    found = of_preview(routed, advised.now)
    assert list(found) == [step.id for step in routed.plan.steps]
    assert all(found.values())
