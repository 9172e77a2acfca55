"""
What is stored has a level of protection, and whatever names people is known for it.
"""

import re

from approval_engine.store.schema import METADATA
from tests.unit.test_threats import section, tables

SECTION = section("What is stored, and how it is protected")
LEVELS = {
    level: re.findall(r"`(\w+)`", names)
    for level, names, _ in tables(SECTION, 3)
    if level != "level"
}
COUNTER = "counter"
"""A table on SQLite only; PostgreSQL has sequences."""

# Columns that hold who somebody is, where he was, or what he or others wrote.
PERSONAL = {"address", "agent", "note", "reason", "subject", "body"}


def test_every_table_has_one_level_of_protection():
    named = [table for names in LEVELS.values() for table in names]

    assert sorted(named) == sorted({*METADATA.tables, COUNTER})


def test_every_level_says_who_reads_it_and_how_it_is_kept():
    described = {row[0]: row[1:] for row in tables(SECTION, 4) if row[0] != "level"}

    assert described.keys() == LEVELS.keys()
    assert all(all(row) for row in described.values())


def test_no_record_that_stays_for_good_has_a_column_for_words():
    kept = {
        name: set(METADATA.tables[name].c.keys())
        for name in LEVELS["record"]
        if name != COUNTER
    }

    assert {name for name, found in kept.items() if found & PERSONAL} == set()
    assert PERSONAL & set(METADATA.tables["event_text"].c.keys())
