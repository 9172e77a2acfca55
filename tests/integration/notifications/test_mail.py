"""
Mails on their way to a real mail server, and everything that can go wrong there.
"""

import re
from datetime import timedelta
from html import unescape

import pytest

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import tick
from approval_engine.executor.commands.recall import recall
from approval_engine.notifications import deliver, smtp
from approval_engine.notifications.post import MOST_TRIES
from approval_engine.operations import intake
from tests.integration.executor.company import STEPS, directory, document, policy
from tests.integration.notifications.receivers import serving_mail


def words(text):
    return [word for word in re.split(r"[\s-]+", text) if word]


def test_whoever_is_asked_gets_a_mail_that_says_what_why_and_what_else(
    company, writer, mailbox
):
    workflow = company.started()
    sent = writer.once()

    assert sent == (3, 0)
    (mail,) = mailbox.of("maria")
    assert mail.mail["Subject"] == (
        "[Due Wed 17:00] ACME USD 184,000: manager approval (margin 21.4 %, floor 24 %)"
    )
    assert "What is asked: approve, return or reject, due Wed 4 Mar 2026" in mail.text
    assert "- Margin 21.4 %, asked when below 24 %" in mail.text
    assert "If you do nothing: Director is asked, " in mail.text
    assert "Finance: Fred or Fiona (open)" in mail.text
    assert re.search(r"Open and decide: https://cpq\.example/m/[\w-]{43}\s", mail.text)
    assert workflow in mail.text
    assert set(writer.statuses()) == {"sent"}
    assert writer.once() == (0, 0)


def test_text_and_html_say_the_same(company, writer, mailbox):
    company.started(
        account="ACME <b>& Sons</b>",
        lines=[
            {
                "id": "1",
                "product": "Seat",
                "family": "SW",
                "quantity": "10",
                "listPrice": "100",
                "netPrice": "80",
            }
        ],
        amount="800",
    )
    writer.once()
    (mail,) = mailbox.of("maria")
    link = re.search(r"https://\S+", mail.text)[0]
    body = mail.html.partition("<body")[2].partition(">")[2]

    assert f'href="{link}"' in mail.html
    assert words(mail.text.replace(f": {link}", "")) == words(
        unescape(re.sub(r"<[^>]*>", " ", body))
    )
    assert "ACME &lt;b&gt;&amp; Sons&lt;/b&gt;" in mail.html


def test_a_person_gets_one_mail_for_everything_that_waits(company, writer, mailbox):
    first, second = company.started(), company.started(account="Globex")
    writer.once()

    (mail,) = mailbox.of("maria")
    assert mail.mail["Subject"] == "[Due Wed 17:00] 2 approvals: ACME, Globex"
    assert mail.text.count("Open and decide") == 2
    assert first in mail.text
    assert second in mail.text
    assert len(mail.mail["References"].split()) == 2


def test_mails_about_a_workflow_hang_under_one_thread(company, writer, mailbox):
    workflow = company.started()
    writer.once()
    company.act(workflow, "finance", "return", "fred", comment="lower\nit")
    writer.once()

    (asked,), (told,) = mailbox.of("maria"), mailbox.of("sam")
    assert asked.mail["References"] == told.mail["References"]
    assert told.mail["In-Reply-To"] == asked.mail["In-Reply-To"]
    assert asked.mail["Message-ID"] != told.mail["Message-ID"]
    assert told.mail["Subject"] == (
        "ACME USD 184,000: quote Q-1 revision 1 was returned for changes"
    )
    assert "by Fred" in told.text
    assert "What was written: lower it" in told.text
    assert f"https://cpq.example/workflows/{workflow}" in told.text


def test_nothing_is_sent_for_what_is_decided_already(company, writer, mailbox):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    writer.once()

    assert mailbox.of("fiona") == []
    assert len(mailbox.of("maria")) == 1
    assert writer.statuses(recipient="fiona") == ["cancelled"]


def test_what_is_decided_after_a_sender_took_the_message_is_not_sent(
    company, writer, mailbox
):
    workflow = company.started()
    company.act(workflow, "finance", "approve", "fred")
    # As if the decision had come between the claim and the mail.
    writer.change(
        "UPDATE outbox SET status = 'waiting', next_attempt_at = created_at"
        " WHERE recipient = 'fiona'"
    )
    writer.once()

    assert mailbox.of("fiona") == []
    assert writer.statuses(recipient="fiona") == ["cancelled"]


def test_nothing_is_sent_for_a_task_that_moved_on_while_its_message_waited(
    company, writer, mailbox
):
    workflow = company.started()
    company.act(workflow, "finance", "delegate", "fred", to="fiona")
    writer.once()

    assert mailbox.of("fred") == []
    assert len(mailbox.of("fiona")) == 1
    assert writer.statuses(recipient="fred") == ["cancelled"]
    assert "as a stand-in" in mailbox.of("fiona")[0].text


def test_nothing_is_asked_for_a_workflow_that_was_recalled(company, writer, mailbox):
    workflow = company.started()
    recall(company.runtime, workflow, "no", Caller(actor="sam", channel="t"))
    writer.once()

    assert mailbox.received == []


def test_after_a_revision_only_the_new_review_asks(company, writer, mailbox):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.quote("Q-1", revision=2, owner="olga", justification="typo")
    second = company.submit("Q-1", actor="sam").workflow
    writer.once()

    assert mailbox.of("maria") == []
    (mail,) = mailbox.of("fred")
    assert second in mail.text
    assert first not in mail.text


def test_without_a_mail_server_messages_wait(company, writer):
    company.started()
    writer.set(server=None)

    assert writer.once() == (0, 0)
    assert {row["attempts"] for row in writer.rows(status="waiting")} == {0}


def test_a_bad_address_blocks_nobody_else(company, writer, mailbox):
    mailbox.refuses["fred@example.com"] = "550 no such person"
    company.started()

    assert writer.once() == (2, 1)
    assert len(mailbox.of("maria")) == len(mailbox.of("fiona")) == 1
    assert writer.statuses(recipient="fred") == ["waiting"]


FAULTS = [
    ("mail", "451 greylisted"),
    ("rcpt", "450 come back"),
    ("rcpt", "550 unknown"),
    ("data", "554 no"),
    ("refused", "451 try later"),
    ("refused", "552 too big"),
    ("refused", None),
    ("data", None),
    ("mail", "421 closing"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_what_failed_arrives_at_a_later_try_under_the_same_id(
    company, writer, mailbox, fault
):
    company.started()
    mailbox.faults.append(fault)
    writer.once()
    before = {row["id"] for row in writer.rows(status="waiting")}
    assert before
    assert writer.once() == (0, 0)
    company.wait(minutes=5)
    writer.once()

    assert set(writer.statuses()) == {"sent"}
    for person in ("maria", "fred", "fiona"):
        assert len(mailbox.of(person)) == 1


def test_a_mail_that_was_taken_but_not_acknowledged_comes_again_as_the_same(
    company, writer, mailbox
):
    company.started()
    mailbox.faults.append(("dot", None))
    writer.once()
    company.wait(minutes=5)
    writer.once()

    ids = [each.mail["Message-ID"] for each in mailbox.received]
    assert (len(ids), len(set(ids))) == (4, 3)
    assert set(writer.statuses()) == {"sent"}


def test_a_server_that_says_nothing_is_left_and_tried_again(
    company, writer, mailbox, monkeypatch
):
    monkeypatch.setattr(smtp, "TOTAL_S", 0.2)
    company.started()
    mailbox.faults.append(("dot", ...))

    assert writer.once() == (0, 1)
    # Only one was tried: the server as such is away, which is no fault of the others.
    assert sorted(row["attempts"] for row in writer.rows()) == [0, 0, 1]
    monkeypatch.setattr(smtp, "TOTAL_S", 10.0)
    company.wait(minutes=5)
    assert writer.once() == (3, 0)


def test_a_server_that_is_away_costs_the_others_no_try(company, writer, mailbox):
    company.started()
    writer.set(server=smtp.mail_server("smtp://127.0.0.1:1"))

    assert writer.once() == (0, 1)
    assert writer.once() == (0, 0)
    assert sorted(row["attempts"] for row in writer.rows()) == [0, 0, 1]


def test_after_fifteen_tries_a_message_is_dead_and_can_be_revived(
    company, writer, mailbox
):
    from approval_engine.operations.messages import retry

    mailbox.refuses["fred@example.com"] = "550 no such person"
    company.started()
    tries = []
    while writer.statuses(recipient="fred") == ["waiting"]:
        began = company.now
        writer.once()
        tries.append(began)
        company.wait(hours=24)

    assert len(tries) == MOST_TRIES
    (row,) = writer.rows(recipient="fred")
    assert (row["status"], row["next_attempt_at"]) == ("dead", None)
    mailbox.refuses.clear()
    retry(company.runtime, row["id"])
    assert writer.once() == (1, 0)
    assert writer.statuses(recipient="fred") == ["sent"]


def test_an_earlier_message_of_a_workflow_goes_first(company, writer, mailbox):
    workflow = company.started()
    mailbox.refuses["sam@example.com"] = mailbox.refuses["maria@example.com"] = "450 no"
    writer.once()
    company.wait(days=1)
    tick.tick(company.runtime, workflow)
    earliest = min(r["next_attempt_at"] for r in writer.rows(recipient="maria"))
    writer.change(
        "UPDATE outbox SET next_attempt_at = '9999' WHERE next_attempt_at = :at"
        " AND recipient = 'maria'",
        at=earliest,
    )
    mailbox.refuses.clear()
    writer.once()

    assert mailbox.of("maria") == []
    assert len(mailbox.of("fred")) > 0


def test_a_claim_that_nobody_marked_comes_due_again(company, writer, mailbox):
    """
    As after `kill -9` between sending and marking: at least once, and the same id.
    """
    company.started()

    def die(*_):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver.delivery, "sent", die)
        with pytest.raises(KeyboardInterrupt):
            writer.once()
    assert len(mailbox.received) == 1
    assert writer.once() == (0, 0)
    company.now += deliver.CLAIM + timedelta(seconds=1)
    assert writer.once() == (3, 0)

    ids = [each.mail["Message-ID"] for each in mailbox.received]
    assert (len(ids), len(set(ids))) == (4, 3)


def test_a_reader_of_a_digest_gets_one_mail_in_his_morning(company, writer, mailbox):
    people = directory()
    for user in people["users"]:
        if user["id"] == "maria":
            user |= {
                "attributes": {"digest": "daily"},
                "timeZone": "America/New_York",
            }
    intake.import_directory(company.runtime, document(people))
    company.wait(hours=6)  # Monday 15:00 in London, 10:00 in New York
    company.started()
    company.started(account="Globex")
    writer.once()
    assert mailbox.of("maria") == []
    assert len(mailbox.of("fred")) == 1

    company.wait(hours=22, minutes=59)
    writer.once()
    assert mailbox.of("maria") == []
    company.wait(minutes=1)
    writer.once()

    (mail,) = mailbox.of("maria")
    assert "2 approvals" in mail.mail["Subject"]
    assert {row["attempts"] for row in writer.rows(recipient="maria")} == {1}


def test_what_is_due_before_the_digest_is_sent_at_once(company, writer, mailbox):
    people = directory()
    for user in people["users"]:
        user["attributes"] = {"digest": "daily"}
    intake.import_directory(company.runtime, document(people))
    company.wait(days=3, hours=7)  # Thursday 16:00, due on Friday
    company.started()
    writer.once()
    assert mailbox.received == []
    company.wait(days=1)  # Friday 16:00; the next morning is that of Monday
    writer.once()
    assert len(mailbox.of("maria")) == 1


def test_a_login_is_sent_where_the_address_has_one(company, writer, mailbox):
    url = f"smtp://cpq:pass%40word@127.0.0.1:{mailbox.port}"
    writer.set(server=smtp.mail_server(url))
    company.started()
    writer.once()

    assert len(mailbox.logins) == mailbox.connections == 1


def test_somebody_who_left_is_not_written_to(company, writer, mailbox):
    company.started()
    people = directory()
    for user in people["users"]:
        user["active"] = user["id"] != "fred"
    intake.import_directory(company.runtime, document(people))

    assert writer.once() == (2, 1)
    assert mailbox.of("fred") == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_an_encrypted_server_must_have_the_certificate_of_its_name(
    company, writer, certificate, scheme
):
    context, _ = certificate
    company.started()
    with serving_mail(context, at_once=scheme == "smtps") as box:
        for host in ("127.0.0.1", "localhost"):
            url = f"{scheme}://cpq:word@{host}:{box.port}"
            writer.set(server=smtp.mail_server(url))
            if host == "127.0.0.1":
                assert writer.once() == (0, 1)
                assert (box.received, box.logins) == ([], [])
                company.wait(minutes=5)

        assert writer.once() == (3, 0)
        assert len(box.logins) == 1
    assert "word" not in repr(writer.post)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"onTimeout": "reject"}, "If you do nothing: It is rejected, "),
        (
            {"onTimeout": "approve", "approveOnTimeout": True},
            "If you do nothing: It is approved, ",
        ),
        ({"onTimeout": "hold"}, "If you do nothing: It is held and the deal desk is"),
        (
            {"escalateTo": [{"role": "director"}], "escalateMode": "add"},
            "If you do nothing: Director is asked too, ",
        ),
    ],
)
def test_the_mail_says_what_the_policy_makes_of_silence(
    company, writer, mailbox, changes, words
):
    steps = STEPS | {"finance": {"role": "finance", **changes}}
    intake.publish_policy(
        company.runtime, document(policy(version="2", steps=steps)), "dana"
    )
    company.started()
    writer.once()

    (mail,) = mailbox.of("fred")
    assert words in " ".join(mail.text.split())
