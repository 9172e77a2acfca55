"""
Passwords: who gets in, what is stored, and how guessing is slowed down.
"""

import pytest
from argon2 import PasswordHasher

from approval_engine.accounts.passwords import check, set_password
from approval_engine.errors import (
    InvalidInput,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
)
from approval_engine.store import accounts

HOME, AWAY = "192.0.2.1", "192.0.2.2"


def guess(company, times, address=HOME, person="maria"):
    """
    How the guesses were answered: wrong, or too soon to be looked at.
    """
    answers = []
    for _ in range(times):
        with pytest.raises((Unauthenticated, TooManyAttempts)) as refusal:
            check(company.runtime, person, "not the password", address)
        answers.append(refusal.type is Unauthenticated)
    return answers


@pytest.mark.parametrize(
    "password", ["12345678", "x" * 64, "pässwörd 漢字", " leading and trailing "]
)
def test_the_right_password_is_accepted(company, password):
    set_password(company.runtime, "maria", password)

    check(company.runtime, "maria", password, HOME)


def test_it_does_not_matter_how_the_keyboard_writes_an_accent(company):
    set_password(company.runtime, "maria", "caf\u00e9-latte")

    check(company.runtime, "maria", "cafe\u0301-latte", HOME)


@pytest.mark.parametrize(
    "password", ["", "Correct horse", "correct horse ", "x" * 9999]
)
def test_another_password_is_refused(company, password):
    set_password(company.runtime, "maria", "correct horse")

    with pytest.raises(Unauthenticated, match="do not belong together"):
        check(company.runtime, "maria", password, HOME)


@pytest.mark.parametrize("person", ["fred", "nobody", "", "' OR 1=1 --"])
def test_the_sentence_does_not_tell_who_exists(company, person):
    set_password(company.runtime, "maria", "correct horse")

    with pytest.raises(Unauthenticated) as refusal:
        check(company.runtime, person, "correct horse", HOME)
    assert str(refusal.value) == "This name and this password do not belong together."


def test_somebody_without_a_password_cannot_enter_with_an_empty_one(company):
    with pytest.raises(Unauthenticated):
        check(company.runtime, "fred", "", HOME)


def test_somebody_who_left_cannot_enter(company, dismiss):
    set_password(company.runtime, "maria", "correct horse")
    dismiss("maria")

    with pytest.raises(Unauthenticated):
        check(company.runtime, "maria", "correct horse", HOME)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
def test_a_password_is_neither_too_short_nor_too_long(company, password):
    with pytest.raises(InvalidInput, match="8 to 1024 characters"):
        set_password(company.runtime, "maria", password)


def test_only_people_of_the_directory_get_a_password(company):
    with pytest.raises(NotFound, match="no active person 'nobody'"):
        set_password(company.runtime, "nobody", "correct horse")


def test_what_is_stored_is_argon2id_and_salted(company):
    set_password(company.runtime, "maria", "correct horse")
    set_password(company.runtime, "fred", "correct horse")
    with company.runtime.database.read() as transaction:
        stored = [accounts.password_hash(transaction, p) for p in ("maria", "fred")]

    assert all(each.startswith("$argon2id$") for each in stored)
    assert stored[0] != stored[1]


def test_the_work_per_guess_is_what_is_recommended_today():
    hasher = PasswordHasher()

    assert (hasher.memory_cost, hasher.time_cost) >= (64 * 1024, 3)


def test_of_a_hundred_guesses_in_a_minute_ninety_are_not_even_looked_at(company):
    set_password(company.runtime, "maria", "correct horse")
    looked_at = 0
    for _ in range(100):
        looked_at += sum(guess(company, 1))
        company.wait(seconds=0.6)

    assert looked_at <= 10


def test_a_guesser_does_not_lock_out_the_owner_elsewhere(company):
    set_password(company.runtime, "maria", "correct horse")
    guess(company, 20)

    check(company.runtime, "maria", "correct horse", AWAY)
    with pytest.raises(TooManyAttempts, match="try again in") as refusal:
        check(company.runtime, "maria", "correct horse", HOME)
    assert refusal.value.retry_after_s > 0


def test_whoever_waits_long_enough_may_try_again(company):
    set_password(company.runtime, "maria", "correct horse")
    assert guess(company, 4) == [True, True, True, False]

    company.wait(seconds=2)
    check(company.runtime, "maria", "correct horse", HOME)
    assert guess(company, 3) == [True, True, True]


def test_the_wait_ends_after_five_minutes_however_often_one_guessed(company):
    set_password(company.runtime, "maria", "correct horse")
    for _ in range(15):
        guess(company, 1)
        company.wait(seconds=300)

    check(company.runtime, "maria", "correct horse", HOME)


def test_guessing_names_that_do_not_exist_is_slowed_down_alike(company):
    assert guess(company, 5, person="nobody") == [True, True, True, False, False]
