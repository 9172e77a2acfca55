"""
`cpq outbox`, `cpq webhook` and what `cpq worker` sends.
"""

import re

import pytest

from tests.integration.notifications.receivers import serving_hook, serving_mail

SECRET = {"CPQ_WEBHOOK_SECRET": "whsec_AAECAw== crm=word"}


@pytest.fixture
def mailbox():
    with serving_mail() as box:
        yield box


def add(shell, *more, **environment):
    return shell(
        "webhook", "add", "--url", "https://hooks.example/a?key=word",
        "--kind", "workflow.approved", *more, **SECRET, **environment,
    )  # fmt: skip


def test_a_webhook_is_added_listed_and_ended(office):
    added = add(office, "--kind", "task.opened", "--shape", "slack", "--secret", "crm")
    line = (
        r"webhook=(WH-[0-9a-f]{8}) status=running shape=slack secret=crm"
        r" kinds=\[task.opened,workflow.approved\] host=hooks.example"
    )
    webhook = re.fullmatch(line, added.out.strip())[1]

    assert office.ok("webhook", "list").lines == added.lines
    ended = office.ok("webhook", "end", "--webhook", webhook)
    assert ended.lines == [f"webhook={webhook} status=ended"]
    assert "status=ended" in office.ok("webhook", "list").out
    assert office("webhook", "end", "--webhook", webhook).code == 3


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--secret", "slack"), 4, "a secret named 'slack'"),
        (("--url", "https://127.0.0.1:25/"), 4, "port 25 belongs"),
        (("--url", "http://hooks.example/"), 4, "it begins with 'http:'"),
        (("--url", "hooks.example/a"), 2, "it begins with no 'https:'"),
        (("--url", "https:///a"), 2, "it names no host"),
        (("--url", "https://[1"), 2, "it cannot be read"),
        (("--url", "https://hooks.example:port/"), 2, "it cannot be read"),
        (("--kind", "task.eaten"), 2, "a kind of event"),
    ],
)
def test_a_webhook_that_could_never_work_is_refused(office, options, code, words):
    ended = add(office, *options)

    assert ended.code == code
    assert words in ended.err
    assert office.ok("webhook", "list").out == ""


def test_the_worker_sends_and_what_is_stuck_can_be_seen_and_tried_again(
    office, mailbox
):
    mailbox.refuses["fred@example.com"] = "550 no such person"
    server = {"CPQ_SMTP_URL": mailbox.url, "CPQ_MAIL_FROM": "cpq@halden.example"}
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    said = office.ok("worker", "--once", **server)
    assert said.lines == ["fired=0 held=[] sent=2 failed=1"]
    (line,) = office.ok("outbox", "list", "--status", "waiting").lines
    assert line.startswith("message=WF-8809:4:asked:fred workflow=WF-8809 task=T-2")
    assert "tries=1" in line
    assert line.endswith('because="The mail server refused it: 550 no such person."')
    assert office.ok("outbox", "list", "--status", "dead").out == ""
    mailbox.refuses.clear()
    message = "WF-8809:4:asked:fred"
    assert office.ok("outbox", "retry", "--id", message).lines == [
        f"message={message} status=waiting"
    ]
    assert office.ok("worker", "--once", **server).lines == [
        "fired=0 held=[] sent=1 failed=0"
    ]

    assert office("outbox", "retry", "--id", message).code == 4
    assert office("outbox", "retry", "--id", "nothing").code == 3
    assert len(office.ok("--json", "outbox", "list").json) == 3


def test_without_a_mail_server_mails_wait_and_that_is_said(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    said = office.ok("worker", "--once")

    assert said.lines == ["fired=0 held=[]"]
    assert said.err.count("CPQ_SMTP_URL is not set") == 1
    assert len(office.ok("outbox", "list", "--status", "waiting").lines) == 3


def test_a_mail_server_without_a_sender_is_refused(office):
    ended = office("worker", "--once", CPQ_SMTP_URL="smtp://mail.example")

    assert ended.code == 4
    assert "CPQ_MAIL_FROM" in ended.err


def test_a_rehearsal_may_send_to_this_machine(office):
    with serving_hook() as hook:
        here = {**SECRET, "CPQ_ALLOW_LOOPBACK": "1"}
        office.ok(
            "webhook", "add", "--url", hook.url, "--kind", "workflow.submitted", **here
        )
        office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
        said = office.ok("worker", "--once", **here)

    assert said.lines == ["fired=0 held=[] sent=1 failed=0"]
    assert len(hook.requests) == 1


def test_a_limit_is_a_number_that_a_database_can_count(office):
    assert office("outbox", "list", "--limit", "9" * 20).code == 2
