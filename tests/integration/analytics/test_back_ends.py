"""
One condition tree, three back ends: plain Python, NumPy, and SQL on two databases.

The same random policies over the same random quotes, with what stands at every edge.
"""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    delete,
    insert,
)

from approval_engine.analytics.batch import Batch, judge
from approval_engine.analytics.sql import (
    ASIDE,
    Unsayable,
    counted,
    differing,
    judged,
)
from approval_engine.documents.node import decimal_of
from approval_engine.errors import DocumentError, PlanError
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.reading.words import day_of
from tests.unit.analytics.test_batch import (
    CELLS,
    EVERYDAY,
    LADDER,
    NUMBER_TESTS,
    QUOTES,
    SOUND_ONE,
    loaded,
    policy_of,
    quotes_of,
)
from tests.unit.policy.samples import ON

MONEY, FINE = Numeric(14, 4), Numeric(10, 4)
QUOTE = Table(
    "priced_quote",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("revision", Integer),
    Column("currency", String),
    Column("amount", MONEY),
    Column("margin", FINE),
    Column("months", FINE),
    Column("floor", FINE),
    Column("yearly", MONEY),
    Column("region", String),
    Column("clauses", ARRAY(String)),
    Column("closes", Date),
)
COLUMNS = {column.name: column for column in QUOTE.c}


@contextmanager
def holding(url):
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            QUOTE.metadata.create_all(connection)
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def duck():
    with holding("duckdb:///:memory:") as connection:
        yield connection


@pytest.fixture
def both(duck, fresh_database):
    with holding(fresh_database("postgresql")) as postgres:
        yield duck, postgres


NUMBERS = {"amount": 4, "margin": 4, "months": 4, "floor": 4, "yearly": 4}


def row_of(quote):
    """
    The quote as a row of the table; None if its columns cannot hold what it says.
    """
    row = {"id": quote.id, "revision": quote.revision, "currency": quote.currency}
    for name in (*NUMBERS, "region", "clauses", "closes"):
        value = quote.inputs.get(name)
        if value is None:
            row[name] = None
        elif name in NUMBERS:
            number = decimal_of(value)
            if number is None or number != round(number, 4) or abs(number) >= 10**6:
                return None
            row[name] = number
        elif name == "closes":
            row[name] = day_of(value)
        else:
            row[name] = list(value) if isinstance(value, tuple) else value
    return row


def answers(connection, policy, rows):
    connection.execute(delete(QUOTE))
    connection.execute(insert(QUOTE), rows)
    found = connection.execute(judged(policy, COLUMNS, ON))
    return {row["id"]: dict(row) for row in found.mappings()}


def alone(policy, quote):
    """
    What fires; None if the quote cannot be judged, () if no rung is high enough.
    """
    try:
        found = evaluate(policy, quote, ON)
    except DocumentError:
        return None
    except PlanError:
        return ()
    return {each.id: each.fired for each in found.triggers}


def agreed(connections, policy, quotes):
    """
    Hold all back ends to the same answers; how many the databases gave.
    """
    rows = {quote.id: row for quote in quotes if (row := row_of(quote)) is not None}
    if not rows:
        return 0
    found = [answers(each, policy, list(rows.values())) for each in connections]
    together = judge(policy, Batch.of(policy, quotes), ON)
    given = 0
    for place, quote in enumerate(quotes):
        expected = alone(policy, quote)
        if expected is None:
            assert together.aside[place]
        for said in (each[quote.id] for each in found if quote.id in each):
            if expected is None:
                assert said[ASIDE] is True, quote
            elif expected and not said[ASIDE]:
                given += 1
                fired = {t.id: said[f"t{n}"] for n, t in enumerate(policy.triggers)}
                assert fired == expected, quote
        if expected and not together.aside[place]:
            fired = {name: bool(each[place]) for name, each in together.fired.items()}
            assert fired == expected, quote
    assert [each[ASIDE] for each in found[0].values()] == [
        found[1][key][ASIDE] for key in found[0]
    ]
    return given


# A quotient that is calculated with would be rounded first.
SAYABLE = [
    text for text in NUMBER_TESTS if text not in ("? * 2 > amount", "? / months > 2")
]
CELL = CELLS | {
    "yearly": st.sampled_from(SAYABLE),
    "region": st.sampled_from(
        ['"EMEA"', 'not("EMEA")', '"AMER", "EMEA"', 'contains(?, "EMEA")', "null"]
    ),
    "clauses": st.sampled_from(
        [
            *('"cap"', 'not("cap")', 'not("cap", "exit")', '"cap", "exit"', "[]"),
            *('list contains(?, "exit")', 'not(list contains(?, "exit"))', "not([])"),
            *("null", "not(null)", '? = [] or list contains(?, "cap")', "-"),
        ]
    ),
    "closes": st.sampled_from(
        [
            *("null", '< date("2026-06-01")', 'null, > date("2026-06-01")'),
            *('[date("2026-05-31")..date("2026-06-01"))', 'date("2026-06-01")'),
        ]
    ),
}
ROW = st.fixed_dictionaries({}, optional=CELL).filter(bool)
POLICIES = st.fixed_dictionaries(
    {
        "rows": st.lists(st.lists(ROW, min_size=1, max_size=3), min_size=1, max_size=4),
        "by_line": st.lists(st.booleans(), min_size=4, max_size=4),
        "ladder": LADDER,
        "chain": st.booleans(),
        "process": st.just({"large": "true"}),
    }
)
RANDOM = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@RANDOM
@given(POLICIES, st.lists(QUOTES, min_size=1, max_size=12))
def test_every_back_end_gives_the_same_answers(both, made, facts):
    agreed(both, loaded(policy_of(made)), quotes_of(facts))


@pytest.mark.proof
def test_every_back_end_gives_the_same_answers_at_length(both, figure):
    asked = 0

    @settings(RANDOM, max_examples=2_000)
    @given(POLICIES, st.lists(QUOTES, min_size=1, max_size=30))
    def ask(made, facts):
        nonlocal asked
        asked += len(facts)
        agreed(both, loaded(policy_of(made)), quotes_of(facts))

    ask()
    what = "the same answers in Python, NumPy, DuckDB and PostgreSQL"
    figure(what, "2,000 policies, all", f"2,000 policies, {asked} quotes, all")


EDGES = ("-3", "9.99", "10", "12.5", "12.4999", "24", "24.05", "24.0501")
SIDES = ("-3", "0.5", "24.05")
MAY_LACK = ("null", "not(null)", "null, < 24", "-", "null or >= 24")


@pytest.mark.parametrize("texts", [(*SAYABLE, "<= months", "? / months > 2"), MAY_LACK])
def test_every_cell_at_every_edge_is_the_same_everywhere(both, texts):
    rows = [[{"margin": each}] for each in texts] + [[{"gap": each}] for each in texts]
    made = {"rows": rows, "by_line": [n % 2 == 0 for n in range(len(rows))]}
    ladder = {"ladder": [{"role": "cfo", "unlimited": True}], "chain": False}
    policy = loaded(policy_of(EVERYDAY | made | ladder))
    sound = SOUND_ONE | {"clauses": []}
    del sound["margin"]
    facts = [
        sound | {"months": side, "floor": floor} | ({"margin": edge} if edge else {})
        for edge in (None, *EDGES)
        for side in SIDES
        for floor in SIDES
    ]
    # Without a margin only those are judged whose every rule allows for that.
    judged_ones = len(facts) if texts is MAY_LACK else len(facts) * 8 // 9

    assert agreed(both, policy, quotes_of(facts)) == 2 * judged_ones


@pytest.mark.parametrize("relation", ["<", "<=", "=", "!=", ">=", ">"])
def test_a_quotient_is_compared_without_being_rounded(both, relation):
    rows = [[{"yearly": f"{relation} {value}"}] for value in ("4", "-4", "0.3333")]
    policy = loaded(policy_of(EVERYDAY | {"rows": rows, "by_line": [False] * 4}))
    facts = [
        SOUND_ONE | {"amount": amount, "months": months, "clauses": []}
        for amount in ("0", "1", "-1", "0.0001", "0.0833", "3.9999", "1.0001")
        for months in ("3", "-3", "1", "-0.0001", "35.9999", "0")
    ]
    # Whoever divides by nothing is refused, and nobody else.
    assert agreed(both, policy, quotes_of(facts)) >= 2 * 7 * 4


def test_what_is_sound_is_not_put_aside(both):
    facts = [
        SOUND_ONE | {"clauses": []},
        SOUND_ONE | {"clauses": ["cap", "exit"], "closes": "2026-06-01"},
        SOUND_ONE | {"clauses": ["cap"], "floor": "7", "yearly": "120.50"},
    ]
    policy = loaded(policy_of(EVERYDAY))

    assert agreed(both, policy, quotes_of(facts)) == 2 * len(facts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": None},
        {"region": "MARS"},
        {"clauses": ["cap", "gone"]},
        {"months": "0"},
        {"yearly": "7"},
        {"margin": None},
        {"currency": "EUR"},
    ],
    ids=str,
)
def test_what_a_policy_refuses_is_aside_in_every_database(both, wrong):
    sound = SOUND_ONE | {"clauses": ["cap"]}
    other = {k: v for k, v in (sound | wrong).items() if v is not None}
    policy = loaded(policy_of(EVERYDAY))
    quotes = quotes_of([sound, other, sound])

    for connection in both:
        found = answers(connection, policy, [row_of(each) for each in quotes])
        assert [each[ASIDE] for each in found.values()] == [False, True, False]


def test_nothing_is_true_of_a_list_that_only_looks_like_one(both):
    policy = loaded(policy_of(EVERYDAY))
    (quote,) = quotes_of([SOUND_ONE | {"clauses": []}])
    row = row_of(quote) | {"clauses": ["cap", None]}

    for connection in both:
        assert answers(connection, policy, [row])[quote.id][ASIDE] is True


def test_sums_and_differences_are_counted_where_the_data_lies(both):
    before = loaded(policy_of(EVERYDAY))
    rows = [[{"margin": "< 20"}], [{"amount": "> 100"}], [{"clauses": '"exit"'}]]
    after = loaded(policy_of(EVERYDAY | {"rows": rows}))
    sound = SOUND_ONE | {"clauses": ["cap"], "amount": "50"}
    facts = [
        sound,
        sound | {"margin": "30", "clauses": []},
        sound | {"margin": "30", "clauses": ["exit"]},
        sound | {"months": "0"},
    ]
    for connection in both:
        answers(connection, before, [row_of(each) for each in quotes_of(facts)])
        sums = connection.execute(counted(before, COLUMNS, ON)).one()
        differ = connection.execute(differing(before, after, COLUMNS, (ON, ON))).all()

        assert tuple(sums) == (4, 1, 1, 0, 1)
        assert sorted(map(tuple, differ)) == [
            ("Q-0", 1, True, False),
            ("Q-2", 1, False, True),
            ("Q-3", 1, None, None),
        ]


def refused(columns=(), **changes):
    with pytest.raises(Unsayable) as caught:
        judged(loaded(policy_of(EVERYDAY) | changes), COLUMNS | dict(columns), ON)
    return str(caught.value)


def test_what_sql_cannot_say_exactly_is_refused_with_a_sentence():
    kinds = {
        "amount": (Float, "what a money is"),
        "region": (Boolean, "what a string is"),
        "clauses": (String, "what a list is"),
        "closes": (String, "what a date is"),
        "margin": (Numeric(20, 13), "at most 12 decimal places"),
        "months": (Numeric(30, 12), "at most 34 digits"),
    }
    for name, (kind, sentence) in kinds.items():
        said = refused({name: Column(name, kind)})
        assert sentence in said
    doubled = EVERYDAY | {"rows": [[{"yearly": "? * 2 > amount"}]]}
    assert "a quotient" in refused(**policy_of(doubled))
    inputs = policy_of(EVERYDAY)["inputs"]
    loose = [
        {**each, "values": []} if each["name"] == "clauses" else each for each in inputs
    ]
    loose = [{k: v for k, v in each.items() if v != []} for each in loose]
    assert "declare its values" in refused(inputs=loose)
    nowhere = {name: c for name, c in COLUMNS.items() if name != "currency"}
    with pytest.raises(Unsayable, match="'currency'"):
        judged(loaded(policy_of(EVERYDAY)), nowhere, ON)


def test_the_largest_amounts_are_judged_and_larger_ones_are_not(both):
    largest = Decimal(2**53) / 100
    wide = Table(
        "wide_quote",
        MetaData(),
        Column("id", String),
        Column("revision", BigInteger),
        Column("currency", String),
        Column("amount", Numeric(30, 2)),
        prefixes=["TEMPORARY"],
    )
    policy = loaded(
        {
            "policy": "wide",
            "version": "1",
            "currency": "USD",
            "inputs": [{"name": "amount", "type": "money"}],
            "triggers": [
                {
                    "id": "t",
                    "reason": "r",
                    "when": {"amount": f">= {largest}"},
                    "require": ["cfo"],
                }
            ],
            "steps": {"cfo": {}},
        }
    )
    amounts = [largest - Decimal("0.01"), largest, largest + Decimal("0.01"), 10**27]
    rows = [
        {"id": str(n), "revision": 1, "currency": "USD", "amount": amount}
        for n, amount in enumerate(amounts)
    ]
    for connection in both:
        wide.create(connection)
        connection.execute(insert(wide), rows)
        columns = {each.name: each for each in wide.c}
        found = connection.execute(judged(policy, columns, ON)).mappings().all()

        assert [each[ASIDE] for each in found] == [False, False, True, True]
        assert [each["t0"] for each in found[:2]] == [False, True]
