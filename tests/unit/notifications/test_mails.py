"""
What stands in a mail whatever people and other systems wrote.
"""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest

from approval_engine.domain.people import User
from approval_engine.errors import Undelivered
from approval_engine.notifications.letters import Ask, Letter, News
from approval_engine.notifications.mails import Envelope, mail
from approval_engine.notifications.wording import one_line

EVIL = "ACME\r\nBcc: eve@evil.example\r\n\r\nPay me\u2028now\x00"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARIA = User(id="maria", name="Maria Lopez", email="maria@example.com")
ENVELOPE = Envelope(
    sender="Approvals <cpq@halden.example>", person=MARIA, letter_id="WF-1:3", at=NOW
)


def ask(account="ACME", workflow="WF-1", **changes):
    found = Ask(
        workflow=SimpleNamespace(id=workflow),
        task_id="T-1",
        opening="You are asked",
        account=account,
        amount="USD 5",
        quote="Q-1 revision 1",
        step="CFO",
        due_at=NOW,
        facts=(),
        brief="margin 2 %, floor 24 %",
        silence_at=None,
        silence="It is held",
        breaching=(),
        others=(),
    )
    return replace(found, **changes)


def news(account="ACME", workflow="WF-2"):
    return News(
        workflow=SimpleNamespace(id=workflow),
        account=account,
        amount="",
        quote="Q-2 revision 1",
        words="was approved",
        by="",
        said="",
    )


def letter(*asks, told=()):
    return Letter(asks=asks, news=told, pointless=())


def test_no_name_of_a_customer_makes_a_header():
    made = mail(letter(ask(EVIL)), ENVELOPE)
    read = message_from_bytes(made.as_bytes(), policy=policy.default)

    assert read["Bcc"] is None
    assert read["Subject"].startswith("[Due Mon 09:00] ACME Bcc: eve@evil.example Pay")
    assert len(made["To"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    ["maria@example.com\r\nBcc: eve@evil.example", "maria", "a@b@c", "", "<m@x>, y@z"],
)
def test_an_address_that_is_more_than_one_address_is_refused(address):
    person = replace(MARIA, email=address)

    with pytest.raises(Undelivered, match="'maria' has no address"):
        mail(letter(ask()), replace(ENVELOPE, person=person))


def test_a_name_of_a_person_with_breaks_is_one_name():
    person = replace(MARIA, name=f"Maria {EVIL}")
    made = mail(letter(ask()), replace(ENVELOPE, person=person))

    (to,) = made["To"].addresses
    assert to.addr_spec == "maria@example.com"
    assert "Bcc" not in dict(made.items())


@pytest.mark.parametrize(
    ("asks", "told", "subject"),
    [
        (
            [ask()],
            [],
            "[Due Mon 09:00] ACME USD 5: CFO approval (margin 2 %, floor 24 %)",
        ),
        ([ask(brief="", step="Deal desk")], [], "ACME USD 5: deal desk approval"),
        ([ask()], [news()], "floor 24 %), and 1 more"),
        (
            [ask(), ask("Globex")],
            [news()],
            "[Due Mon 09:00] 2 approvals: ACME, Globex",
        ),
        ([], [news()], "ACME: quote Q-2 revision 1 was approved"),
        ([], [news(), news("Globex")], "2 quotes: ACME, Globex"),
    ],
)
def test_the_subject_says_until_when_for_whom_and_why(asks, told, subject):
    made = mail(letter(*asks, told=tuple(told)), ENVELOPE)

    assert made["Subject"].endswith(subject)


def test_lines_and_colleagues_stand_in_both_parts():
    told = ask(breaching=("2 Seat: USD 5, below floor",), others=("Legal: Leo (open)",))
    made = mail(letter(told), ENVELOPE)

    for kind in ("plain", "html"):
        said = made.get_body((kind,)).get_content()
        for words in ("2 Seat: USD 5, below floor", "Legal: Leo (open)"):
            assert words in said
    bare = mail(letter(ask()), ENVELOPE).get_body(("plain",)).get_content()
    assert "Lines that breach" not in bare
    assert "Who else" not in bare
    assert "Open and decide" not in bare


def test_the_same_letter_has_the_same_id_and_another_another():
    one = mail(letter(ask()), ENVELOPE)
    again = mail(letter(ask("Globex")), replace(ENVELOPE, at=NOW.replace(day=3)))
    other = mail(letter(ask()), replace(ENVELOPE, letter_id="WF-1:4"))

    assert one["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert one["Message-ID"].endswith("@halden.example>")
    assert one["In-Reply-To"] == one["References"] == again["References"]


def test_text_becomes_one_line_that_can_be_seen():
    assert one_line("a\r\n b\t\u2028c\x00\u202ed") == "a b c d"
    assert one_line("plain") == "plain"
