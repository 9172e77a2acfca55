"""
Tokens and single sign-on from the command line: list, revoke, link, unlink.
"""

import getpass
import json

import pytest

ISSUER = "https://login.example"


def token(office, *options):
    return office.ok("token", "create", "--user", "maria", "--scope", "read", *options)


def test_tokens_are_listed_without_their_secrets(office):
    secret = token(office).lines[0].partition("secret=")[2]
    found = json.loads(office.ok("--json", "token", "list").out)

    assert [(each["user"], each["status"]) for each in found] == [("maria", "active")]
    assert secret not in json.dumps(found)
    assert office.ok("token", "list", "--user", "fred").lines == []


def test_a_revoked_token_is_worth_nothing_and_stays_in_the_list(office, monkeypatch):
    line = token(office).lines[0]
    name = line.split()[0].partition("=")[2]
    assert office.ok("token", "revoke", "--token", name).lines == [
        f"token={name} user=maria status=revoked"
    ]

    assert "status=ended" in office.ok("token", "list").lines[0]
    assert office("token", "revoke", "--token", "K-1").code == 3


def test_a_log_in_is_linked_listed_and_unlinked(office):
    link = ("--subject", "s1", "--issuer", ISSUER)
    office.ok("identity", "link", "--user", "maria", *link)
    (line,) = office.ok("identity", "list").lines
    assert line.startswith(f"user=maria subject=s1 issuer={ISSUER} linked_at=")
    assert line.endswith(f"linked_by={getpass.getuser()}")

    office.ok("identity", "link", "--user", "maria", *link)
    assert office("identity", "link", "--user", "fred", *link).code == 5
    assert office("identity", "link", "--user", "nobody", *link).code == 3
    office.ok("identity", "unlink", *link)
    assert office.ok("identity", "list").lines == []
    assert office("identity", "unlink", *link).code == 3


@pytest.mark.parametrize("verb", [("unlink",), ("link", "--user", "maria")])
def test_an_issuer_must_be_known(office, verb):
    answer = office("identity", *verb, "--subject", "s1")

    assert answer.code == 2
    assert "--issuer URL, or CPQ_OIDC_ISSUER" in answer.err
