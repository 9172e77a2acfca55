"""
The address of a mail server → mails handed to it, one connection for many.

The operator names the server, so it may lie in his own network; it is still resolved
once, connected to with our limits, and never given a recipient that stands in a header.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from approval_engine.errors import Undelivered
from approval_engine.notifications.transport import TOTAL_S, Reach, connect

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""The port of each scheme where the address names none."""

OPERATORS = Reach(everywhere=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """
    One mail server; `user` and `password` are empty where it wants none.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    reach: Reach = OPERATORS

    @contextmanager
    def line(self) -> Iterator["Line"]:
        """
        A connection for any number of mails. Raises Undelivered if there is none.
        """
        line = Line(self._open())
        try:
            yield line
        finally:
            line.leave()

    def _open(self) -> smtplib.SMTP:
        client = _Client(self)
        try:
            client.connect(self.host, self.port)
            if self.scheme == "smtp+starttls":
                client.starttls(context=ssl.create_default_context())
            if self.user:
                client.login(self.user, self.password)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            client.close()
            sentence = f"The mail server {self.host} is not at hand: {_words(error)}."
            raise Undelivered(sentence, whole=True) from error
        return client


class Line:
    """
    One conversation with a mail server.
    """

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client
        self._is_whole = True

    def send(self, mail: EmailMessage, address: str) -> None:
        """
        Hand over one mail for one recipient. Raises Undelivered.

        Whether the whole server is away or this mail alone was refused, it says.
        """
        sender = mail["From"].addresses[0].addr_spec
        try:
            self._client.send_message(mail, sender, [address])
        except smtplib.SMTPServerDisconnected as error:
            self._is_whole = False
            raise Undelivered(
                f"The mail server hung up: {error}.", whole=True
            ) from error
        except smtplib.SMTPException as error:
            sentence = f"The mail server refused it: {_words(error)}."
            raise Undelivered(sentence) from error
        except (OSError, ValueError) as error:
            # A server that broke off in the middle may have the mail all the same: it
            # gets the next try under the same Message-ID.
            self._is_whole = not isinstance(error, OSError)
            sentence = f"The mail server broke off: {_words(error)}."
            raise Undelivered(sentence, whole=not self._is_whole) from error

    def leave(self) -> None:
        """
        Say good-bye, unless nobody is there to hear it.
        """
        try:
            if self._is_whole:
                self._client.quit()
        except (OSError, smtplib.SMTPException):
            self._is_whole = False
        finally:
            self._client.close()


def mail_server(url: str) -> MailServer:
    """
    The mail server of an address such as `smtp+starttls://user:word@mail.example`.
    """
    parts = urlsplit(url)
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class _Client(smtplib.SMTP):
    """
    The library's client, on a connection of ours.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        super().__init__(timeout=TOTAL_S)
        # The name in the certificate; the library takes it from `connect` otherwise.
        self._host = server.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = connect(host, port, self._server.reach)
        line.settimeout(timeout)
        if self._server.scheme == "smtps":
            context = ssl.create_default_context()
            return context.wrap_socket(line, server_hostname=host)
        return line


def _words(error: Exception) -> str:
    """
    What the server said, without what we said to it.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            code, said = error.smtp_code, _bytes(error.smtp_error)
        case _:
            return str(error) or type(error).__name__
    return f"{code} {' '.join(said.decode('utf-8', 'replace').split())}"[:300]


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said
