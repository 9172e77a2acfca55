"""
A backup that is taken while others write holds a beginning of their work, all of it.
"""

from dataclasses import replace
from itertools import count

import pytest

from approval_engine.operations import backups
from approval_engine.operations.invariants import check_all
from approval_engine.store import ledger
from approval_engine.store.database import Database
from tests.concurrency.load import Done, Load, assert_is_a_beginning

_files = count(1)


def heads_of(runtime):
    with runtime.database.read() as transaction:
        return ledger.every_head(transaction)


def restored(runtime, file, url, known):
    """
    The runtime of another database, which was made of the file, and what was said.
    """
    other = replace(runtime, database=Database(url))
    wish = backups.Wish(by="ada", known=known)
    return other, backups.restore(other, file, wish)


def drill(company, fresh_database, folder, *, backups_wanted, more):
    runtime = company.runtime
    kind = "sqlite" if runtime.database.is_sqlite else "postgresql"
    load, made = Load(company), []
    with load.going_on():
        for _ in range(backups_wanted):
            load.wait_for(8)
            file, since = folder / f"{next(_files)}.backup", load.now()
            made.append((backups.make(runtime, file), file, since, load.now()))
        load.wait_for(more)
    assert check_all(runtime).findings == ()
    now = heads_of(runtime)
    for said, file, since, until in made:
        other, found = restored(runtime, file, fresh_database(kind), now)
        assert found.checked.findings == ()
        assert (found.checked.workflows, found.checked.events) == (
            said.workflows, said.events,
        )  # fmt: skip
        _, lost = assert_is_a_beginning(other, load.journal, since=since, until=until)
        assert not any(each.differs for each in found.missing)
        assert {each.workflow for each in found.missing} == {
            each.workflow for each in lost
        }
        assert_is_found_out(other, load, until)
        other.database.close()
    return load


def assert_is_found_out(other, load, until):
    """
    A judge that calls any copy good would prove nothing.
    """
    older = Done(begun=0, ended=1, workflow="WF-0", task=None)
    for journal, since in (([older, *load.journal], 2), (load.journal, load.now())):
        with pytest.raises(AssertionError):
            assert_is_a_beginning(other, journal, since=since, until=until)


def test_a_backup_under_load_is_a_beginning(
    company, fresh_database, tmp_path, postgres_tools
):
    drill(company, fresh_database, tmp_path, backups_wanted=2, more=40)


@pytest.mark.proof
def test_forty_backups_of_forty_are_good_and_tell_of_500_decisions_more(
    company, fresh_database, tmp_path, postgres_tools
):
    load = drill(company, fresh_database, tmp_path, backups_wanted=40, more=500)
    assert load.decisions >= 40 * 8 + 500
