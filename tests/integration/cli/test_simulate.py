"""
`cpq policy simulate`: what a draft changes, line by line, and who may ask.
"""

import json

import duckdb
import psycopg
import pytest

from approval_engine.operations.simulation import CHUNK
from tests.integration.executor.company import INPUTS, TRIGGERS, policy, quote


@pytest.fixture
def firm(office):
    """
    A reviewed quote at 21.4 %, and a draft that asks for margins below 20 % only.
    """
    office.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    margin = {**TRIGGERS[0], "when": {"margin_pct": "< 20"}}
    office.file("draft.json", policy(version="2", triggers=[margin, *TRIGGERS[1:]]))
    return office


SIMULATE = ("policy", "simulate", "--policy", "draft.json")


def test_a_line_tells_each_difference_and_the_last_one_counts(firm):
    told = firm.ok(*SIMULATE, "--history").lines

    assert told[:3] == [
        "quote=Q-1 revision=1 account=ACME before=manager,finance after=automatic",
        "step=finance before=1 after=0",
        "step=manager before=1 after=0",
    ]
    assert told[3].split() == [
        "policy=deal-desk",
        *("version=2", "against=1", "quotes=1", "changed=1", "automatic=1"),
        *(
            "caught=0",
            "refused=0",
            "admitted=0",
            "unjudged=0",
            "steps_before=2",
            "steps_after=0",
        ),
    ]


def test_another_role_for_the_same_step_is_a_difference(firm):
    steps = json.loads((firm.folder / "policy.json").read_text())["steps"]
    steps["finance"] = {"role": "cfo"}
    firm.file("draft.json", policy(version="2", steps=steps))

    told = firm.ok(*SIMULATE, "--history").lines
    (item,) = firm.ok("--json", *SIMULATE, "--history").json["items"]

    assert told[0] == (
        "quote=Q-1 revision=1 account=ACME before=manager,finance:finance"
        " after=manager,finance:cfo"
    )
    assert item["after"]["steps"] == item["before"]["steps"] == ["manager", "finance"]
    assert item["after"]["roles"] == ["manager", "cfo"]


def test_what_neither_policy_can_judge_is_told_with_the_reason(firm):
    firm.file("more.json", [quote("Q-7", margin_pct="22"), quote("Q-8")])
    rows = ["id,revision,submittedBy,account,currency,margin_pct,amount,clause"]
    rows += [f"Q-{n},1,sam,A,USD,{n},{m},false" for n, m in ((5, "NaN"), (6, "100"))]
    (firm.folder / "odd.csv").write_text("\n".join(rows) + "\n")

    told = firm.ok("--json", *SIMULATE, "--quotes", "odd.csv").json
    lines = firm.ok(*SIMULATE, "--quotes", "odd.csv").out

    assert (told["quotes"], told["unjudged"]) == (2, 1)
    (odd,) = [each for each in told["items"] if each["quoteId"] == "Q-5"]
    assert "amount" in odd["after"]["refused"]
    assert (
        "quote=Q-5 revision=1 account=A before=refused after=refused because=" in lines
    )
    assert firm.ok("--json", *SIMULATE, "--quotes", "more.json").json["unjudged"] == 0


def test_quotes_of_a_file_are_tried_and_not_stored(firm):
    low, high = quote("Q-7", margin_pct="19"), quote("Q-8", margin_pct="22")
    firm.file("more.json", [low, high])

    told = firm.ok("--json", *SIMULATE, "--quotes", "more.json").json

    assert (told["quotes"], told["automatic"]) == (2, 1)
    assert [each["quoteId"] for each in told["items"]] == ["Q-8"]
    assert firm("quote", "show", "--quote", "Q-8").code == 3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 2),
        (("--history", "--quotes", "draft.json"), 2),
        (("--quotes", "draft.json"), 6),
    ],
)
def test_what_is_to_be_tried_is_said_once_and_is_quotes(firm, options, code):
    assert firm(*SIMULATE, *options).code == code


def test_a_person_needs_to_see_everything(firm):
    assert firm("--as", "sam", *SIMULATE, "--history").code == 4
    firm.ok(*SIMULATE, "--history")


def test_hours_and_money_are_told_after_the_counts(firm):
    told = firm.ok(*SIMULATE, "--history").lines

    *sums, money = told[4:]
    assert sums == [
        "hours_before=48 hours_after=0 hours_added=-48",
        "role=finance before=1 after=0 hours_before=24 hours_after=0 hours_from=due",
        "role=manager before=1 after=0 hours_before=24 hours_after=0 hours_from=due",
    ]
    assert money.split() == [
        *("exposed=automatic", "currency=USD", "quotes=1", "amount=184000"),
        *("margin=39376", "without_amount=0", "without_margin=0"),
    ]


SOLD = ("id", "revision", "submittedBy", "account", "currency", "margin_pct", "amount")


def table(*rows, more=()):
    lines = [",".join((*SOLD, "clause", *more))]
    for number, row in enumerate(rows, 1):
        kept = ("1", "sam", "ACME", "USD")
        lines.append(",".join((f"Q-{number}", *kept, *row)))
    return "\n".join(lines) + "\n"


ROWS = (
    ("21.4", "0.1", "false", "EMEA"),
    ("23.99", "0.2", "FALSE", "APAC"),
    ("19", "7", "false", "EMEA"),
    ("21", "1000000.01", "false", ""),
)


def test_figures_are_told_for_each_value_of_an_input(firm):
    inputs = [*INPUTS, {"name": "region", "type": "string", "optional": True}]
    draft = {**json.loads((firm.folder / "draft.json").read_text()), "inputs": inputs}
    firm.file("draft.json", draft)
    (firm.folder / "more.csv").write_text(table(*ROWS, more=["region"]))

    told = firm.ok("--json", *SIMULATE, "--quotes", "more.csv", "--by", "region").json

    found = {
        each["value"]: (each["quotes"], each["automatic"], each["hoursAdded"])
        for each in told["segments"]
    }
    assert found == {"APAC": (1, 1, "-48"), "EMEA": (2, 1, "-48"), None: (1, 0, "-48")}
    assert told["exposed"] == [
        {
            "kind": "automatic",
            "currency": "USD",
            "quotes": 2,
            "amount": "0.3",
            "margin": "0.06938",
            "withoutAmount": 0,
            "withoutMargin": 0,
        }
    ]


@pytest.mark.parametrize("name", ["submitted_by", "region", "yearly"])
def test_quotes_are_grouped_only_by_what_they_state(firm, name):
    firm.file("more.json", [quote("Q-7")])

    told = firm(*SIMULATE, "--quotes", "more.json", "--by", name)

    assert told.code == (0 if name == "submitted_by" else 2)
    assert name == "submitted_by" or f"'{name}' is none" in told.err


def test_the_same_quotes_give_the_same_figures_in_every_form(firm):
    quotes = [
        quote(f"Q-{n}", margin_pct=margin, amount=amount, clause=False)
        for n, (margin, amount, *_) in enumerate(ROWS, 1)
    ]
    firm.file("more.json", quotes)
    lines = "\n\n".join(json.dumps(each) for each in quotes)
    (firm.folder / "more.jsonl").write_text(lines + "\n")
    (firm.folder / "more.csv").write_text(table(*(row[:3] for row in ROWS)))
    parquet((firm.folder / "more.csv"), (firm.folder / "more.parquet"))

    told = [
        firm.ok(*SIMULATE, "--quotes", f"more.{ending}").lines
        for ending in ("json", "jsonl", "csv", "parquet")
    ]

    assert told[0][:2] == [
        "quote=Q-1 revision=1 account=ACME before=manager,finance after=automatic",
        "quote=Q-2 revision=1 account=ACME before=manager,finance after=automatic",
    ]
    assert told[1:] == [told[0]] * 3


def parquet(csv, path, kind="DECIMAL(20, 4)"):
    with duckdb.connect() as connection:
        rows = connection.read_csv(str(csv), all_varchar=True)
        exact = f"* REPLACE (CAST(amount AS {kind}) AS amount,"
        kinds = " CAST(revision AS INT) AS revision, CAST(clause AS BOOLEAN) AS clause)"
        rows.project(exact + kinds).write_parquet(str(path))


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("a.csv", table(*(r[:3] for r in ROWS)) + "Q-9,1,sam\n", 6, "but got 3."),
        (
            "a.csv",
            table(("21", "1", "false")).replace(",USD", ",DOLLAR"),
            2,
            "ISO 4217",
        ),
        ("a.jsonl", '\n{"id": "Q-1"}\n', 2, "submittedBy"),
        ("a.jsonl", '{"id": "Q-1"\n', 1, "but found"),
        ("a.parquet", "no table", 1, "Expected a Parquet file"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole_with_its_line(
    firm, name, text, line, said
):
    (firm.folder / name).write_text(text)

    told = firm(*SIMULATE, "--quotes", name)

    assert told.code == 6
    assert f"{name}:{line}:" in told.err
    assert said in told.err
    assert told.out == ""
    assert not (firm.folder / "typo.db").exists()


def test_numbers_that_are_not_exact_are_refused(firm):
    (firm.folder / "more.csv").write_text(table(*(row[:3] for row in ROWS)))
    parquet((firm.folder / "more.csv"), (firm.folder / "more.parquet"), "DOUBLE")

    told = firm(*SIMULATE, "--quotes", "more.parquet")

    assert told.code == 6
    assert "column 'amount'" in told.err
    assert "got DOUBLE" in told.err


def test_a_quote_that_no_policy_can_judge_is_no_difference(firm):
    (firm.folder / "a.csv").write_text(table(("21", "1", "maybe")))

    told = firm.ok("--json", *SIMULATE, "--quotes", "a.csv").json

    assert (told["quotes"], told["changed"], told["refused"]) == (1, 0, 0)


def test_a_file_longer_than_what_is_held_at_once_is_told_to_its_end(firm):
    number = CHUNK + 7
    rows = [(f"21.{n:05d}", f"{n}", "false") for n in range(number)]
    (firm.folder / "more.csv").write_text(table(*rows))

    told = firm.ok(*SIMULATE, "--quotes", "more.csv").lines

    assert told[number - 1].startswith(f"quote=Q-{number} ")
    assert f"quotes={number} changed={number} automatic={number}" in told[number + 2]


RULED = (
    "quote=Q-1 revision=1 before=fires after=automatic",
    "quote=Q-2 revision=1 before=fires after=automatic",
    "quote=Q-4 revision=1 before=fires after=fires",
)
COUNTED = [
    "trigger=margin before=4 after=1",
    "trigger=clause before=0 after=0",
    "trigger=huge before=1 after=1",
]
SUMS = "quotes=5 changed=3 automatic=2 caught=0 aside=1"
THERE = (*(row[:3] for row in ROWS), ("21", "0.0000001", "false"))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rules_are_asked_of_a_file_where_it_lies(firm, ending):
    (firm.folder / "more.csv").write_text(table(*THERE))
    exact(firm.folder / "more.csv", firm.folder / "more.parquet")

    told = firm.ok(*SIMULATE, "--quotes", f"more.{ending}", "--sql").lines

    unknown = "quote=Q-5 revision=1 before=aside after=aside"
    assert sorted(told[:-4]) == sorted((*RULED, unknown))
    assert told[-4:-1] == COUNTED
    assert told[-1] == f"policy=deal-desk version=2 against=1 {SUMS}"


def exact(csv, path):
    with duckdb.connect() as connection:
        rows = connection.read_csv(str(csv), all_varchar=True)
        # One that no policy takes stands for one that the file could not hold.
        amount = (
            "CASE WHEN id = 'Q-5' THEN 1e18 ELSE CAST(amount AS DECIMAL(20, 2)) END"
        )
        kinds = (
            f"* REPLACE (CAST({amount} AS DECIMAL(22, 2)) AS amount,"
            " CAST(margin_pct AS DECIMAL(5, 2)) AS margin_pct,"
            " CAST(revision AS INT) AS revision, CAST(clause AS BOOLEAN) AS clause)"
        )
        rows.project(kinds).write_parquet(str(path))


@pytest.mark.postgres
def test_rules_are_asked_of_a_table_where_it_lies(firm, fresh_database):
    url = fresh_database("postgresql")
    rows = [
        (f"Q-{n}", margin, amount, clause == "true")
        for n, (margin, amount, clause) in enumerate(THERE[:4], 1)
    ]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "CREATE TABLE sold (id text, revision int, currency text,"
            " margin_pct numeric(5, 2), amount numeric(20, 2), clause bool)"
        )
        connection.cursor().executemany(
            "INSERT INTO sold VALUES (%s, 1, 'USD', %s, %s, %s)", rows
        )

    told = firm.ok("--json", *SIMULATE, "--table", url, "sold").json
    gone = firm(*SIMULATE, "--table", url, "lost")

    assert (told["quotes"], told["automatic"], told["aside"]) == (4, 2, 0)
    assert {each["quoteId"] for each in told["items"]} == {"Q-1", "Q-2", "Q-4"}
    assert told["triggers"][0] == {"trigger": "margin", "before": 4, "after": 1}
    assert gone.code == 2
    assert "quotes in 'lost'" in gone.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--history", "--sql"), "Give --sql with"),
        (("--quotes", "a.csv", "--sql", "--by", "clause"), "Give --by without"),
        (("--quotes", "a.csv", "--table", "sqlite://", "t"), "Give either"),
        (("--quotes", "draft.json", "--sql"), "ends in .csv or .parquet"),
        (("--table", "no://u:secret@address", "t"), "address of a database"),
        (("--table", "sqlite:///typo.db", "t"), "of PostgreSQL or DuckDB, but sqlite"),
    ],
)
def test_what_sql_cannot_be_asked_is_wrong_usage(firm, options, said):
    (firm.folder / "a.csv").write_text(table(*THERE))

    told = firm(*SIMULATE, *options)

    assert told.code == 2
    assert said in told.err
    assert "secret" not in told.err
    assert told.out == ""
    assert not (firm.folder / "typo.db").exists()


FEW = table(*(row[:3] for row in ROWS))


@pytest.mark.parametrize("how", [(), ("--sql",)])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{FEW}Q-9,1,sam\n", "6: cells element=/: Expected 8 cells, but got 3."),
        (f'{FEW}Q-9,1,sam,"A\n', "6: syntax element=/: Expected quotes as CSV, but"),
        (f"{FEW}Q-9,one,sam,A,USD,1,1,true\n", "6: type element=/revision: Expected a"),
        (f"{FEW}\n,1,sam,A,USD,1,1,true\n", "7: "),
        (FEW.replace("clause\n", "Amount\n"), "1: duplicate_key element=/Amount: Exp"),
        (FEW.replace(",amount", ",amount,amount"), "1: duplicate_key element=/amount:"),
        (
            f"{FEW}\nQ-9,1,sam,A,USD,1,1,true\nQ-2,1,sam,A,USD,1,1,true\n",
            "8: duplicate element=/id: Expected quote 'Q-2' revision 1 once",
        ),
        (f"{FEW}{FEW[67:] * 300}Q-9,1,s\xe4m,A,USD,1,1,true\n", "1206: encoding"),
        ("", "1: empty element=/: Expected a row with the names of columns."),
        (
            FEW.splitlines()[0],
            "1: empty element=/: Expected quotes, but there are none.",
        ),
    ],
)
def test_a_sheet_that_is_wrong_is_refused_alike_by_every_reader(firm, text, said, how):
    (firm.folder / "a.csv").write_text(text, encoding="latin-1")

    told = firm(*SIMULATE, "--quotes", "a.csv", *how)

    assert (told.code, told.out) == (6, "")
    assert f"a.csv:{said}" in told.err


@pytest.mark.parametrize("how", [(), ("--sql",)])
def test_a_table_that_is_wrong_is_refused_alike_by_every_reader(firm, how):
    (firm.folder / "more.csv").write_text(FEW.replace("Q-3,", "Q-1,"))
    exact(firm.folder / "more.csv", firm.folder / "twice.parquet")
    (firm.folder / "more.csv").write_text(table(*ROWS, more=["amoun2"]))
    exact(firm.folder / "more.csv", firm.folder / "a.parquet")
    columns = (firm.folder / "a.parquet").read_bytes().replace(b"amoun2", b"amount")
    (firm.folder / "columns.parquet").write_bytes(columns)
    (firm.folder / "none.parquet").write_text("no table")

    twice, columns, none = (
        firm(*SIMULATE, "--quotes", f"{name}.parquet", *how)
        for name in ("twice", "columns", "none")
    )

    assert [each.code for each in (twice, columns, none)] == [6, 6, 6]
    assert "twice.parquet:3: duplicate element=/id: Expected quote 'Q-1'" in twice.err
    assert "columns.parquet:1: duplicate_key element=/amount: Exp" in columns.err
    assert "none.parquet:1: syntax element=/: Expected a Parquet file" in none.err


def test_a_column_that_is_not_exact_is_named_by_both(firm):
    (firm.folder / "more.csv").write_text(FEW)
    with duckdb.connect() as connection:
        rows = connection.read_csv("more.csv", all_varchar=True)
        cast = "* REPLACE (CAST(margin_pct AS DOUBLE) AS margin_pct,"
        cast += " CAST(revision AS INT) AS revision)"
        rows.project(cast).write_parquet("float.parquet")

    for how in ((), ("--sql",)):
        told = firm(*SIMULATE, "--quotes", "float.parquet", *how)
        assert told.code == 6
        assert "float.parquet:1: " in told.err
        assert " element=/margin_pct: Expected column 'margin_pct'" in told.err


def test_cells_that_no_policy_takes_stop_nobody(firm):
    (firm.folder / "a.csv").write_text(
        table(("21", "1", "maybe"), ("1x", "1", "false"), ("19", "1", "true"))
    )

    told = firm.ok("--json", *SIMULATE, "--quotes", "a.csv").json
    there = firm.ok("--json", *SIMULATE, "--quotes", "a.csv", "--sql").json

    assert (told["quotes"], told["unjudged"]) == (3, 2)
    assert (there["quotes"], there["aside"]) == (3, 2)
    assert {each["quoteId"] for each in there["items"]} == {"Q-1", "Q-2"}


def test_lines_that_say_a_quote_again_are_named_and_the_rest_is_counted(firm):
    quotes = [quote(f"Q-{n % 3}", margin_pct="22") for n in range(30)]
    later = quote("Q-0", revision=2, margin_pct="22")
    lines = [json.dumps(each) for each in (*quotes[:3], later)]
    (firm.folder / "fine.jsonl").write_text("\n".join(lines))
    lines += [json.dumps(each) for each in quotes[3:]]
    (firm.folder / "twice.jsonl").write_text("\n".join(lines))

    told = firm(*SIMULATE, "--quotes", "twice.jsonl")

    firm.ok(*SIMULATE, "--quotes", "fine.jsonl")
    assert (told.code, told.out) == (6, "")
    assert told.notes[0].startswith("twice.jsonl:5: duplicate element=/id: ")
    assert "'Q-0' revision 1 once, but it stands in line 1 already" in told.notes[0]
    assert len(told.notes) == 21
    assert "27 lines hold what stands above them already" in told.notes[-1]


@pytest.mark.parametrize("how", [(), ("--sql",)])
def test_a_negative_amount_is_told(firm, how):
    rows = (("22", "-5", "false"), ("22", "7", "false"))
    (firm.folder / "a.csv").write_text(table(*rows))
    (firm.folder / "fine.csv").write_text(table(rows[1]))

    told = firm.ok("--json", *SIMULATE, "--quotes", "a.csv", *how)
    fine = firm.ok("--json", *SIMULATE, "--quotes", "fine.csv", *how)

    assert (told.json["negative"], fine.json["negative"]) == (1, 0)
    assert "warning: 1 with a negative amount" in told.err
    assert ("first Q-1;" in told.err) != bool(how)
    assert len(fine.notes) == 0


@pytest.mark.postgres
def test_a_table_is_refused_as_a_file_is(firm, fresh_database):
    url = fresh_database("postgresql")
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute(
            "CREATE TABLE sold (id text, revision int, currency text,"
            " margin_pct numeric(5, 2), amount numeric(20, 2), clause bool);"
            "INSERT INTO sold VALUES ('Q-1', NULL, 'USD', 22, 5, false),"
            " ('Q-1', 2, 'USD', 22, 5, false);"
            "CREATE VIEW twice AS SELECT * FROM sold UNION ALL SELECT * FROM sold;"
            "CREATE VIEW nameless AS SELECT NULL AS id, 1 AS revision, 'USD' currency;"
            'CREATE VIEW alike AS SELECT id, id AS "ID" FROM sold'
        )

    def asked(name, at=url):
        told = firm(*SIMULATE, "--table", at, name)
        return told.code, told.err

    assert asked("sold")[0] == 0
    code, said = asked("twice")
    assert (code, "'Q-1' revision 1 once, but it stands in 2 rows" in said) == (6, True)
    code, said = asked("nameless")
    assert (code, "in every row, but 1 lack one" in said) == (6, True)
    code, said = asked("alike")
    assert (code, "columns of names that differ in 'alike'" in said) == (2, True)
    code, said = asked("sold", "postgresql+psycopg://nobody:secret@127.0.0.1:1/d")
    assert (code, "cannot be reached" in said, "secret" in said) == (7, True, False)
