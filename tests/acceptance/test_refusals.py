"""
What the command line says no to: exit code, one sentence, and nothing stored.
"""

import json
from importlib.resources import files

import pytest

ACTION = "approval action --workflow WF-8821 --task"


def one_sentence(text):
    """
    The line of stderr, without the note on who acts.
    """
    lines = [
        line for line in text.splitlines() if not line.startswith("warning: nobody")
    ]
    assert len(lines) == 1, lines
    return lines[0]


def shipped(name):
    return json.loads(
        files("approval_engine.scenarios").joinpath("data", name).read_text()
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("approval status --workflow WF-9999", "There is no workflow 'WF-9999'."),
        ("approval history --workflow WF-9999", "There is no workflow 'WF-9999'."),
        (
            "--as fred approval action --workflow WF-9999 --task T-1 --action approve",
            "There is no workflow 'WF-9999'.",
        ),
        (f"--as fred {ACTION} T-999 --action approve", "There is no task 'T-999'"),
        (f"--as fred {ACTION} T-1 --action approve", "There is no task 'T-1'"),
        ("--as sam approval submit --quote Q-0", "There is no quote 'Q-0'."),
    ],
)
def test_what_is_not_there(quick_reviewed, line, words):
    code, said = quick_reviewed.refuses(line)

    assert code == 3
    assert words in one_sentence(said)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"--as tara {ACTION} T-22 --action approve", "not one of those asked"),
        (f"--as nobody {ACTION} T-22 --action approve", "not in the directory"),
        (f"--as ned {ACTION} T-22 --action approve", "no longer active"),
        (f"--as sam {ACTION} T-22 --action approve", "submitter of the quote"),
        (f"--as sam {ACTION} T-21 --action approve", "submitter of the quote"),
        (f"--as maria {ACTION} T-21 --action reject", "a comment is missing"),
        (f"--as maria {ACTION} T-21 --action delegate", "nobody is named"),
        (f"--as maria {ACTION} T-21 --action delegate --to sam", "must not decide"),
        ("--as tara approval submit --quote Q-2026-0121", "belongs to 'sofia'"),
        ("--as tara approval recall --workflow WF-8821 --comment x", "not by 'tara'"),
        ("--as akira approval submit --quote Q-2026-0166", "it lacks a justification"),
        ("--as aroha approval submit --quote Q-2026-0164", "refuses it: not_permitted"),
        ("--as scott approval submit --quote Q-2026-0103", "make a new revision"),
        ("seed --scenario approvals", "add --reset"),
    ],
)
def test_what_is_not_allowed(quick_reviewed, line, words):
    code, said = quick_reviewed.refuses(line)

    assert code == 4
    assert words in one_sentence(said)


def test_every_exit_code_of_the_installed_command(reviewed):
    """
    The tables below run in this process; here is proof that the program ends alike.
    """
    reviewed.says("--as sam approval submit --quote Q-2026-0122 --idempotency-key k")
    reviewed.file("broken.json", "{")
    scenario = shipped("workflow_scenarios.json")[0] | {"expect": {"status": "expired"}}
    reviewed.file("wrong.json", [scenario])
    expected = {
        f"{ACTION} T-22 --action bless": 2,
        "approval status --workflow WF-9999": 3,
        f"--as sam {ACTION} T-22 --action approve": 4,
        "--as sam approval submit --quote Q-2026-0113 --idempotency-key k": 5,
        "policy validate broken.json": 6,
        "--database sqlite:///elsewhere/x.db approval status --workflow WF-1": 7,
        "test --suite workflow --file wrong.json": 8,
    }

    ended = {line: reviewed.run(line) for line in expected}

    assert {line: done.returncode for line, done in ended.items()} == expected
    assert not [done for done in ended.values() if "Traceback" in done.stderr]


def test_a_second_person_finds_the_task_decided(quick_reviewed):
    quick_reviewed.says(f"--as fred {ACTION} T-22 --action approve")

    code, said = quick_reviewed.refuses(f"--as fiona {ACTION} T-22 --action approve")

    assert code == 4
    assert "it is approved by 'fred'" in one_sentence(said)


def test_nobody_decides_a_task_that_is_closed(quick_reviewed):
    quick_reviewed.says(f"--as fred {ACTION} T-22 --action reject --comment no")

    code, said = quick_reviewed.refuses(f"--as maria {ACTION} T-21 --action approve")

    assert code == 4
    assert "it is not required" in one_sentence(said)


def test_a_key_that_was_used_for_something_else(quick_reviewed):
    keyed = "--action comment --idempotency-key k-1 --comment"
    quick_reviewed.says(f"--as fred {ACTION} T-22 {keyed} first")

    code, said = quick_reviewed.refuses(f"--as fred {ACTION} T-22 {keyed} second")

    assert code == 5
    assert "'k-1'" in one_sentence(said)


@pytest.mark.parametrize(
    "line",
    [
        "approval submit",
        "approval action --workflow WF-8821 --task T-22 --action bless",
        "seed --scenario everything",
        "seed --scenario history --workflows 0",
        "test --suite workflow --file missing.json",
        "fly",
    ],
)
def test_wrong_usage(quick_desk, line):
    code, said = quick_desk.refuses(line)

    assert code == 2
    assert "Usage:" in said


def test_a_database_without_a_schema(empty_desk):
    done = empty_desk.run("approval status --workflow WF-8821")

    assert (done.returncode, done.stdout) == (7, "")
    assert "cpq seed" in one_sentence(done.stderr)


QUOTE = {
    "id": "Q-1",
    "revision": 1,
    "submittedBy": "sam",
    "account": "Brightwater Logistics",
    "currency": "USD",
    "region": "AMER",
    "segment": "ENT",
    "term_months": 24,
    "payment_days": 30,
    "clauses": [],
    "screening": "clear",
    "margin_pct": "23.99",
    "lines": [
        {
            "id": "1",
            "product": "Edge Router R2",
            "family": "HW",
            "quantity": 3,
            "listPrice": "100.00",
            "netPrice": "95.00",
            "discountPct": "5",
        }
    ],
}


def with_line(**changes):
    return {**QUOTE, "lines": [{**QUOTE["lines"][0], **changes}]}


def without(key):
    return {name: value for name, value in QUOTE.items() if name != key}


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ({**QUOTE, "currency": "XYZ"}, "ISO 4217"),
        (with_line(quantity=-1), "quantity from 0"),
        (json.dumps(QUOTE).replace('"23.99"', "NaN"), "NaN"),
        (json.dumps(QUOTE).replace('"23.99"', "Infinity"), "Infinity"),
        ({**QUOTE, "margin_pct": 10**30}, "kept exactly"),
        (with_line(netPrice="99999999999999999"), "at most"),
        (without("account"), "'account'"),
        (with_line(discountPct="50"), "discount that the prices give"),
        (json.dumps(QUOTE)[:-1], "the end"),
        (json.dumps(QUOTE).replace('"id"', '"revision"', 1), "repeated"),
    ],
)
def test_a_quote_file_that_is_wrong(quick_desk, quote, words):
    name = quick_desk.file("quote.json", quote)

    code, said = quick_desk.refuses("quote import", name)

    assert code == 6
    assert words in said
    assert all(line.startswith(f"{name}:1: ") for line in said.splitlines())


def test_a_quote_file_that_is_right(quick_desk):
    assert (
        quick_desk.says("quote import", quick_desk.file("q.json", QUOTE))
        == "imported quotes=1\n"
    )


def test_a_total_that_the_lines_contradict_is_not_even_imported(quick_desk):
    name = quick_desk.file("quote.json", {**QUOTE, "amount": "284.99"})

    code, said = quick_desk.refuses("quote import", name)

    assert code == 6
    assert said.startswith(f"{name}:1: contradiction element=/amount: ")
    assert "285" in said
    assert "284.99" in said
    assert quick_desk.refuses("--as sam approval submit --quote Q-1")[0] == 3
    assert quick_desk.says(
        "quote import", quick_desk.file("q.json", {**QUOTE, "amount": "285"})
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"margin_pct": "NaN"}, "/margin_pct: Expected 'margin_pct' as a number"),
        ({"creditScore": "-Infinity"}, "in 'credit_score', but got '-Infinity'"),
        ({"margin_pct": "9" * 30}, "/margin_pct: Expected 'margin_pct' of at most"),
        ({"uplift": "inf"}, "/uplift: Expected a text or a number in 'uplift'"),
        ({"region": "MARS"}, "/region: Expected 'region' among AMER, EMEA, APAC"),
        ({"clauses": ["side-letter"]}, "/clauses: Expected 'clauses' among liability"),
    ],
)
def test_what_an_input_cannot_be_is_not_even_imported(quick_desk, changes, words):
    text = json.dumps([{**QUOTE, "id": "Q-2"}, {**QUOTE, **changes}], indent=1)
    name = quick_desk.file("quote.json", text)
    key = next(iter(changes))
    line = 1 + text[: text.rindex(f'"{key}"')].count("\n")

    code, said = quick_desk.refuses("quote import", name)

    assert code == 6
    assert one_sentence(said).startswith(f"{name}:{line}: type element=/1/{key}: ")
    assert words in said


def test_what_is_missing_or_unknown_is_imported_and_left_to_the_submit(quick_desk):
    name = quick_desk.file("quote.json", {**without("region"), "mood": "blue"})

    assert quick_desk.says("quote import", name) == "imported quotes=1\n"
    code, said = quick_desk.refuses("--as sam approval submit --quote Q-1")
    assert code == 6
    assert "to state 'region'" in one_sentence(said)


def policy(**changes):
    return shipped("approval_matrix.json") | {"version": "2026.3"} | changes


def with_trigger(**changes):
    whole = policy()
    whole["triggers"] = [*whole["triggers"], {"id": "t", "reason": "r", **changes}]
    return whole


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (with_trigger(when={"marign_pct": "< 3"}, require=["legal"]), "'marign_pct'"),
        (policy(colour="blue"), "'colour'"),
        (with_trigger(when={"amount": "> 1"}, require=["wizard"]), "'wizard'"),
        (with_trigger(when={"amount": "> 1"}, ladder="rope"), "'rope'"),
        (
            with_trigger(
                when={"amount": "__import__('os').system('id')"}, require=["legal"]
            ),
            "condition",
        ),
        (
            with_trigger(when={"amount": "< amount.real"}, require=["legal"]),
            "condition",
        ),
        (policy(currency="EURO"), "currency"),
    ],
)
def test_a_policy_that_is_wrong(quick_desk, document, words):
    name = quick_desk.file("policy.json", document)

    validated, said = quick_desk.refuses("policy validate", name)
    published, _ = quick_desk.refuses("policy publish", name)

    assert (validated, published) == (6, 6)
    assert words in said
    assert all(line.startswith(f"{name}:1: ") for line in said.splitlines())


def test_a_policy_that_is_right(quick_desk):
    name = quick_desk.file("policy.json", policy())

    assert quick_desk.says("policy publish", name).startswith(
        "policy=deal-desk version=2026.3 sha256="
    )
