"""
Nothing of what an incident holds is sent; all that waits goes out afterwards.
"""

import json

import pytest
from sqlalchemy import text

from approval_engine.errors import Quarantined
from approval_engine.executor.answer import Caller
from approval_engine.operations.incidents import close, mend
from approval_engine.store import gauges
from tests.integration.executor.test_incident import break_state

ROOT = Caller(actor="root", channel="t")


def break_timers(company, workflow):
    statement = text("UPDATE workflow_instance SET timers = '[1]' WHERE id = :id")
    with company.runtime.database.begin() as transaction:
        transaction.execute(statement, {"id": workflow})


def let_go(company):
    found = mend(company.runtime, None, ROOT, only_look=False)
    assert [each.against for each in found] == [""]
    close(company.runtime, "IN-1", "root")


def test_what_is_held_asks_nobody_until_it_is_let_go(company, writer, mailbox):
    held, free = company.started(account="Globex"), company.started()
    break_state(company, held, b"{}")
    with pytest.raises(Quarantined):
        company.act(held, "finance", "approve", "fred")
    writer.once()

    (mail,) = mailbox.of("maria")
    assert (free in mail.text, held in mail.text) == (True, False)
    company.wait(minutes=1)
    with company.runtime.database.read() as transaction:
        assert gauges.read(transaction, company.now).outbox_due_at is None
    let_go(company)
    writer.once()
    assert held in mailbox.of("maria")[1].text
    assert set(writer.statuses()) == {"sent"}


def test_what_nobody_can_write_holds_its_workflow_and_no_other_mail(
    company, writer, mailbox
):
    whole, broken = company.started(), company.started(account="Globex")
    break_timers(company, broken)
    writer.once()

    (mail,) = mailbox.of("maria")
    assert (whole in mail.text, broken in mail.text) == (True, False)
    with pytest.raises(Quarantined, match=f"'{broken}' is held by incident 'IN-1'"):
        company.act_on_nothing(broken)
    assert writer.once() == (0, 0)
    let_go(company)
    writer.once()
    first, second = mailbox.of("maria")
    assert (whole in second.text, broken in second.text) == (False, True)
    assert first.mail["Message-ID"] != second.mail["Message-ID"]


def test_a_webhook_hears_nothing_of_what_is_broken(company, writer, hook):
    def told():
        bodies = (json.loads(body) for _, _, body in hook.requests)
        return {each["data"]["workflowId"] for each in bodies}

    writer.set(server=None)
    writer.webhook(hook.url, "task.opened")
    whole, broken = company.started(), company.started(account="Globex")
    break_timers(company, broken)
    writer.once()

    assert told() == {whole}
    assert writer.once() == (0, 0)
    let_go(company)
    writer.once()
    assert told() == {whole, broken}
