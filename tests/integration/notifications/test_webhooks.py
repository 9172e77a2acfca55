"""
Webhooks: a real receiver that checks the signature of the raw bytes, and its bad days.
"""

import base64
import hashlib
import hmac
import json
import socket
import threading

import pytest

from approval_engine import worker
from approval_engine.domain.events import Fact
from approval_engine.errors import InvalidInput, NotFound, Undelivered
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.notifications import transport
from approval_engine.notifications.bodies import TYPES
from approval_engine.notifications.transport import Reach, post
from approval_engine.operations import intake, messages
from approval_engine.operations.invariants import check_all
from tests.integration.executor.company import document, policy
from tests.integration.executor.office import staff
from tests.integration.notifications.receivers import serving_hook


@pytest.fixture
def writer(writer):
    writer.set(server=None)
    return writer


def verified(request, key=b"a secret of both"):
    """
    The document of a request, if its signature holds.
    """
    _, headers, body = request
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    assert right in headers["webhook-signature"].split()
    return json.loads(body)


def test_a_webhook_is_told_of_what_it_asked_for_and_can_trust_it(company, writer, hook):
    writer.webhook(hook.url, "workflow.approved", "task.opened")
    workflow = company.started()
    assert writer.once() == (2, 0)
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")
    assert writer.once() == (1, 0)

    told = [verified(request) for request in hook.requests]
    assert [each["type"] for each in told] == [
        "task.opened",
        "task.opened",
        "workflow.approved",
    ]
    data = told[-1]["data"]
    assert (data["workflowId"], data["status"], data["quoteId"]) == (
        workflow,
        "approved",
        "Q-1",
    )
    # What the system that books the order asks for a clearance by.
    assert data["fingerprint"] == company.case(workflow).fingerprint
    assert {path for path, *_ in hook.requests} == {"/hook?from=cpq"}
    assert len({headers["webhook-id"] for _, headers, _ in hook.requests}) == 3
    assert check_all(company.runtime).findings == ()


def test_a_replaced_and_an_expired_approval_are_told(company, writer, hook):
    dated = document(policy(version="2", approvalValidDays=30))
    intake.publish_policy(company.runtime, dated, "dana")
    writer.webhook(hook.url, "workflow.superseded", "workflow.expired")
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    second = company.revised(first, justification="typo").workflow
    assert writer.once() == (1, 0)
    company.now = company.case(second).valid_until
    assert worker.once(company.runtime).fired == 1
    assert writer.once() == (1, 0)

    told = [verified(request) for request in hook.requests]
    assert [(each["type"], each["data"]["workflowId"]) for each in told] == [
        ("workflow.superseded", first),
        ("workflow.expired", second),
    ]
    assert [each["data"]["status"] for each in told] == ["superseded", "expired"]
    assert check_all(company.runtime).findings == ()


def test_an_override_is_told_as_what_it_is_with_what_was_approved(
    company, writer, hook
):
    staff(company)
    kinds = ("workflow.approved", "workflow.overridden", "workflow.override_requested")
    writer.webhook(hook.url, *kinds)
    workflow = company.started()
    for person in ("ada", "abe"):
        wish = Override(workflow=workflow, decision="approve", comment="now")
        override(company.runtime, wish, Caller(actor=person, channel="t"))
        assert writer.once()[0] == 1

    told = [verified(request) for request in hook.requests]
    assert [each["type"] for each in told] == list(kinds[:0:-1])
    asked, done = (each["data"] for each in told)
    assert (asked["actor"], asked["status"]) == ("ada", "pending")
    assert (done["actor"], done["status"]) == ("abe", "approved")
    assert done["fingerprint"] == company.case(workflow).fingerprint
    assert check_all(company.runtime).findings == ()


def test_a_changed_byte_breaks_the_signature(company, writer, hook):
    writer.webhook(hook.url, "workflow.submitted")
    company.started()
    writer.once()
    path, headers, body = hook.requests[0]

    assert verified((path, headers, body))["type"] == "workflow.submitted"
    for changed in (
        (path, headers, body.replace(b"Q-1", b"Q-2")),
        (path, headers | {"webhook-id": "msg_other"}, body),
        (path, headers | {"webhook-timestamp": "1"}, body),
    ):
        with pytest.raises(AssertionError):
            verified(changed)


def test_while_a_secret_is_replaced_both_are_good(company, writer, hook):
    writer.set(secrets={"default": (b"new", b"old")})
    writer.webhook(hook.url, "workflow.submitted")
    company.started()
    writer.once()

    (request,) = hook.requests
    assert verified(request, b"new") == verified(request, b"old")


@pytest.mark.parametrize("answer", [500, 404, 429, (302, {"Location": "/"}), None])
def test_what_failed_is_sent_again_with_the_same_id_and_a_new_time(
    company, writer, hook, answer
):
    writer.webhook(hook.url, "workflow.submitted")
    hook.answers.append(answer)
    company.started()
    assert writer.once() == (0, 1)
    assert writer.once() == (0, 0)
    company.wait(minutes=5)
    assert writer.once() == (1, 0)

    first, again = (headers for _, headers, _ in hook.requests)
    assert first["webhook-id"] == again["webhook-id"]
    assert first["webhook-timestamp"] != again["webhook-timestamp"]
    assert len(hook.requests) == 2  # a redirect was followed nowhere


def test_the_order_of_a_workflow_is_kept_and_others_go_on(company, writer, hook):
    writer.webhook(hook.url, "workflow.submitted", "workflow.planned", "task.opened")
    hook.answers.extend([204, 500])
    company.started()
    company.started()
    assert writer.once() == (1, 1)
    company.wait(minutes=5)
    assert writer.once() == (7, 0)

    told = [verified(request)["data"] for request in hook.requests]
    del told[1]
    for workflow in ("WF-8809", "WF-8810"):
        numbers = [each["seq"] for each in told if each["workflowId"] == workflow]
        assert numbers == [1, 2, 3, 4]


def test_a_receiver_that_is_away_holds_up_no_other(company, writer, hook):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    writer.webhook(f"http://127.0.0.1:{port}/", "workflow.submitted")
    writer.webhook(hook.url, "workflow.submitted")
    for _ in range(3):
        company.started()

    assert writer.once() == (3, 1)
    assert writer.once() == (0, 0)
    waiting = writer.rows(status="waiting", kind="submitted")
    assert sorted(row["attempts"] for row in waiting) == [0, 0, 1]


def test_an_ended_webhook_is_told_nothing_more(company, writer, hook):
    webhook = writer.webhook(hook.url, "workflow.submitted")
    company.started()
    messages.end_webhook(company.runtime, webhook)
    company.started()

    assert writer.once() == (0, 0)
    recipient = f"webhook={webhook}"
    assert writer.statuses(recipient=recipient) == ["cancelled"]
    with pytest.raises(NotFound):
        messages.end_webhook(company.runtime, webhook)


def test_without_its_secret_nothing_is_sent(company, writer, hook):
    writer.webhook(hook.url, "workflow.submitted")
    writer.set(secrets={})
    company.started()

    assert writer.once() == (0, 1)
    assert hook.requests == []


def test_slack_and_teams_get_bodies_of_theirs_with_nothing_to_execute(
    company, writer, hook
):
    for shape in ("slack", "teams"):
        writer.webhook(hook.url, "workflow.submitted", shape=shape)
    company.started(account="ACME <!channel> & [x](javascript:1)")
    writer.once()

    told = [verified(request) for request in hook.requests]
    slack, teams = sorted(told, key=lambda each: "attachments" in each)
    assert "ACME &lt;!channel&gt; &amp;" in slack["text"]
    assert "<https://cpq.example/workflows/WF-8809|Open>" in slack["text"]
    assert slack["blocks"][0]["text"] == {"type": "mrkdwn", "text": slack["text"]}
    (attachment,) = teams["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["body"][0]["type"] == "RichTextBlock"
    assert card["body"][0]["inlines"][0]["text"].startswith("ACME <!channel> &")
    assert card["actions"][0]["url"] == "https://cpq.example/workflows/WF-8809"


def test_every_fact_has_a_type_of_its_own():
    assert sorted(TYPES.values()) == sorted(Fact)
    assert all("." in each for each in TYPES)


@pytest.mark.parametrize(
    ("url", "kinds", "secret", "words"),
    [
        ("http://hooks.example/", ["task.opened"], "default", "will not do"),
        ("https://hooks.example/", ["task.eaten"], "default", "a kind of event"),
        ("https://hooks.example/", ["task.opened"], "crm", "a secret named 'crm'"),
    ],
)
def test_a_webhook_that_could_never_work_is_refused(
    company, writer, url, kinds, secret, words
):
    writer.set(reach=Reach())
    with pytest.raises(InvalidInput, match=words):
        messages.add_webhook(company.runtime, writer.post, (url, "json", secret), kinds)


def test_this_machine_is_reached_only_where_that_is_allowed(company, writer, hook):
    writer.webhook(hook.url, "workflow.submitted")
    company.started()
    writer.set(reach=Reach())

    assert writer.once() == (0, 1)
    assert hook.requests == []


def serve_once(answer):
    """
    A receiver that says these bytes, then nothing more, until the other side leaves.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        with listener, listener.accept()[0] as line:
            line.recv(65536)
            try:
                for part in answer:
                    line.sendall(part)
                while line.recv(65536):
                    pass
            except OSError:
                return

    thread = threading.Thread(target=run)
    thread.start()
    return listener.getsockname()[1], thread


def endless(part):
    while True:
        yield part


def test_nobody_listens_to_what_stands_behind_the_status():
    port, thread = serve_once(endless(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 65536))
    status = post(f"http://127.0.0.1:{port}/", {}, b"", Reach(loopback=True))
    thread.join()

    assert status == 200


@pytest.mark.parametrize(
    "answer",
    [
        endless(b"X-Header: and another\r\n"),
        [b"HTTP/1.1 200 OK\r\n", *[b"A: b\r\n"] * 20000],
        [b"HTTP/1.1 2"],
        [],
    ],
    ids=["no status", "endless headers", "half a status", "silence"],
)
def test_an_answer_that_never_comes_is_given_up(monkeypatch, answer):
    monkeypatch.setattr(transport, "TOTAL_S", 0.3)
    port, thread = serve_once(answer)
    with pytest.raises(Undelivered, match="broke off"):
        post(f"http://127.0.0.1:{port}/", {}, b"", Reach(loopback=True))
    thread.join()


def test_the_certificate_must_be_of_the_name_though_an_address_is_connected_to(
    certificate,
):
    context, asked = certificate
    reach = Reach(loopback=True)

    def wrap(listener):
        return context.wrap_socket(listener, server_side=True)

    with serving_hook(wrap) as hook:
        status = post(f"https://localhost:{hook.port}/", {}, b"{}", reach)
        with pytest.raises(Undelivered, match="certificate"):
            post(f"https://127.0.0.1:{hook.port}/", {}, b"{}", reach)

    assert (status, asked[0]) == (204, "localhost")
    assert hook.requests[0][1]["Host"] == f"localhost:{hook.port}"
    assert len(hook.requests) == 1
