"""
API tokens: shown once, stored hashed, good for what they name, as long as they last.
"""

import sqlite3
from datetime import timedelta

import pytest

from approval_engine.accounts.tokens import create, owner
from approval_engine.errors import InvalidInput, NotFound, Unauthenticated


def test_the_secret_leads_to_owner_and_scopes(company):
    made, secret = create(company.runtime, "maria", ["act", "read", "act"], None)

    assert owner(company.runtime, secret) == made
    assert (made.user, made.scopes) == ("maria", ("read", "act"))


@pytest.mark.parametrize(
    "change", [str.upper, lambda s: s[:-1], lambda _: "", str.strip]
)
def test_only_the_very_secret_leads_there(company, change):
    made, secret = create(company.runtime, "maria", ["read"], None)
    if change(secret) == secret:
        assert owner(company.runtime, change(secret)) == made
        return
    with pytest.raises(Unauthenticated):
        owner(company.runtime, change(secret))


def test_the_secret_is_stored_nowhere(company):
    _, secret = create(company.runtime, "maria", ["read"], None)
    with sqlite3.connect(company.runtime.database.url.database) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()

    assert "maria" in dump
    assert secret not in dump
    assert secret.removeprefix("cpq_") not in dump


def test_a_token_ends_when_it_says(company):
    _, secret = create(
        company.runtime, "maria", ["read"], company.now + timedelta(hours=1)
    )
    company.wait(minutes=59)
    assert owner(company.runtime, secret).user == "maria"

    company.wait(minutes=1)
    with pytest.raises(Unauthenticated):
        owner(company.runtime, secret)


def test_a_token_is_worth_nothing_once_its_owner_left(company, dismiss):
    _, secret = create(company.runtime, "maria", ["read"], None)
    dismiss("maria")

    with pytest.raises(Unauthenticated):
        owner(company.runtime, secret)


@pytest.mark.parametrize("scopes", [[], ["write"], ["read", "*"], [""]])
def test_scopes_that_do_not_exist_are_refused(company, scopes):
    with pytest.raises(InvalidInput, match="scopes out of read, act, submit, admin"):
        create(company.runtime, "maria", scopes, None)


def test_a_token_that_has_expired_already_is_refused(company):
    with pytest.raises(InvalidInput, match="has passed"):
        create(company.runtime, "maria", ["read"], company.now)


def test_nobody_outside_of_the_directory_gets_a_token(company):
    with pytest.raises(NotFound, match="no active person 'nobody'"):
        create(company.runtime, "nobody", ["read"], None)
