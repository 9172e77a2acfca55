"""
Host and port → a connection to an address that was checked, and one POST over it.

The name is resolved once and the answer is what is connected to, so a name that gives
another answer later leads nowhere else. No redirect is followed.
"""

import io
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from approval_engine.errors import InvalidInput, Undelivered
from approval_engine.notifications.addresses import is_loopback, is_public, parsed

CONNECT_S = 3.0
"""How long a connection may take to be made."""

TOTAL_S = 10.0
"""How long everything may take together."""

LONGEST_ANSWER = 64 * 1024
"""So many bytes of an answer are read at all."""

HTTPS_PORT = 443
HTTP_PORT = 80
_FIRST_FREE_PORT = 1024
_LAST_PORT = 65535

Resolve = Callable[..., list[tuple[Any, ...]]]
"""What `socket.getaddrinfo` does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """
    Where messages may go. `loopback` is for rehearsals: this machine, also without TLS.

    `everywhere` is for the mail server, which the operator named himself.
    """

    public: bool = True
    loopback: bool = False
    everywhere: bool = False
    resolve: Resolve = socket.getaddrinfo


def spelled_url(url: str) -> SplitResult:
    """
    The parts of a text in the form of an address. Raises InvalidInput if it has none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise InvalidInput(_refused(url, "it cannot be read")) from None
    if reason := _misspelled(url, parts):
        raise InvalidInput(_refused(url, reason))
    return parts


def checked_url(url: str, reach: Reach) -> SplitResult:
    """
    The parts of a webhook's address. Raises InvalidInput if no webhook may be there.
    """
    parts = spelled_url(url)
    if reason := _out_of_reach(parts, reach):
        raise InvalidInput(_refused(url, reason))
    return parts


def connect(host: str, port: int, reach: Reach) -> socket.socket:
    """
    A connection to the first address of that host that answers; all were checked.

    Raises Undelivered before anything is sent if one of them is not to be reached.
    """
    try:
        found = reach.resolve(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered(f"{host} has no address: {error}.", whole=True) from error
    for *_, place in found:
        _must_be_allowed(host, str(place[0]), reach)
    ends_at, reason = monotonic() + CONNECT_S, "it has no address"
    for family, kind, protocol, _, place in found:
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(_left(ends_at))
            line.connect(place)
        except OSError as error:
            line.close()
            reason = _words(error)
        else:
            return line
    raise Undelivered(f"{host}:{port} does not answer: {reason}.", whole=True)


def post(url: str, headers: Mapping[str, str], body: bytes, reach: Reach) -> int:
    """
    Send one POST; the status of the answer. Raises Undelivered, InvalidInput.

    Nothing but the status counts, so nothing behind the headers is waited for.
    """
    ends_at = monotonic() + TOTAL_S
    parts = checked_url(url, reach)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (HTTPS_PORT if secure else HTTP_PORT)
    # What is not encrypted must not leave this machine.
    line = connect(host, port, reach if secure else replace(reach, public=False))
    try:
        if secure:
            line.settimeout(_left(ends_at))
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        line.settimeout(_left(ends_at))
        line.sendall(_request(parts, headers, body))
        return _status(line, ends_at)
    except (OSError, HTTPException, ValueError) as error:
        sentence = f"{host}:{port} broke off: {_words(error)}."
        raise Undelivered(sentence, whole=True) from error
    finally:
        line.close()


class _Deadlined(io.RawIOBase):
    """
    The bytes of a socket, for as long and as many as one answer may take.
    """

    def __init__(self, line: socket.socket, ends_at: float) -> None:
        self._line = line
        self._ends_at = ends_at
        self._left = LONGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 the library's own
        if self._left <= 0:
            return 0
        self._line.settimeout(_left(self._ends_at))
        view = memoryview(buffer)[: self._left]
        count = self._line.recv_into(view)
        self._left -= count
        return count


class _Receiver:
    """
    What the library takes for a socket: it only asks for a file to read from.
    """

    def __init__(self, line: socket.socket, ends_at: float) -> None:
        self._raw = _Deadlined(line, ends_at)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._raw)


def _status(line: socket.socket, ends_at: float) -> int:
    response = HTTPResponse(_Receiver(line, ends_at), method="POST")  # type: ignore[arg-type] # see _Receiver
    response.begin()
    return response.status


def _request(parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc
    known = {"Host": host, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in {**known, **headers}.items()]
    if not all(line.isprintable() for line in lines):
        raise ValueError(target)
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


def _misspelled(url: str, parts: SplitResult) -> str | None:
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "it holds characters that an address does not have"
    if not parts.scheme:
        return "it begins with no 'https:'"
    if not parts.hostname or "@" in parts.netloc:
        return "it names no host, or a person before it"
    return "it ends with a fragment" if parts.fragment else None


def _out_of_reach(parts: SplitResult, reach: Reach) -> str | None:
    schemes = {"https", "http"} if reach.loopback else {"https"}
    port = parts.port or HTTPS_PORT
    if parts.scheme not in schemes:
        return f"it begins with '{parts.scheme}:'"
    if port != HTTPS_PORT and not _FIRST_FREE_PORT <= port <= _LAST_PORT:
        return f"port {port} belongs to another service"
    return None


def _refused(url: str, reason: str) -> str:
    shown = url.split("?", maxsplit=1)[0][:100]
    return (
        "Expected a webhook's address such as https://hooks.example/approvals, but"
        f" '{shown}' will not do: {reason}."
    )


def _must_be_allowed(host: str, text: str, reach: Reach) -> None:
    address = parsed(text)
    allowed = (
        reach.everywhere
        or (reach.public and is_public(address))
        or (reach.loopback and is_loopback(address))
    )
    if not allowed:
        sentence = f"Expected a public address of {host}, but {address} is not."
        raise Undelivered(sentence, whole=True)


def _left(ends_at: float) -> float:
    left = ends_at - monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


def _words(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
