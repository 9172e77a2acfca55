"""
What people and files say shows as text, on every page, whatever they say.
"""

from urllib.parse import quote

import pytest

from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.history.evidence import keys
from approval_engine.history.visible import visible
from approval_engine.notifications.smtp import mail_server
from approval_engine.operations.evidence import export, verify
from approval_engine.operations.evidence.archive import unpack
from approval_engine.store import workflows
from approval_engine.web.app import create_app
from tests.integration.notifications.conftest import Writer
from tests.integration.notifications.receivers import serving_mail
from tests.integration.web import hostile
from tests.integration.web.browser import PASSWORD, Browser
from tests.integration.web.conftest import SECRET
from tests.integration.web.crawl import crawl
from tests.integration.web.parsed import Parsed
from tests.integration.web.test_every_route import VALUES, all_paths

SHOWN = frozenset(
    [
        "account",
        "approve",
        "asked",
        "attachment",
        "choice",
        "comment",
        "documentation",
        "justification",
        "label",
        "line",
        "product",
        "family",
        "reject",
        "return",
        "task",
        "value",
    ]
)
"""The fields whose attacks people must be able to read somewhere."""


@pytest.fixture
def company(fresh_database):
    company = hostile.found_company(fresh_database("sqlite", ready=True))
    yield company
    company.runtime.database.close()


@pytest.fixture
def app(company):
    for person in (*hostile.EVERYBODY, hostile.ID):
        set_password(company.runtime, person, PASSWORD)
    return create_app(Settings(secret_key=SECRET), company.runtime)


AT_LEAST = 5
"""So many addresses take forms that people find, at the very least."""


def entered(app, person):
    browser = Browser(app)
    assert browser.log_in(person).status_code == 303
    return browser


def harms(person, pages):
    """
    What is wrong with pages, whatever their status, a line each.
    """
    return [
        f"{person} at {page.path}: {each}"
        for page in pages
        if page.is_html
        for each in hostile.harm(page.parsed)
    ]


def broken(pages):
    return [page.path for page in pages if page.answer.status_code >= 500]


@pytest.mark.broken
def test_what_was_written_everywhere_is_read_as_text(app, company):
    seen, found = [], []
    for person in (*hostile.EVERYBODY, hostile.ID):
        pages = crawl(app, entered(app, person), all_paths(app), share=9)
        found += harms(person, pages) + broken(pages)
        seen += [page for page in pages if page.is_html]
    assert found == []

    assert set(hostile.shown(seen)) >= SHOWN, SHOWN - set(hostile.shown(seen))


@pytest.mark.broken
def test_what_is_typed_into_every_form_is_answered_as_text(app, company):
    sent = set()
    for person in hostile.EVERYBODY:
        pages = crawl(app, entered(app, person))
        for path, answer in hostile.typed(entered(app, person), pages):
            sent.add(path)
            assert answer.status_code < 500, (person, path, answer.text)
            assert list(hostile.harm(Parsed(path, answer.text))) == [], (person, path)
    assert len(sent) >= AT_LEAST, sent

    found = []
    for person in hostile.EVERYBODY:
        pages = crawl(app, entered(app, person))
        found += harms(person, pages) + broken(pages)
    assert found == []


@pytest.mark.broken
def test_what_stands_in_the_tables_is_shown_as_text(app, company):
    hit = hostile.poison(company.runtime.database)
    assert {"incident.detail", "webhook.url", "quote.account"} <= set(hit)

    found = []
    for person in hostile.EVERYBODY:
        pages = crawl(app, entered(app, person))
        found += harms(person, pages) + broken(pages)
    assert found == []


@pytest.mark.broken
def test_what_an_address_says_is_shown_as_text(app):
    found = []
    for person in (None, "maria", "ada"):
        browser = entered(app, person) if person else Browser(app)
        pages = crawl(app, browser, forged(app), share=0)
        found += harms(person, pages) + broken(pages)
    assert found == []


def forged(app):
    """
    An address of every route with attacks in it, and with attacks in its questions.
    """
    adapter = app.url_map.bind("")
    attack = quote(hostile.ATTACK)
    asked = "&".join(f"{name}={attack}" for name in ("q", "next", "status", "cursor"))
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            usual = {name: VALUES[name] for name in rule.arguments}
            attacks = {
                name: hostile.ID if isinstance(value, str) else value
                for name, value in usual.items()
            }
            yield adapter.build(rule.endpoint, attacks, "GET")
            yield f"{adapter.build(rule.endpoint, usual, 'GET')}?{asked}"
    yield f"/nothing/{attack}"


@pytest.mark.broken
def test_mails_show_it_as_text(company):
    with serving_mail() as mailbox:
        writer = Writer(company)
        writer.set(server=mail_server(mailbox.url))
        sent, failed = writer.once()
        assert (sent > 3, failed) == (True, 0), sent
        mails = mailbox.received

    # Mails have their styles inline: nothing else would arrive.
    for mail in mails:
        page = Parsed("/", mail.html)
        assert list(hostile.harm(page, forbidden={"srcdoc"})) == [], mail.html
        assert hostile.TURNED not in mail.text + mail.mail["Subject"]
        assert not {"Bcc", "Cc"} & set(mail.mail)
    assert sum("x-account" in Parsed("/", mail.html).text for mail in mails) > 3


@pytest.mark.broken
def test_packets_show_it_as_text(company, tmp_path):
    """
    The page in a packet has its style inline, and is read far from any server of ours.
    """
    signer = keys.make(tmp_path / "private.pem")
    with company.runtime.database.read() as transaction:
        ids = workflows.ids(transaction)
    pages = []
    for each in ids:
        packet = export(company.runtime, each, signer)
        assert verify(packet, [signer.public])
        text = unpack(packet)["summary.html"].decode()
        assert hostile.TURNED not in text
        pages.append(Parsed("/", text))

    found = [list(hostile.harm(page, forbidden={"srcdoc"})) for page in pages]
    assert [each for each in found if each] == []
    assert any("x-comment" in page.text for page in pages)


def test_a_page_that_is_harmed_is_noticed():
    """
    The judge of the tests above can say no.
    """
    for bad in (
        hostile.ATTACK,
        f"<a href=' java\nscript:{hostile.MARK}()'>x</a>",
        "<p onclick='x()'>x</p>",
        "<script>x()</script>",
        f"<p>{hostile.EXECUTED}</p>",
        f"<p>{hostile.TURNED}</p>",
        "<form action='data:text/html,x'></form>",
    ):
        assert list(hostile.harm(Parsed("/", f"<main>{bad}</main>"))) != [], bad
    for good in ("<a href='/x?at=10:00'>x</a>", "<a href='https://a.example/'>x</a>"):
        assert list(hostile.harm(Parsed("/", good))) == []


def test_what_turns_text_round_is_named_and_the_rest_stays():
    assert visible("a\u202eb\u2066c") == "a[U+202E]b[U+2066]c"
    for kept in ("שלום", "مرحبا", "a\nb", "naïve", 7, None):
        assert visible(kept) == kept
