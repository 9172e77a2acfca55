"""
Where a webhook may lead: nowhere but to public addresses, whatever they are called.
"""

import socket

import pytest

from approval_engine.errors import InvalidInput, Undelivered
from approval_engine.notifications import transport
from approval_engine.notifications.addresses import is_public, parsed
from approval_engine.notifications.transport import Reach, checked_url, connect, post

PUBLIC = ("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "193.99.144.80")

# Each of these is this machine, its network, a metadata service, or leads there.
ADDRESSES = (
    "0.0.0.0",  # noqa: S104 nobody listens there
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)

# Names that the resolver of this machine takes for itself.
LOOPBACK_NAMES = (
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "017700000001",
    "0",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
)

MALFORMED = (
    "http://hooks.example/",
    "file:///etc/passwd",
    "gopher://hooks.example/",
    "https://user@hooks.example/",
    "https://user:word@127.0.0.1/",
    "https://hooks.example:25/",
    "https://hooks.example:22/",
    "https://hooks.example:99999/",
    "https://hooks.example/#x",
    "https:///nowhere",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://hooks.example/\r\nHost: evil",
    "https://hooks.example\\@127.0.0.1/",
    "https://[::1/",
    "//hooks.example/",
    "hooks.example",
)


@pytest.fixture
def never(monkeypatch):
    """
    Fails the test as soon as anything connects.
    """

    def connect(*_):
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", connect)


def resolving(*answers):
    """
    A resolver that gives these addresses, one list of them per question.
    """
    left = list(answers)

    def resolve(_host, port, **_):
        return [
            (
                socket.AF_INET6 if ":" in text else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (text, port),
            )
            for text in left.pop(0)
        ]

    return resolve


def test_the_lists_are_long_enough():
    assert len(ADDRESSES) + len(LOOPBACK_NAMES) + len(MALFORMED) >= 60


@pytest.mark.parametrize("text", PUBLIC)
def test_what_anybody_can_reach_is_public(text):
    assert is_public(parsed(text))


@pytest.mark.parametrize("text", ADDRESSES)
def test_no_special_address_is_connected_to(never, text):
    assert not is_public(parsed(text))
    with pytest.raises(Undelivered, match="Expected a public address"):
        post("https://hooks.example/", {}, b"", Reach(resolve=resolving([text])))


@pytest.mark.parametrize("host", LOOPBACK_NAMES)
def test_no_name_of_this_machine_is_connected_to(never, host):
    with pytest.raises(Undelivered, match="Expected a public address"):
        post(f"https://{host}/", {}, b"", Reach())


@pytest.mark.parametrize("url", MALFORMED)
def test_no_address_of_another_form_is_connected_to(never, url):
    with pytest.raises(InvalidInput, match="will not do"):
        post(url, {}, b"", Reach())


@pytest.mark.proof
def test_no_target_of_all_lists_is_connected_to(never, figure):
    for text in ADDRESSES:
        test_no_special_address_is_connected_to(never, text)
    for host in LOOPBACK_NAMES:
        test_no_name_of_this_machine_is_connected_to(never, host)
    for url in MALFORMED:
        test_no_address_of_another_form_is_connected_to(never, url)
    targets = len(ADDRESSES) + len(LOOPBACK_NAMES) + len(MALFORMED)

    assert targets >= 25
    told = f"{targets} targets, 0 connections"
    figure("addresses that lead inside", "25 targets or more, 0 connections", told)


def test_one_bad_address_among_good_ones_is_enough(never):
    reach = Reach(resolve=resolving(["1.1.1.1", "127.0.0.1"]))

    with pytest.raises(Undelivered, match=r"127\.0\.0\.1 is not"):
        connect("hooks.example", 443, reach)


def test_a_name_that_changes_its_mind_leads_to_what_was_checked(monkeypatch):
    reach = Reach(resolve=resolving(["1.1.1.1"], ["127.0.0.1"]))
    places = []

    def remember(_line, place):
        places.append(place)
        raise OSError(0, "not today")

    monkeypatch.setattr(socket.socket, "connect", remember)
    with pytest.raises(Undelivered, match="does not answer"):
        connect("hooks.example", 443, reach)

    assert places == [("1.1.1.1", 443)]


def test_the_next_address_is_tried_where_the_first_does_not_answer(monkeypatch):
    reach = Reach(resolve=resolving(["2606:4700:4700::1111", "1.1.1.1"]))
    places = []

    def connect_to_the_second(_line, place):
        places.append(place[0])
        if len(places) == 1:
            raise OSError(0, "no route")

    monkeypatch.setattr(socket.socket, "connect", connect_to_the_second)
    connect("hooks.example", 443, reach).close()

    assert places == ["2606:4700:4700::1111", "1.1.1.1"]


def test_a_name_without_an_address_is_undelivered():
    def resolve(*_, **__):
        raise socket.gaierror(-2, "unknown")

    with pytest.raises(Undelivered, match="has no address") as failed:
        connect("hooks.example", 443, Reach(resolve=resolve))

    assert failed.value.whole


def test_without_encryption_nothing_leaves_this_machine(never):
    reach = Reach(loopback=True, resolve=resolving(["1.1.1.1"]))

    with pytest.raises(Undelivered, match="Expected a public address"):
        post("http://hooks.example/", {}, b"", reach)


def test_a_header_is_one_line():
    parts = checked_url("https://hooks.example/a?b=c", Reach())

    with pytest.raises(ValueError, match="a"):
        transport._request(parts, {"x": "1\r\nHost: evil"}, b"")
    assert transport._request(parts, {"x": "1"}, b"body").startswith(
        b"POST /a?b=c HTTP/1.1\r\nHost: hooks.example\r\nContent-Length: 4\r\n"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example:8443/a?b=c",
        "https://[2606:4700:4700::1111]/",
    ],
)
def test_an_ordinary_address_is_accepted(url):
    assert checked_url(url, Reach()).hostname
