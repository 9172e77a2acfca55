"""
What a receiver is told of requests, commands, workers and messages, and what not.
"""

import json
import os
import re
from dataclasses import replace

import pytest

from approval_engine import logs, traces, worker
from approval_engine.accounts.tokens import create
from approval_engine.config import Settings
from approval_engine.errors import Forbidden, StorageError
from approval_engine.notifications.post import Post
from approval_engine.notifications.smtp import mail_server
from approval_engine.notifications.transport import Reach
from approval_engine.operations import messages
from approval_engine.store import workflows
from approval_engine.web.app import create_app
from tests.conftest import ON_BOTH
from tests.integration.executor.company import Company

SECRET = "a secret key that only tests know"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLED = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
ON_EACH = pytest.mark.parametrize("url", ON_BOTH, indirect=True)
KEYS = {"default": (b"a secret of both",)}
INTERNAL, SERVER, CLIENT, PRODUCER = 1, 2, 3, 4


@pytest.fixture
def client(company):
    _, secret = create(company.runtime, "sam", ("read", "act", "submit"), None)
    client = create_app(Settings(secret_key=SECRET), company.runtime).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.fixture
def post(mailbox):
    return Post(
        sender="Approvals <cpq@halden.example>",
        server=mail_server(mailbox.url),
        base_url="https://cpq.example",
        secrets=KEYS,
        reach=Reach(loopback=True),
    )


def submit(client, quote_id, **headers):
    return client.post(
        "/api/v1/workflows",
        json={"quoteId": quote_id},
        headers={"Idempotency-Key": f"k-{quote_id}", **headers},
    )


@ON_EACH
def test_a_submit_can_be_followed_from_its_caller_to_its_messages(
    company, client, post, hook, mailbox, collector
):
    """
    Caller → request → command → transaction; and from the command, by links that lead
    there and back, to the mails and the webhook that another process sends later.
    """
    what = (hook.url, "json", "default")
    messages.add_webhook(company.runtime, post, what, ["task.opened"])
    answer = submit(client, company.quote(), **CALLED)
    assert answer.status_code == 201, answer.text
    worker.once(company.runtime, post=post)
    traces.end()

    (request,) = [span for span in collector.spans if span.kind == SERVER]
    assert (request.trace, request.parent) == (TRACE, PARENT)
    assert request.name == "POST /api/v1/workflows"
    assert request.facts["http.request.method"] == "POST"
    assert request.facts["http.route"] == "/api/v1/workflows"
    assert request.facts["http.response.status_code"] == answer.status_code
    assert request.facts["url.scheme"] == "http"
    assert request.service["service.name"] == "cpq"

    command = collector.one("submit")
    assert (command.trace, command.parent) == (TRACE, request.id)
    assert command.facts["cpq.workflow.id"] == answer.json["id"]
    assert command.facts["cpq.workflow.status"] == "pending"
    assert command.facts["cpq.outcome"] == "applied"
    (transaction,) = collector.parts(command)
    backend = company.runtime.database.url.get_backend_name()
    assert (transaction.name, transaction.kind) == ("transaction", CLIENT)
    assert transaction.facts["db.system.name"] == backend
    assert transaction.facts["cpq.db.statements"] > 2
    took = transaction.facts["cpq.db.seconds"]
    assert 0 < took <= transaction.nanoseconds / 1e9

    created = collector.one("create messages")
    assert created.kind == PRODUCER
    assert created.links == ((TRACE, command.id),)
    assert command.links == ((created.trace, created.id),)
    assert created.trace != TRACE
    sent = collector.named("send mail", "send webhook")
    assert {span.trace for span in sent} == {created.trace}
    assert {span.parent for span in sent} == {created.id}
    assert {span.facts["cpq.outcome"] for span in sent} == {"sent"}
    assert {span.facts["cpq.message.attempt"] for span in sent} == {1}
    mails = collector.named("send mail")
    assert {span.facts["cpq.message.kind"] for span in mails} == {"asked"}
    assert len(mails) == len(mailbox.received) > 1

    # Whoever receives a webhook goes on in the very same trace.
    _, headers, _ = hook.requests[0]
    first = collector.named("send webhook")[0]
    assert first.facts["http.response.status_code"] == 204
    assert headers["traceparent"].startswith(f"00-{first.trace}-{first.id}-")
    assert "tracestate" not in headers


def test_a_worker_is_silent_until_it_finds_something_to_do(company, collector):
    workflow = company.started()
    worker.once(company.runtime)
    worker.once(company.runtime)
    traces.end()
    assert collector.named("worker round", "timers", "windows", "tick") == []

    traces.set_up(os.environ, "1")
    company.wait(days=10)
    worker.once(company.runtime)
    traces.end()
    around = collector.one("worker round")
    timers = collector.one("timers")
    tick = collector.one("tick")
    assert around.parent == ""
    assert around.facts["cpq.fired"] == 1
    assert collector.parts(around) == [timers]
    assert tick.parent == timers.id
    assert tick.facts["cpq.workflow.id"] == workflow
    assert tick.facts["cpq.outcome"] == "applied"
    assert timers.facts["cpq.db.statements"] > 0


def test_a_command_is_called_by_what_it_does_and_a_refusal_is_no_failure(
    company, collector
):
    workflow = company.started()
    with pytest.raises(Forbidden):
        company.act(workflow, "finance", "approve", "sam")
    company.act(workflow, "finance", "approve", "fred")
    company.act(workflow, "finance", "approve", "fred")
    company.act(workflow, "manager", "reject", "maria")
    traces.end()
    refused, *approved = collector.named("approve")

    assert refused.facts["cpq.outcome"] == "refused"
    assert refused.facts["cpq.refusal"] == "Forbidden"
    assert refused.facts["cpq.workflow.id"] == workflow
    assert not refused.failed
    assert [each.facts["cpq.outcome"] for each in approved] == ["applied", "duplicate"]
    assert collector.one("reject").facts["cpq.workflow.status"] == "rejected"
    # What was undone, or done before, tells nobody anything.
    told = [span for span in collector.spans if span.links and span.name == "approve"]
    assert told == [approved[0]]


def test_what_breaks_is_a_failure_without_a_sentence(company, collector, monkeypatch):
    workflow = company.started()

    def away(*_):
        raise StorageError("the host of the database of Halden is away")

    monkeypatch.setattr(workflows, "lock", away)
    with pytest.raises(StorageError):
        company.act(workflow, "finance", "approve", "fred")
    traces.end()
    broken = collector.one("approve")

    assert broken.failed
    assert broken.facts["error.type"] == "StorageError"
    assert broken.facts["cpq.outcome"] == "failed"
    assert all(b"Halden" not in body for body in collector.bodies)


def test_what_was_promised_within_a_command_that_is_undone_is_not_told(
    company, collector
):
    def carry(*, undone):
        with traces.command("outer"), traces.command("inner") as span:
            span.promise(("WF-1", "2026-03-02T09:00:00.000000Z"))
        if undone:
            raise Forbidden

    def both(*, undone):
        with traces.command("whole"):
            carry(undone=undone)

    with pytest.raises(Forbidden):
        both(undone=True)
    both(undone=False)
    traces.end()
    created = collector.one("create messages")
    first, second = collector.named("whole")

    assert (first.links, second.links) == ((), ((created.trace, created.id),))
    assert {span.links for span in collector.named("outer", "inner")} == {()}


def test_a_message_that_does_not_arrive_says_so(
    company, post, hook, mailbox, collector
):
    what = (hook.url, "json", "default")
    messages.add_webhook(company.runtime, post, what, ["workflow.approved"])
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    company.act(workflow, "manager", "approve", "maria")
    hook.answers = [503]
    mailbox.refuses = {"sam@example.com": "550 nobody"}
    worker.once(company.runtime, post=post)
    company.wait(hours=1)
    gone = replace(post, server=mail_server("smtp://127.0.0.1:1"))
    worker.once(company.runtime, post=gone)
    traces.end()
    hooks, mails = collector.named("send webhook"), collector.named("send mail")

    assert [each.facts["cpq.outcome"] for each in hooks] == ["failed", "sent"]
    assert [each.facts["cpq.message.attempt"] for each in hooks] == [1, 2]
    assert hooks[0].facts["http.response.status_code"] == 503
    assert hooks[0].failed
    assert not hooks[1].failed
    assert hooks[0].trace == hooks[1].trace
    assert [each.facts["cpq.outcome"] for each in mails if each.failed] == [
        "failed"
    ] * 2
    assert {span.name for span in collector.spans} >= {"worker round", "outbox"}


def test_what_people_wrote_and_who_they_are_leaves_in_no_span(
    company, client, post, hook, mailbox, collector
):
    what = (hook.url, "json", "default")
    messages.add_webhook(company.runtime, post, what, ["task.opened"])
    workflow = submit(client, company.quote("Q-WORDY"), **CALLED).json["id"]
    company.act(workflow, "finance", "reject", "fred", comment="wordy and secret")
    client.get("/quotes?q=wordy-search&token=wordy-key")
    client.get("/m/wordy-link-key")
    client.open("/tasks/wordy-task", method="WORDY")
    client.get("/nothing/wordy")
    client.get("/api/v1/workflows/wordy", headers={"User-Agent": "wordy"})
    client.post("/login", data={"user": "maria", "password": "wordy"})
    submit(client, "wordy-quote", baggage="user=wordy")
    worker.once(company.runtime, post=post)
    traces.end()
    text = b"\n".join(collector.bodies).lower()

    assert len(mailbox.received) > 0
    assert len(collector.named("submit")) == 1
    assert len([span for span in collector.spans if span.kind == SERVER]) == 8
    assert collector.named("_OTHER", "_OTHER /tasks/<task_id>")
    for word in (b"wordy", b"maria", b"fred", b"example.com", b"127.0.0.1", b"halden"):
        assert word not in text
    assert not re.search(rb"\bsam\b|\bq-1\b|bearer|finance", text)


def test_probes_and_files_leave_no_span(client, collector):
    for path in ("/healthz", "/readyz", "/metrics", "/static/app.css"):
        client.get(path, headers=CALLED, buffered=True)
    client.get("/login")
    traces.end()

    assert [span.name for span in collector.spans] == ["GET /login"]


def test_a_line_of_the_log_names_its_trace(client, caplog):
    caplog.handler.setFormatter(logs.AsJson())
    with caplog.at_level("INFO"):
        client.get("/login", headers=CALLED)
    lines = [json.loads(line) for line in caplog.text.splitlines()]

    assert [each["trace_id"] for each in lines if each["action"] == "request"] == [
        TRACE
    ]


@pytest.mark.parametrize("sampler", ["traceidratio", "parentbased_traceidratio"])
def test_a_share_of_traces_is_whole(url, record, sampler, post, collector):
    """
    Who sends decides by the same id as who promised, so a trace has both or none.
    """
    record(TRACES_SAMPLER=sampler, TRACES_SAMPLER_ARG="0.5")
    company = Company(url)
    for _ in range(12):
        company.started()
        worker.once(company.runtime, post=post)
    company.runtime.database.close()
    traces.end()
    created = {span.trace for span in collector.named("create messages")}
    parents = {span.trace for span in collector.named("send mail")}

    assert created == parents
    assert 0 < len(created) < 12
