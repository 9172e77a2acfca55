"""
What of a person's open tasks is searched, filtered and sorted, and what pages read.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from approval_engine.domain.events import stamp
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.errors import InvalidState, NotFound
from approval_engine.store import done, listing, saved_views, workflows, worklist
from approval_engine.store.asking import Reader
from approval_engine.store.listing import Listed
from approval_engine.store.saved_views import SavedView
from approval_engine.store.wanted import Place, Sort, Wanted, Word
from tests.integration.store.rows import (
    NOON,
    explained,
    make_task,
    make_workflow,
    many_tasks,
    put,
)

FRED = Reader(person="fred", roles=("cfo", "finance"))
POOLS = Wanted(pools=True)


def put_listed(database, number, listed, **changes):
    """
    A workflow with one task of finance and these figures.
    """
    task = make_task(number, workflow_id=f"WF-{number}")
    put(database, make_workflow(number + 1000))
    workflow = make_workflow(number, tasks=[task], **changes)
    with database.begin() as transaction:
        workflows.insert(transaction, workflow, listed)


@pytest.fixture
def three(database):
    """
    Three tasks for fred's roles, due one after the other.
    """
    small = Listed(
        amount="900.50", amount_minor=90050, margin_pct="9.5", reasons="below_floor"
    )
    large = Listed(
        amount="184000", amount_minor=18400000, margin_pct="21.4", discount_pct="18"
    )
    put_listed(database, 1, small, account="Zebra 100%")
    put_listed(database, 2, large, account="acme")
    put_listed(database, 3, Listed(), account="Beta", submitted_by="pat")
    return database


def seen(database, wanted=POOLS, reader=FRED, limit=50):
    with database.read() as transaction:
        lines = worklist.page(transaction, reader, wanted, limit)
    return [line.task.id for line in lines]


def test_what_is_his_own_and_what_his_roles_may_take_are_two_lists(database):
    tasks = [make_task(1), make_task(2, assignee="fred"), make_task(3, role="legal")]
    put(database, make_workflow(tasks=tasks))

    assert seen(database) == ["T-1"]
    assert seen(database, Wanted()) == ["T-2"]
    assert seen(database, reader=Reader(person="fred")) == []


@pytest.mark.parametrize("wanted", [POOLS, replace(POOLS, words=(Word(text="acme"),))])
def test_his_own_quotes_are_in_no_list(database, wanted):
    put(database, make_workflow(tasks=[make_task(1)], submitted_by="fred"))

    assert seen(database, wanted) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["ACME"], ["T-2"]),
        (["floor"], ["T-1"]),
        (["184000"], ["T-2"]),
        (["q-3"], ["T-3"]),
        (["t-1"], ["T-1"]),
        (["finance", "beta"], ["T-3"]),
        (["acme", "beta"], []),
        (["100%"], ["T-1"]),
        (["%"], ["T-1"]),
        (["_"], ["T-1"]),
        (["/"], []),
        (["acmeq"], []),
    ],
)
def test_every_word_must_be_found_as_it_is(three, words, found):
    wanted = replace(POOLS, words=tuple(Word(text=each) for each in words))

    assert seen(three, wanted) == found


def test_a_word_may_name_who_submitted_it(three):
    word = Word(text="patricia", people=("pat",))

    assert seen(three, replace(POOLS, words=(word,))) == ["T-3"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"step": "finance"}, ["T-1", "T-2", "T-3"]),
        ({"step": "legal"}, []),
        ({"due_before": stamp(NOON + timedelta(minutes=2))}, ["T-1"]),
        ({"least_minor": 90050}, ["T-1", "T-2"]),
        ({"least_minor": 90051}, ["T-2"]),
        ({"submitted_by": ("pat",)}, ["T-3"]),
        ({"submitted_by": ()}, []),
    ],
)
def test_filters_leave_out_what_does_not_fit(three, changes, found):
    assert seen(three, replace(POOLS, **changes)) == found


@pytest.mark.parametrize(
    ("sort", "rising"),
    [
        (Sort.DUE, ["T-1", "T-2", "T-3"]),
        (Sort.ACCOUNT, ["T-2", "T-3", "T-1"]),
        (Sort.AMOUNT, ["T-3", "T-1", "T-2"]),
        (Sort.DISCOUNT, ["T-1", "T-3", "T-2"]),
        (Sort.MARGIN, ["T-3", "T-1", "T-2"]),
    ],
)
@pytest.mark.parametrize("falling", [False, True])
def test_pages_of_every_order_meet_without_gap_or_overlap(three, sort, rising, falling):
    wanted, found = replace(POOLS, sort=sort, falling=falling), []
    with three.read() as transaction:
        while page := worklist.page(transaction, FRED, wanted, 1):
            found.append(page[0].task.id)
            wanted = replace(wanted, after=page[0].place)

    assert found == (rising[::-1] if falling else rising)


def test_what_lies_behind_the_window_is_looked_for_from_its_end(three, monkeypatch):
    monkeypatch.setattr(worklist, "WINDOW", 2)
    wanted = replace(POOLS, words=(Word(text="beta"),))
    with three.read() as transaction:
        at, task = worklist.horizon(transaction, FRED, wanted)
        further = replace(wanted, after=Place(value=at, task=task))
        ends = worklist.horizon(transaction, FRED, further)

    assert (seen(three, wanted), task) == ([], "T-2")
    assert (seen(three, further), ends) == (["T-3"], None)


def test_two_tasks_of_one_review_count_once(database):
    tasks = [make_task(n, assignee="fred") for n in (1, 2)]
    put(database, make_workflow(tasks=[*tasks, make_task(3)]))
    put(database, make_workflow(2, tasks=[make_task(4, workflow_id="WF-2")]))

    with database.read() as transaction:
        assert worklist.counts(transaction, FRED, 100) == (1, 2)
        assert worklist.counts(transaction, FRED, 1) == (1, 1)
        assert worklist.counts(transaction, Reader(person="carl"), 9) == (0, 0)


def test_steps_that_come_are_shown_until_they_open_or_the_review_ends(database):
    first, second = make_workflow(1, tasks=[make_task(1)]), make_workflow(2)
    put(database, first, second)
    with database.begin() as transaction:
        asked = [("finance", "fred"), ("cfo", "fred"), ("cfo", "fred")]
        listing.look_ahead(transaction, first, asked)
        listing.look_ahead(transaction, second, [("cfo", "fred"), ("cfo", "carl")])

    def coming(person, **more):
        with database.read() as transaction:
            found = listing.coming(transaction, person, 10, **more)
        return [(each.workflow_id, each.step) for each in found]

    assert coming("fred") == [("WF-1", "cfo"), ("WF-2", "cfo")]
    assert coming("fred", after=(1, "cfo")) == [("WF-2", "cfo")]
    with database.begin() as transaction:
        assert listing.count_coming(transaction, "fred", 1) == 1
        listing.forget(transaction, "WF-2")
    assert (coming("fred"), coming("carl")) == ([("WF-1", "cfo")], [])


def test_what_a_person_answered_is_listed_newest_first(database):
    closed = {"closed_by": "fred", "status": TaskStatus.APPROVED}
    tasks = [
        make_task(1, closed_at=NOON, **closed),
        make_task(2, closed_at=NOON + timedelta(hours=1), **closed),
        make_task(3, closed_at=NOON, closed_by="fiona", status=TaskStatus.APPROVED),
        make_task(4, closed_at=NOON, status=TaskStatus.CANCELLED, closed_by="fred"),
    ]
    put(database, make_workflow(tasks=tasks))

    with database.read() as transaction:
        page = done.decided_by(transaction, "fred", 1)
        rest = done.decided_by(
            transaction, "fred", 9, (stamp(page[0].task.closed_at), page[0].task.id)
        )
    assert [each.task.id for each in (*page, *rest)] == ["T-2", "T-1"]


def test_what_a_stand_in_has_is_listed_for_its_principal(database):
    tasks = [
        make_task(1, assignee="fiona", principal="fred"),
        make_task(2, assignee="fred", principal="fred"),
        make_task(3, assignee="fiona", principal="carl"),
    ]
    put(database, make_workflow(tasks=tasks))

    with database.read() as transaction:
        found = done.lent_by(transaction, "fred", 9)
    assert [each.task.id for each in found] == ["T-1"]


def test_views_belong_to_one_person_and_one_name(database):
    view = SavedView(name="Mine", query='{"q":"acme"}')
    with database.begin() as transaction:
        saved_views.save(transaction, "fred", view, stamp(NOON))
        saved_views.save(transaction, "fred", replace(view, query="{}"), stamp(NOON))
        assert saved_views.of(transaction, "fred") == (replace(view, query="{}"),)
        assert saved_views.of(transaction, "fiona") == ()
        with pytest.raises(NotFound, match="no saved view 'Mine'"):
            saved_views.remove(transaction, "fiona", "Mine")
        saved_views.rename(transaction, "fred", "Mine", "Yours")
        saved_views.remove(transaction, "fred", "Yours")
        assert saved_views.of(transaction, "fred") == ()


def test_nobody_keeps_more_views_than_he_can_see(database):
    def save(transaction, name):
        view = SavedView(name=name, query="{}")
        saved_views.save(transaction, "fred", view, stamp(NOON))

    with database.begin() as transaction:
        for number in range(saved_views.MOST):
            save(transaction, f"{number}")
        save(transaction, "0")
        with pytest.raises(InvalidState, match="delete one first"):
            save(transaction, "one more")
        with pytest.raises(InvalidState, match="'1' is there already"):
            saved_views.rename(transaction, "fred", "0", "1")


@pytest.mark.parametrize(
    "wanted",
    [
        POOLS,
        Wanted(),
        replace(POOLS, words=(Word(text="acme"),)),
        replace(POOLS, sort=Sort.AMOUNT, falling=True),
    ],
)
def test_a_page_is_one_query_over_the_indexes_of_open_tasks(database, wanted):
    many_tasks(database)

    with database.read() as transaction:
        queries, plan = explained(
            database, transaction, lambda: worklist.page(transaction, FRED, wanted, 50)
        )
    assert queries == 1
    index = "ix_task_role" if wanted.pools else "ix_task_assignee"
    # SQLite has no lists: there each role is a part of its own.
    parts = len(FRED.roles) if wanted.pools and database.is_sqlite else 1
    assert plan.count(index) == parts
    assert "SCAN approval_task" not in plan
    # A window of thousands may be joined to so small a table by reading it whole.
    assert wanted.sifts or "Seq Scan on approval_task" not in plan


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda t: worklist.counts(t, FRED, 100), "ix_task_role"),
        (lambda t: done.decided_by(t, "fred", 50), "ix_task_closed"),
        (lambda t: done.lent_by(t, "fred", 50), "ix_task_principal"),
    ],
)
def test_the_other_lists_have_indexes_too(database, ask, index):
    many_tasks(database)

    with database.read() as transaction:
        queries, plan = explained(database, transaction, lambda: ask(transaction))
    assert (queries, index in plan) == (1, True)
    for scan in ("SCAN approval_task", "Seq Scan on approval_task"):
        assert scan not in plan
