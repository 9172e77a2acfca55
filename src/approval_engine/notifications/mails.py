"""
A letter and its reader → the mail: subject, text and HTML that say the same, headers.

The same letter gets the same Message-ID at every try, and all mails about a workflow
hang under one thread.
"""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from approval_engine.config import packaged
from approval_engine.documents import sha256
from approval_engine.domain.people import User
from approval_engine.errors import Undelivered
from approval_engine.notifications.letters import Ask, Letter, News
from approval_engine.notifications.wording import one_line
from approval_engine.planner import phrases

FOOTER = "approval-engine wrote this because you have a part in these quotes."

_LONGEST_SUBJECT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """
    Who writes to whom, when, and under which identity.
    """

    sender: str
    person: User
    letter_id: str
    at: datetime


def mail(letter: Letter, envelope: Envelope) -> EmailMessage:
    """
    The mail. Raises Undelivered if the person's address cannot stand in a header.
    """
    person = envelope.person
    subject = _subject(letter, person)
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    message["From"] = envelope.sender
    try:
        message["To"] = Address(one_line(person.name), addr_spec=person.email)
    except (ValueError, IndexError, MessageError) as error:
        sentence = f"'{person.id}' has no address that a mail could go to."
        raise Undelivered(sentence) from error
    message["Date"] = format_datetime(envelope.at)
    host = message["From"].addresses[0].domain
    message["Message-ID"] = _id_of(envelope.letter_id, host)
    threads = [_id_of(each, host) for each in letter.workflows]
    message["References"] = " ".join(threads)
    message["In-Reply-To"] = threads[0]
    # Nobody's absence note should answer, and no mailing list pass it on.
    message["Auto-Submitted"] = "auto-generated"
    words = {
        "letter": letter,
        "subject": subject,
        "footer": FOOTER,
        "exact": lambda at: phrases.exact(at, person.time_zone),
    }
    message.set_content(_pages().get_template("letter.txt").render(words))
    html = _pages().get_template("letter.html").render(words)
    message.add_alternative(html, subtype="html")
    return message


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(packaged("templates") / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _subject(letter: Letter, person: User) -> str:
    if len(letter.asks) == 1:
        text = _asks_for(letter.asks[0], person)
        more = len(letter.news)
        text += f", and {more} more" if more else ""
    elif letter.asks:
        due = _moment(letter.asks[0].due_at, person)
        accounts = dict.fromkeys(ask.account for ask in letter.asks)
        text = f"[Due {due}] {len(letter.asks)} approvals: {', '.join(accounts)}"
    elif len(letter.news) == 1:
        text = _tells_of(letter.news[0])
    else:
        accounts = dict.fromkeys(piece.account for piece in letter.news)
        text = f"{len(letter.news)} quotes: {', '.join(accounts)}"
    return one_line(text)[:_LONGEST_SUBJECT]


def _asks_for(ask: Ask, person: User) -> str:
    brief = f" ({ask.brief})" if ask.brief else ""
    who = f"{ask.account} {ask.amount}".strip()
    step = ask.step if ask.step.isupper() else ask.step.lower()
    return f"[Due {_moment(ask.due_at, person)}] {who}: {step} approval{brief}"


def _tells_of(piece: News) -> str:
    who = f"{piece.account} {piece.amount}".strip()
    return f"{who}: quote {piece.quote} {piece.words}"


def _moment(at: datetime, person: User) -> str:
    """
    A day of the week and a time on the reader's clock.
    """
    day, *_, hour, _zone = phrases.exact(at, person.time_zone).split()
    return f"{day} {hour}"


def _id_of(name: str, host: str) -> str:
    return f"<{sha256(name.encode())[:32]}@{host}>"
