"""
Messages of people that are due → one mail per person and moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from approval_engine.domain.events import instant, stamp
from approval_engine.domain.people import Directory, User
from approval_engine.errors import Undelivered
from approval_engine.notifications import digest, letters, links
from approval_engine.notifications.deliver import Office, attempt, hold
from approval_engine.notifications.letters import Letter
from approval_engine.notifications.mails import Envelope, mail
from approval_engine.notifications.smtp import Line, MailServer
from approval_engine.notifications.traced import trying
from approval_engine.store import catalog, delivery, outgoing
from approval_engine.store.database import Transaction
from approval_engine.store.delivery import Claimed

PEOPLE = 20
"""To how many people at a time a sender writes; each may take seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """
    The messages of one mail.
    """

    id: str
    person: str
    messages: tuple[Claimed, ...]


def send_all(office: Office) -> None:
    """
    Write to everybody whom something waits for.
    """
    server = office.post.server
    while server is not None and not office.closes():
        messages = office.claimed(partial(_claim, people=PEOPLE))
        bundles = _bundled(office, messages)
        if not messages or (bundles and not _send(office, server, bundles)):
            break


def _claim(
    transaction: Transaction, now: str, until: str, people: int
) -> tuple[Claimed, ...]:
    return outgoing.claim_mail(transaction, now, until, people)


def _bundled(office: Office, messages: Sequence[Claimed]) -> list[Bundle]:
    """
    What was one mail before stays one; what is new for a person becomes one.
    """
    fresh = [message for message in messages if message.letter is None]
    ready = _in_time(office, fresh)
    new = [_bundle(None, mine) for mine in _by_person(ready)]
    if new:
        with office.host.database.begin() as transaction:
            for bundle in new:
                ids = [message.id for message in bundle.messages]
                delivery.bind(transaction, bundle.id, ids)
    old: dict[str, list[Claimed]] = {}
    for message in messages:
        if message.letter is not None:
            old.setdefault(message.letter, []).append(message)
    return [*(_bundle(name, mine) for name, mine in old.items()), *new]


def _bundle(name: str | None, messages: Sequence[Claimed]) -> Bundle:
    return Bundle(
        id=name or min(message.id for message in messages),
        person=messages[0].recipient,
        messages=tuple(messages),
    )


def _by_person(messages: Iterable[Claimed]) -> Iterable[list[Claimed]]:
    found: dict[str, list[Claimed]] = {}
    for message in messages:
        found.setdefault(message.recipient, []).append(message)
    return found.values()


def _in_time(office: Office, messages: Sequence[Claimed]) -> list[Claimed]:
    """
    The messages that may go now; the others wait for their reader's morning.
    """
    ready, now = list[Claimed](), office.now()
    for message in messages:
        with office.host.database.read() as transaction:
            person = _directory(office, transaction).user(message.recipient)
            due_at = letters.due_at(transaction, message)
        created_at = instant(message.created_at)
        begins_at = digest.sent_from(person, created_at, due_at) if person else now
        if begins_at <= now:
            ready.append(message)
            continue
        until = stamp(begins_at)
        with office.host.database.begin() as writing:
            delivery.release(writing, message, until)
    return ready


def _send(office: Office, server: MailServer, bundles: list[Bundle]) -> bool:
    """
    Send on one connection; False if it broke, or the round is over.
    """
    left = list(bundles)
    try:
        with server.line() as line:
            while left and not office.closes():
                if not _try(office, line, left.pop(0)):
                    break
    except Undelivered as error:
        # Only the first one counts the try: the others are not what failed.
        first = left.pop(0).messages
        with trying(first):
            office.failed(first, error)
    for bundle in left:
        office.release(bundle.messages, now=office.closes())
    return not left


def _try(office: Office, line: Line, bundle: Bundle) -> bool:
    return attempt(office, bundle.messages, lambda: _write(office, line, bundle))


def _write(office: Office, line: Line, bundle: Bundle) -> list[Claimed]:
    host = office.host
    with host.database.read() as transaction:
        directory = _directory(office, transaction)
        letter = letters.compose(host, transaction, bundle.messages, directory)
    office.each(letter.pointless, delivery.cancelled)
    hold(office, letter.broken)
    gone = {message.id for message in letter.pointless}
    gone |= {message.id for message, _ in letter.broken}
    messages = [each for each in bundle.messages if each.id not in gone]
    if messages:
        person = _reader(directory, bundle.person)
        envelope = Envelope(
            sender=office.post.sender,
            person=person,
            letter_id=bundle.id,
            at=office.now(),
        )
        line.send(mail(_linked(office, letter, person), envelope), person.email)
    return messages


def _linked(office: Office, letter: Letter, person: User) -> Letter:
    """
    The letter with an address behind each button.
    """
    page = office.post.page
    if page("") is None:
        return letter
    with office.host.database.begin() as transaction:
        asks = tuple(
            replace(ask, link=page(f"/m/{token}"))
            for ask in letter.asks
            for token in [
                links.issue(
                    transaction, ask.workflow, (ask.task_id, person.id), office.now()
                )
            ]
        )
    news = tuple(
        replace(piece, link=page(f"/workflows/{piece.workflow.id}"))
        for piece in letter.news
    )
    return replace(letter, asks=asks, news=news)


def _reader(directory: Directory, person: str) -> User:
    user = directory.user(person)
    if user is None or not user.active:
        word = "not in the directory" if user is None else "no longer active"
        raise Undelivered(f"Expected to write to '{person}', but he is {word}.")
    return user


def _directory(office: Office, transaction: Transaction) -> Directory:
    current = catalog.current(transaction).people()[0]
    return office.host.directory(transaction, current)
