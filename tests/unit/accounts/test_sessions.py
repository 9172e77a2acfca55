"""
Sessions: begin at a log-in, end by time, by log-out, and with the person's job.
"""

import sqlite3

import pytest

from approval_engine.accounts.passwords import set_password
from approval_engine.accounts.sessions import log_in, log_out, resume
from approval_engine.errors import Unauthenticated


@pytest.fixture
def token(company):
    set_password(company.runtime, "maria", "correct horse")
    return log_in(company.runtime, "maria", "correct horse")


def rows(company):
    with sqlite3.connect(company.runtime.database.url.database) as connection:
        found = connection.execute("SELECT * FROM web_session").fetchall()
    connection.close()
    return found


def test_a_session_is_the_person_who_logged_in(company, token):
    assert resume(company.runtime, token).user.name == "Maria"


def test_a_wrong_password_begins_no_session(company, token):
    with pytest.raises(Unauthenticated):
        log_in(company.runtime, "maria", "wrong horse")
    assert len(rows(company)) == 1


@pytest.mark.parametrize("made_up", ["", "x", "A" * 43])
def test_a_made_up_token_opens_nothing(company, token, made_up):
    with pytest.raises(Unauthenticated, match="session has ended"):
        resume(company.runtime, made_up)


def test_every_log_in_makes_a_token_of_its_own_with_256_bits(company, token):
    other = log_in(company.runtime, "maria", "correct horse")

    assert other != token
    assert len(other) >= 43


def test_the_database_does_not_hold_what_the_cookie_holds(company, token):
    assert token not in str(rows(company))


def test_a_session_ends_after_half_an_hour_without_use(company, token):
    company.wait(minutes=29, seconds=59)
    resume(company.runtime, token)
    company.wait(minutes=30)

    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)


def test_a_session_ends_after_twelve_hours_however_busy(company, token):
    for _ in range(12 * 3 - 1):
        company.wait(minutes=20)
        resume(company.runtime, token)
    company.wait(minutes=20)

    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)


def test_a_session_that_is_over_is_not_kept(company, token):
    company.wait(hours=1)
    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)

    assert rows(company) == []


def test_reading_twice_within_a_minute_writes_nothing(company, token):
    before = rows(company)
    company.wait(seconds=59)
    resume(company.runtime, token)
    assert rows(company) == before

    company.wait(seconds=1)
    resume(company.runtime, token)
    assert rows(company) != before


def test_a_token_opens_nothing_after_the_log_out_but_others_do(company, token):
    other = log_in(company.runtime, "maria", "correct horse")
    log_out(company.runtime, token)

    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)
    assert resume(company.runtime, other).user.id == "maria"


def test_whoever_leaves_is_out_at_once_and_for_good(company, token, dismiss):
    dismiss("maria")
    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)

    dismiss("nobody")
    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)


def test_a_new_password_ends_all_sessions_of_its_owner_only(company, token):
    set_password(company.runtime, "fred", "correct horse")
    fred = log_in(company.runtime, "fred", "correct horse")
    set_password(company.runtime, "maria", "another horse")

    with pytest.raises(Unauthenticated):
        resume(company.runtime, token)
    assert resume(company.runtime, fred).user.id == "fred"
