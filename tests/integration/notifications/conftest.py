"""
A company per database whose messages go to servers on this machine.
"""

import shutil
import ssl
import subprocess
from dataclasses import replace

import pytest
from sqlalchemy import text

from approval_engine.notifications import round as outbox
from approval_engine.notifications.post import Post
from approval_engine.notifications.smtp import mail_server
from approval_engine.notifications.transport import Reach
from approval_engine.operations import messages
from tests.integration.executor.company import Company
from tests.integration.notifications.receivers import serving_hook, serving_mail

KEYS = {"default": (b"a secret of both",)}


class Writer:
    """
    Sends what waits in the outbox of a company.
    """

    def __init__(self, company):
        self.company = company
        self.post = Post(
            sender="Approvals <cpq@halden.example>",
            base_url="https://cpq.example",
            secrets=KEYS,
            reach=Reach(loopback=True),
        )

    def set(self, **changes):
        self.post = replace(self.post, **changes)

    def once(self):
        tally = outbox.once(self.company.runtime, self.post)
        return tally.sent, tally.failed

    def webhook(self, url, *kinds, shape="json"):
        what = (url, shape, "default")
        return messages.add_webhook(self.company.runtime, self.post, what, kinds).id

    def rows(self, **wanted):
        """
        Recipient, kind, status and tries of the rows of the outbox, in their order.
        """
        query = (
            "SELECT recipient, kind, status, attempts, id, next_attempt_at FROM outbox"
            " ORDER BY created_at, length(event_id), event_id, recipient"
        )
        with self.company.runtime.database.read() as transaction:
            found = [dict(r._mapping) for r in transaction.execute(text(query))]
        return [row for row in found if wanted.items() <= row.items()]

    def statuses(self, **wanted):
        return [row["status"] for row in self.rows(**wanted)]

    def change(self, statement, **values):
        with self.company.runtime.database.begin() as transaction:
            transaction.execute(text(statement), values)


@pytest.fixture
def ready_database_url(ready_database_url):
    return ready_database_url


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def mailbox():
    with serving_mail() as box:
        yield box


@pytest.fixture
def hook():
    with serving_hook() as found:
        yield found


@pytest.fixture
def writer(company, mailbox):
    found = Writer(company)
    found.set(server=mail_server(mailbox.url))
    return found


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """
    A certificate for localhost that this process trusts, and no other machine.
    """
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl to make a certificate with")
    key, crt = tmp_path / "key.pem", tmp_path / "crt.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", key, "-out", crt, *subject],
        check=True,
        capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(crt))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    asked = []
    context.sni_callback = lambda _line, name, _context: asked.append(name)
    return context, asked
