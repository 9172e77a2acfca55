"""
How long a wrong guess takes does not tell whether the account exists.

That the same work is done is asserted; the time that it takes is only told.
"""

from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher

from approval_engine.accounts import passwords
from approval_engine.errors import Unauthenticated

TRIES = 200


def guess(company, person, number):
    """
    One wrong guess, after which nobody has to wait; the seconds it took.
    """
    company.wait(minutes=10)
    begun = perf_counter()
    with pytest.raises(Unauthenticated):
        passwords.check(company.runtime, person, "wrong horse", f"192.0.2.{number}")
    return perf_counter() - begun


class Counted(PasswordHasher):
    """
    Remembers what was verified.
    """

    def __init__(self, **work):
        super().__init__(**work)
        self.parameters = []

    def verify(self, stored, password):
        self.parameters.append(stored.rpartition("$")[0].rpartition("$")[0])
        return super().verify(stored, password)


def test_a_guess_costs_one_hash_of_the_same_strength_for_everybody(
    company, monkeypatch
):
    hasher = Counted(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    passwords._decoy.cache_clear()
    passwords.set_password(company.runtime, "maria", "correct horse")
    for number, person in enumerate(("maria", "nobody", "mona")):
        guess(company, person, number)

    assert len(hasher.parameters) == 3
    assert len(set(hasher.parameters)) == 1


@pytest.mark.proof
def test_the_time_of_a_guess_for_known_and_unknown_accounts(
    company, monkeypatch, figure
):
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher())
    passwords._decoy.cache_clear()
    passwords.set_password(company.runtime, "maria", "correct horse")
    took = {"maria": [], "nobody": []}
    # In turn, so that both meet the same machine.
    for number in range(TRIES):
        for person, times in took.items():
            times.append(guess(company, person, number))
    known, unknown = (median(times) for times in took.values())
    apart = abs(known - unknown) / known

    assert len(took["nobody"]) == TRIES
    figure(
        "a wrong guess, account known and unknown, medians of 200",
        "within 5 %",
        f"{known * 1000:.0f} ms and {unknown * 1000:.0f} ms: {apart:.1%}",
    )
