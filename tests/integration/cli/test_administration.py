"""
The commands behind the buttons of the administration, and what they refuse.
"""

import pytest

from tests.integration.cli.test_messages import SECRET, add
from tests.integration.executor.office import people
from tests.integration.notifications.receivers import serving_hook

OTHER = {"CPQ_WEBHOOK_SECRET": "first new=second"}


def of(line, name):
    """
    A value of a `key=value` line.
    """
    return dict(part.split("=", 1) for part in line.split())[name]


def test_a_token_that_is_revoked_opens_nothing(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    made = office.ok("token", "create", "--user", "fred", "--scope", "read").lines[0]
    token, secret = of(made, "token"), of(made, "secret")
    assert office("inbox", CPQ_TOKEN=secret).code == 0
    for _ in range(2):
        assert office.ok("token", "revoke", "--token", token).lines == [
            f"token={token} user=fred status=revoked"
        ]

    assert office("inbox", CPQ_TOKEN=secret).code == 4
    assert office("token", "revoke", "--token", "K-9").code == 3


def test_a_message_is_given_up_and_stays_so(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    message = "WF-8809:4:asked:fred"
    for _ in range(2):
        assert office.ok("outbox", "give-up", "--id", message).lines == [
            f"message={message} status=cancelled"
        ]

    assert office("outbox", "retry", "--id", message).code == 4
    assert office("outbox", "give-up", "--id", "nothing").code == 3


def test_a_webhook_is_tried_out_and_signed_anew(office):
    with serving_hook() as hook:
        here = {**OTHER, "CPQ_ALLOW_LOOPBACK": "1"}
        where = ("--url", hook.url, "--kind", "workflow.approved")
        webhook = of(office.ok("webhook", "add", *where, **here).lines[0], "webhook")
        name = ("--webhook", webhook)
        assert office.ok("webhook", "test", *name, **here).lines == [
            f"webhook={webhook} answered=204"
        ]
        sign = ("webhook", "sign-with", *name, "--secret")
        assert office.ok(*sign, "new", **here).lines == [
            f"webhook={webhook} secret=new"
        ]
        assert office(*sign, "none", **here).code == 4
        office.ok("webhook", "test", *name, **here)
        hook.answers.append(500)
        assert "answered=500" in office.ok("webhook", "test", *name, **here).out
        first, second, _ = (each[1]["webhook-signature"] for each in hook.requests)
    silent = office("webhook", "test", *name, **here)

    assert first != second
    assert silent.code == 4
    assert "does not answer" in silent.err


def test_an_ended_webhook_is_neither_tried_nor_signed(office):
    webhook = of(add(office).lines[0], "webhook")
    office.ok("webhook", "end", "--webhook", webhook)
    name = ("--webhook", webhook)

    assert office("webhook", "test", *name, **SECRET).code == 3
    signed = office("webhook", "sign-with", *name, "--secret", "crm", **SECRET)
    assert signed.code == 3


@pytest.fixture
def asked(office):
    """
    An office with two admins, one of whom asked for an override.
    """
    office.ok("directory", "import", office.file("people.json", people()))
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    override(office, "ada")
    return office


def override(office, person, verb="override", comment="the board"):
    what = ("--workflow", "WF-8809", "--comment", comment)
    return office("--as", person, "approval", verb, *what)


def test_the_second_admin_refuses_and_the_review_goes_on(asked):
    assert override(asked, "abe", "refuse-override", " ").code in {2, 4}
    for _ in range(2):
        assert (
            override(asked, "abe", "refuse-override")
            .lines[0]
            .startswith("workflow=WF-8809 action=refuse-override result=")
        )
    assert override(asked, "ada", "refuse-override").code == 4
    again = override(asked, "abe").lines[0]

    assert "action=request-override" in again
    assert "status=pending" in again


def test_only_an_admin_refuses(asked):
    refused = override(asked, "fred", "refuse-override")

    assert refused.code == 4
    assert "'fred' is no admin" in refused.err


def test_what_is_kept_for_how_long_is_shown_changed_and_swept(office):
    usual = "retention answers=30 messages=90 origins=365 texts=forever log_ins=7"
    assert office.ok("db", "retention").lines == [f"{usual} archive=never"]
    changed = office.ok("db", "retention", "--texts", "400", "--answers", "forever")
    now = "retention answers=forever messages=90 origins=365 texts=400 log_ins=7"
    assert changed.lines == [f"{now} archive=never"]
    assert office.ok("db", "retention").lines == changed.lines
    assert office("db", "retention", "--texts", "0").code == 2
    for options, word in ((("--dry-run",), "would_delete"), ((), "deleted")):
        line = f"{word} answers=0 messages=0 origins=0 texts=0 log_ins=0"
        assert office.ok("db", "tidy", *options).lines == [line]


def test_logs_are_put_away_when_somebody_says_which(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-2")
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    later = {"CPQ_NOW": "2026-12-02T09:00:00Z"}
    unsaid = office("db", "archive", **later)
    assert (unsaid.code, "nothing is archived" in unsaid.err) == (2, True)
    both = office("db", "archive", "--older", "9", "--before", "2026-05-01")
    assert (both.code, "Give either" in both.err) == (2, True)
    assert office("db", "retention", "--archive", "0").code == 2
    refused = office("db", "retention", "--archive", "30", "--answers", "9")
    assert "these are kept 90 days, and logs would be archived after 30" in refused.err
    kept = office.ok("db", "retention", "--archive", "100").lines[0]
    assert kept.startswith("retention answers=30 ")
    assert kept.endswith(" archive=100")
    none = "workflows=0 events=0 texts=0 origins=0 left=0"
    assert office.ok("db", "archive").lines == [f"archived {none}"]
    for options in (("--before", "2026-03-02"), ("--older", "300")):
        assert office.ok("db", "archive", *options, **later).lines == [
            f"archived {none}"
        ]

    one = "workflows=1 events=3 texts=0 origins=0 left=0"
    looked = office.ok("db", "archive", "--dry-run", **later)
    assert looked.lines == [f"would_archive {one}"]
    done = office.ok("--json", "db", "archive", "--before", "2026-03-03", **later)
    assert done.json["workflows"] == 1
    assert office.ok("db", "archive", **later).lines == [f"archived {none}"]
    assert office.ok("db", "check", **later).lines == ["check=ok workflows=2 events=7"]
