"""
Values of options: one that is malformed is wrong usage, one with no place is refused.
"""

import pytest

WINDOW = ("--starts", "2026-03-02T09:00:00Z", "--ends", "2026-03-09T09:00:00Z")
ACT = ("approval", "action", "--workflow", "WF-8809", "--task", "T-1", "--action")
APPROVE = ("--as", "maria", *ACT, "approve")
GRANT = ("--as", "sam", "exception", "grant", "--trigger", "margin", "--uses", "3")
GRANT += ("--until", "2026-12-31", "--reason", "a new market", "--account")
LEND = ("delegation", "add", "--from", "maria", "--to", "mona", *WINDOW)
RATES = ("rates", "import", "rates.csv", "--set")
DAYS = ("report", "population", "--from")

CASES = [
    pytest.param(*case, id=f"{case[1][0] or 'empty'} to {case[0][-1]}"[:60])
    for case in (
        # The command; then a malformed value, one that is refused, one that will do.
        ((*APPROVE, "--within"), ("margin_pct is fine", "colour<=5", "margin_pct>=20")),
        ((*APPROVE, "--within"), ("", "margin_pct>=99", "margin_pct>=20")),
        ((*APPROVE, "--idempotency-key"), ("k" * 256, None, "k" * 255)),
        ((*APPROVE, "--idempotency-key"), ("\u00fc", None, "u")),
        ((*ACT, "reject", "--comment"), ("x" * 10_001, None, "x" * 10_000)),
        (
            (*GRANT, "ACME", "--within"),
            ("margin_pct about 20", "colour>=5", "margin_pct>=20"),
        ),
        ((*GRANT[:-1], "--within", "margin_pct>=20", "--account"), ("", None, "A")),
        ((*LEND, "--within"), ("amount <=", "colour <= 5", "amount <= 500000")),
        ((*RATES,), ("a" * 300, None, "corporate")),
        ((*DAYS, "2026-01-01", "--to"), ("9999-12-31", None, "2026-12-31")),
    )
]


@pytest.fixture
def reviewed(office):
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    office.file("rates.csv", "currency,date,rate\nEUR,2026-03-02,1.1\n")
    return office


@pytest.mark.parametrize(("command", "values"), CASES)
def test_a_malformed_value_is_wrong_usage(reviewed, command, values):
    malformed, refused, fine = values
    actor = {} if "--as" in command else {"CPQ_USER": "maria"}

    ended = reviewed(*command, malformed, **actor)
    assert ended.code == 2
    assert f"Invalid value for '{command[-1]}':" in ended.err
    if refused is not None:
        assert reviewed(*command, refused, **actor).code == 4
    assert reviewed(*command, fine, **actor).code == 0
