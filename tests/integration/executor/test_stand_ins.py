"""
Windows: the plan, the opening of a step, and a window that opens or closes meanwhile.

Each test is a row of the table of cases, on both databases.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from approval_engine import worker
from approval_engine.documents import canonical, sha256
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import stamp
from approval_engine.errors import Forbidden, InvalidInput, NotFound
from approval_engine.executor.commands.stand_in import stand_in
from approval_engine.history.reading import detail, find, timeline
from approval_engine.operations import intake
from approval_engine.operations.granting import Bounds
from approval_engine.operations.invariants import check_all
from approval_engine.operations.preview import preview
from approval_engine.store import catalog, delegations, incidents, messages, sweeps
from approval_engine.store.catalog import Document
from approval_engine.store.sweeps import Edge
from tests.integration.executor.company import (
    MONDAY,
    STEPS,
    TRIGGERS,
    directory,
    document,
)

WEEK = (MONDAY - timedelta(days=1), MONDAY + timedelta(days=6))


def lend(company, principal, delegate, role=None, window=WEEK, **bounds):
    people = (principal, delegate)
    return intake.add_delegation(
        company.runtime, people, window, role, Bounds(**bounds)
    ).id


def seat(company, workflow, step):
    task = company.task(workflow, step)
    return task.assignee, task.principal, task.status


def work(company):
    assert not worker.once(company.runtime).held


def told(company, workflow, kind):
    with company.runtime.database.read() as transaction:
        found = messages.of(transaction, workflow)
    return {(each.event_id, each.recipient) for each in found if each.kind == kind}


def facts(company, workflow, action):
    log = (entry.view() for entry in timeline(company.runtime.database, workflow))
    return [each for each in log if each["action"] == action]


def sound(company):
    return company.is_sound() and not check_all(company.runtime).findings


def reimport(company, roles=None, **people):
    value = directory()
    value["roles"] = value["roles"] | (roles or {})
    value["users"] = [user | people.get(user["id"], {}) for user in value["users"]]
    intake.import_directory(company.runtime, document(value))


@pytest.fixture
def everybody(make_company):
    """
    All of legal must answer.
    """
    legal = {"role": "legal", "chain": "legal", "completion": "all"}
    legal["escalateTo"] = [{"role": "director", "afterHours": 24}]
    return make_company(steps={**STEPS, "legal": legal})


# At submit.


def test_an_approver_on_leave_is_asked_through_his_stand_in(company):
    window = lend(company, "maria", "mona")
    quote = company.quote("Q-9")
    planned = preview(company.runtime, quote).plan.steps[0].staffing
    workflow = company.submit(quote).workflow

    assert planned.candidates == ("mona",)
    assert planned.stand_ins[0].windows == (window,)
    assert seat(company, workflow, "manager") == ("mona", "maria", "delegated")
    with pytest.raises(Forbidden, match="is with 'mona', not with 'maria'"):
        company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "manager", "approve", "mona")
    (approved,) = facts(company, workflow, "task_approved")
    assert (approved["actor"], approved["onBehalfOf"]) == ("mona", "maria")
    assert sound(company)


def test_a_principal_stays_informed(company):
    lend(company, "maria", "mona")
    workflow = company.started()
    company.act(workflow, "manager", "approve", "mona")
    company.act(workflow, "finance", "delegate", "fred", to="fiona")
    company.act(workflow, "finance", "approve", "fiona")

    informed = told(company, workflow, "for_information")
    (opened, *_) = facts(company, workflow, "task_opened")
    by_mona, by_fiona = facts(company, workflow, "task_approved")
    assert informed == {
        (opened["id"], "maria"),
        (by_mona["id"], "maria"),
        (by_fiona["id"], "fred"),
    }
    assert sound(company)


def test_a_window_to_the_submitter_is_ignored_for_his_quote(company):
    lend(company, "maria", "sam")
    workflow = company.started()

    assert seat(company, workflow, "manager") == ("maria", None, "open")
    work(company)
    assert seat(company, workflow, "manager") == ("maria", None, "open")
    assert company.act(workflow, "manager", "approve", "maria").result == "applied"
    assert sound(company)


def test_a_window_to_whoever_acts_for_the_submitter_is_ignored_too(company):
    lend(company, "sam", "mona")
    lend(company, "maria", "mona")
    workflow = company.started()
    assert seat(company, workflow, "manager") == ("maria", None, "open")


def test_an_approver_does_not_hand_a_task_to_the_submitter_and_that_is_logged(
    company, caplog
):
    workflow = company.started()
    with (
        caplog.at_level(logging.INFO),
        pytest.raises(Forbidden, match="'sam' must not decide: submitter of the quote"),
    ):
        company.act(workflow, "manager", "delegate", "maria", to="sam")

    (record,) = [each for each in caplog.records if "stand_in" in each.getMessage()]
    assert "'sam' must not decide: submitter of the quote" in record.getMessage()
    assert company.act(workflow, "manager", "delegate", "maria", to="mona")


def test_a_delegate_without_the_role_is_passed_over_for_the_next_one(company):
    lend(company, "maria", "olga")
    alone = company.started()
    # Nobody stands in, so the step asks the next role at once and says why.
    task = company.task(alone, "manager")
    assert (task.role, task.assignee) == ("director", None)
    (opened, *_) = facts(company, alone, "task_opened")
    (away,) = opened["data"]["away"]
    assert away[0] == "maria"
    assert "'olga' holds no role of director, manager" in away[1]

    lend(company, "maria", "mona", "manager")
    assert seat(company, company.started(), "manager")[:2] == ("mona", "maria")
    lend(company, "olga", "carl")
    assert sound(company)


def test_a_delegate_who_left_or_has_too_small_a_limit_is_not_eligible(make_company):
    big = [{"id": "big", "reason": "big", "ladder": "s", "when": {"amount": "> 0"}}]
    director = {"role": "director", "may": {"amount": "< 500000"}}
    ladders = {"s": [director, {"role": "cfo", "unlimited": True}]}
    named = {"director": {"role": "director", "assign": "user:dora"}}
    company = make_company(triggers=big, ladders=ladders, steps=named)
    lend(company, "dora", "dirk")
    assert company.task(company.started(), "director").assignee == "dirk"

    reimport(company, dirk={"limits": {"amount": "< 1000"}})
    with_a_limit = company.started()
    assert company.task(with_a_limit, "director").role == "cfo"
    reimport(company, dirk={"active": False})
    (opened,) = facts(company, company.started(), "task_opened")
    assert "'dirk' is no longer active" in opened["data"]["away"][0][1]
    assert sound(company)


def test_a_chain_of_absences_reaches_the_third_hand_and_no_further(company):
    people = ["mona", "milo", "mike", "max"]
    value = directory()
    value["users"] += [
        {"id": name, "name": name, "email": f"{name}@x.example"} for name in people[1:]
    ]
    value["roles"] = {**value["roles"], "manager": ["maria", *people]}
    intake.import_directory(company.runtime, document(value))
    first = lend(company, "maria", "mona")
    second = lend(company, "mona", "milo")
    third = lend(company, "milo", "mike")
    task = company.task(company.started(), "manager")
    assert (task.assignee, task.windows) == ("mike", (first, second, third))

    lend(company, "mike", "max")
    workflow = company.started()
    assert company.task(workflow, "manager").role == "director"
    (opened, *_) = facts(company, workflow, "task_opened")
    assert "would be hand 4" in opened["data"]["away"][0][1]
    assert sound(company)


@pytest.mark.broken
def test_a_circle_of_absences_escalates_at_once_and_says_so(company):
    lend(company, "maria", "mona")
    # Nobody can add a circle; whoever restores tables by hand can.
    circle = Delegation(
        id="D-99",
        principal="mona",
        delegate="maria",
        starts_at=WEEK[0],
        ends_at=WEEK[1],
    )
    with company.runtime.database.begin() as transaction:
        delegations.add(transaction, circle)
        known = delegations.listed(transaction)
        rows = [{n: getattr(d, n) for n in Delegation.__slots__} for d in known]
        body = canonical(rows)
        snapshot = Document(sha256=sha256(body), kind="delegations", body=body)
        catalog.put(transaction, [snapshot])
        catalog.set_setting(transaction, "delegations", snapshot.sha256)
    workflow = company.started()

    task = company.task(workflow, "manager")
    assert (task.role, task.candidates) == ("director", ("dora", "dirk"))
    (opened, *_) = facts(company, workflow, "task_opened")
    assert "'D-99' leads in a circle to 'maria'" in opened["data"]["away"][0][1]
    assert company.is_sound()


def test_an_absent_member_of_a_pool_is_skipped_while_others_are_there(company):
    lend(company, "fred", "dirk")
    workflow = company.started()
    task = company.task(workflow, "finance")
    assert (task.candidates, task.assignee) == (("fiona",), None)

    lend(company, "fiona", "dora")
    other = company.started()
    task = company.task(other, "finance")
    # Everybody is away, so the first who has one is asked through his stand-in.
    assert (task.assignee, task.principal) == ("dirk", "fred")
    assert task.candidates == ("fred", "fiona")
    assert sound(company)


def test_all_uses_the_stand_in_of_an_absent_member(everybody):
    lend(everybody, "lara", "dirk", "legal")
    workflow = everybody.started(margin_pct="30", clause=True)
    seats = everybody.case(workflow).seats("legal")
    assert [(each.assignee, each.principal) for each in seats] == [
        ("dirk", "lara"),
        ("leo", None),
        ("lena", None),
    ]
    for person in ("dirk", "leo"):
        mine = next(each.id for each in seats if each.assignee == person)
        everybody.act(workflow, "legal", "approve", person, task=mine)
    last = everybody.act(workflow, "legal", "approve", "lena", task=seats[2].id)
    assert last.status == "approved"
    assert sound(everybody)


def test_all_asks_the_next_role_for_a_member_without_a_stand_in(everybody):
    # Leo has a seat of his own, and nobody holds two of one step.
    lend(everybody, "lara", "leo")
    workflow = everybody.started(margin_pct="30", clause=True)
    seats = everybody.case(workflow).seats("legal")
    assert [(each.assignee, each.role) for each in seats] == [
        ("dora", "director"),
        ("leo", "legal"),
        ("lena", "legal"),
    ]
    assert sound(everybody)


def test_a_quorum_skips_who_is_absent_while_enough_are_there(company):
    lend(company, "lara", "dirk", "legal")
    workflow = company.started(margin_pct="30", clause=True)
    asked = [each.assignee for each in company.case(workflow).seats("legal")]
    assert asked == ["leo", "lena"]
    assert company.act(workflow, "legal", "approve", "leo").status == "pending"
    assert company.act(workflow, "legal", "approve", "lena").status == "approved"
    assert sound(company)


@pytest.mark.parametrize("apart", [False, True])
def test_a_delegate_who_is_asked_elsewhere_counts_unless_approvers_must_differ(
    make_company, apart
):
    steps = {
        "manager": {"role": "manager", "assign": "user:maria"},
        "finance": {"role": "finance", "assign": "user:fred"},
    }
    steps["finance"] |= {"distinctApprovers": True} if apart else {}
    company = make_company(triggers=TRIGGERS[:1], steps=steps)
    reimport(company, {"finance": ["fred", "maria"]})
    lend(company, "fred", "maria", "finance")
    workflow = company.started()

    task = company.task(workflow, "finance")
    if apart:
        assert task.role == "deal_desk"
    else:
        assert (task.assignee, task.principal) == ("maria", "fred")
    assert sound(company)


# When a later step opens.


@pytest.fixture
def tall(make_company):
    """
    The CFO decides at last, and directors may in his place.
    """
    cfo = {**STEPS["cfo"], "escalateTo": [{"role": "director", "afterHours": 24}]}
    return make_company(steps={**STEPS, "cfo": cfo})


def to_the_cfo(company, workflow):
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")


def test_a_window_that_is_open_at_activation_counts_for_the_step(tall):
    early, late = tall.started(amount="2000000"), tall.started(amount="2000000")
    to_the_cfo(tall, early)
    window = lend(tall, "carl", "dirk", "cfo")
    to_the_cfo(tall, late)

    assert seat(tall, early, "cfo") == (None, None, "open")
    assert seat(tall, late, "cfo") == ("dirk", "carl", "delegated")
    assert tall.task(late, "cfo").windows == (window,)
    work(tall)
    assert seat(tall, early, "cfo") == ("dirk", "carl", "delegated")
    assert tall.act(late, "cfo", "approve", "dirk").status == "approved"
    assert sound(tall)


def test_a_window_that_closed_before_activation_no_longer_counts(tall):
    lend(tall, "carl", "dirk", window=(WEEK[0], MONDAY + timedelta(hours=1)))
    workflow = tall.started(amount="2000000")
    tall.wait(hours=2)
    to_the_cfo(tall, workflow)
    assert tall.task(workflow, "cfo").candidates == ("carl",)
    assert seat(tall, workflow, "cfo") == (None, None, "open")
    assert sound(tall)


def test_the_people_of_a_later_step_are_those_of_the_day_it_opens(tall):
    workflow = tall.started(amount="2000000")
    reimport(tall, {"cfo": ["dora"]})
    to_the_cfo(tall, workflow)
    assert tall.task(workflow, "cfo").candidates == ("dora",)


def test_a_later_step_keeps_its_seats_and_fills_them_anew(make_company):
    legal = {"role": "legal", "stage": 2, "completion": "all"}
    legal["escalateTo"] = [{"role": "director", "afterHours": 24}]
    manager = {**STEPS["manager"], "stage": 1}
    company = make_company(steps={**STEPS, "manager": manager, "legal": legal})
    workflow = company.started(clause=True)
    lend(company, "lara", "dirk", "legal")
    reimport(company, {"legal": ["lara", "leo", "lena", "olga"]}, leo={"active": False})
    to_the_cfo(company, workflow)

    seats = company.case(workflow).seats("legal")
    assert [(each.assignee, each.principal) for each in seats] == [
        ("dirk", "lara"),
        ("olga", None),
        ("lena", None),
    ]
    assert sound(company)


# When a window opens or closes while the task waits.


def test_a_pending_task_moves_when_the_window_opens_and_goes_back_when_it_closes(
    company,
):
    tuesday = (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=3))
    window = lend(company, "maria", "mona", window=tuesday)
    workflow = company.started()
    work(company)
    assert seat(company, workflow, "manager") == ("maria", None, "open")

    company.wait(hours=1)
    work(company)
    assert seat(company, workflow, "manager") == ("mona", "maria", "delegated")
    assert company.task(workflow, "manager").windows == (window,)
    (moved,) = facts(company, workflow, "task_stood_in")
    assert (moved["id"], "maria") in told(company, workflow, "for_information")
    assert (moved["id"], "mona") in told(company, workflow, "delegated")
    work(company)
    assert len(facts(company, workflow, "task_stood_in")) == 1

    company.wait(hours=2)
    with pytest.raises(Forbidden, match=f"delegation '{window}' is over"):
        company.act(workflow, "manager", "approve", "mona")
    work(company)
    work(company)
    assert seat(company, workflow, "manager") == ("maria", None, "open")
    assert len(facts(company, workflow, "task_handed_back")) == 1
    assert company.act(workflow, "manager", "approve", "maria").result == "applied"
    assert sound(company)


def test_a_task_that_the_stand_in_took_up_stays_with_him(company):
    lend(company, "maria", "mona", window=(WEEK[0], MONDAY + timedelta(hours=2)))
    workflow = company.started()
    company.act(workflow, "manager", "claim", "mona")
    company.wait(hours=3)
    work(company)

    assert seat(company, workflow, "manager") == ("mona", "maria", "claimed")
    company.act(workflow, "manager", "approve", "mona")
    (approved,) = facts(company, workflow, "task_approved")
    assert approved["onBehalfOf"] == "maria"
    assert sound(company)


def test_a_stand_in_gives_the_task_back_to_his_principal(company):
    lend(company, "maria", "mona")
    workflow = company.started()
    company.act(workflow, "manager", "release", "mona")
    assert seat(company, workflow, "manager") == ("maria", None, "open")

    company.act(workflow, "finance", "delegate", "fred", to="dirk")
    company.act(workflow, "finance", "release", "dirk")
    assert seat(company, workflow, "finance") == ("fred", None, "claimed")
    company.act(workflow, "finance", "release", "fred")
    assert company.act(workflow, "finance", "approve", "fiona").result == "applied"
    assert sound(company)


def test_a_window_that_is_ended_early_gives_the_task_back(company):
    window = lend(company, "maria", "mona")
    workflow = company.started()
    company.wait(hours=1)
    intake.end_delegation(company.runtime, window)
    work(company)
    assert seat(company, workflow, "manager") == ("maria", None, "open")
    assert sound(company)


def test_a_stand_in_who_leaves_passes_the_task_on_and_gets_it_back(company):
    reimport(company, {"manager": ["maria", "mona", "olga"]})
    first = lend(company, "maria", "mona")
    soon = (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2))
    second = lend(company, "mona", "olga", window=soon)
    workflow = company.started()
    company.wait(hours=1)
    work(company)
    task = company.task(workflow, "manager")
    assert (task.assignee, task.principal) == ("olga", "maria")
    assert task.windows == (first, second)

    company.wait(hours=1)
    work(company)
    task = company.task(workflow, "manager")
    assert (task.assignee, task.windows) == ("mona", (first,))
    assert sound(company)


def test_a_window_that_opens_without_a_stand_in_escalates_at_once(company):
    workflow = company.started()
    lend(company, "maria", "olga")
    work(company)
    task = company.task(workflow, "manager")
    assert (task.role, task.escalation_level) == ("director", 1)
    (moved,) = facts(company, workflow, "task_escalated")
    assert "'olga' holds no role of" in moved["data"]["because"]
    work(company)
    assert len(facts(company, workflow, "task_escalated")) == 1
    assert sound(company)


def test_a_window_does_not_stop_the_clock_of_the_step(company):
    workflow = company.started()
    timers = company.case(workflow).timers
    lend(company, "maria", "mona")
    work(company)
    assert seat(company, workflow, "manager")[0] == "mona"
    assert company.case(workflow).timers == timers

    company.wait(days=3)
    work(company)
    assert company.task(workflow, "manager").role == "director"
    assert sound(company)


def test_a_step_gets_its_grace_once_when_it_is_delegated(make_company):
    manager = {**STEPS["manager"], "delegateGraceHours": 8}
    company = make_company(steps={**STEPS, "manager": manager})
    workflow = company.started()
    before = company.case(workflow)
    due_at = company.task(workflow, "manager").due_at
    company.act(workflow, "manager", "delegate", "maria", to="mona")
    later = company.case(workflow)
    assert company.task(workflow, "manager").due_at > due_at
    moved = {t.element for t in set(later.timers) - set(before.timers)}
    assert moved == {t.element for t in before.timers if t.step == "manager"}

    company.act(workflow, "manager", "delegate", "mona", to="dora")
    assert company.case(workflow).timers == later.timers
    assert len(facts(company, workflow, "task_graced")) == 1
    company.now = due_at + timedelta(minutes=1)
    work(company)
    assert company.task(workflow, "manager").role == "manager"
    assert sound(company)


def test_what_an_incident_holds_moves_once_it_is_free(company):
    workflow = company.started()
    with company.runtime.database.begin() as transaction:
        incidents.add(transaction, workflow, "engine", "a test", "2026-03-02")
    lend(company, "maria", "mona")
    work(company)
    assert seat(company, workflow, "manager")[0] == "maria"

    with company.runtime.database.begin() as transaction:
        transaction.exec_driver_sql("UPDATE incident SET closed_at = '2026-03-02'")
    work(company)
    assert seat(company, workflow, "manager")[0] == "mona"


# What a window may be narrowed to.


def test_a_window_counts_only_within_its_bounds(company):
    lend(company, "maria", "mona", within="amount <= 500000")
    assert seat(company, company.started(), "manager")[0] == "mona"
    large = company.started(amount="500000.01")
    assert seat(company, large, "manager")[0] == "maria"
    work(company)
    assert seat(company, large, "manager")[0] == "maria"
    assert sound(company)


def test_a_window_counts_only_in_its_role_and_process(make_company):
    processes = [{"when": {"clause": "true"}, "use": "other"}, {"use": "standard"}]
    company = make_company(processes=processes)
    lend(company, "maria", "mona", process="other")
    assert seat(company, company.started(), "manager")[0] == "maria"
    assert seat(company, company.started(clause=True), "manager")[0] == "mona"
    lend(company, "dora", "dirk", "director")
    with pytest.raises(NotFound, match="no process 'gone'"):
        lend(company, "maria", "mona", process="gone")


@pytest.mark.parametrize(
    ("within", "reason"),
    [
        ("colour <= 5", "has no input colour"),
        ("amount <=", "within 'amount <='"),
        ("amount + 1", "not a condition"),
        ('amount <= "much"', "within"),
    ],
)
def test_bounds_must_mean_something(company, within, reason):
    with pytest.raises(InvalidInput, match=reason):
        lend(company, "maria", "mona", within=within)


def test_nobody_gives_away_a_role_that_he_does_not_hold(company):
    with pytest.raises(Forbidden, match="'olga' does not hold the role finance"):
        lend(company, "olga", "fiona", "finance")
    assert lend(company, "fred", "fiona", "finance")


# What is left behind, and what finds it.


def test_a_command_that_read_older_windows_is_caught_by_the_second_look(company):
    with company.runtime.database.read() as transaction:
        before = catalog.setting(transaction, "delegations")
    lend(company, "maria", "mona")
    with company.runtime.database.read() as transaction:
        after = catalog.setting(transaction, "delegations")
    work(company)
    with company.runtime.database.begin() as transaction:
        catalog.set_setting(transaction, "delegations", before)
    workflow = company.started()
    with company.runtime.database.begin() as transaction:
        catalog.set_setting(transaction, "delegations", after)

    work(company)
    assert seat(company, workflow, "manager")[0] == "maria"
    company.wait(minutes=3)
    work(company)
    assert seat(company, workflow, "manager")[0] == "mona"
    with company.runtime.database.read() as transaction:
        assert not sweeps.due(transaction, company.now + timedelta(hours=1))


@pytest.mark.broken
def test_a_decision_in_a_name_without_a_window_is_found(company):
    lend(company, "maria", "mona")
    workflow = company.started()
    company.act(workflow, "manager", "approve", "mona")
    assert sound(company)

    with company.runtime.database.begin() as transaction:
        assert delegations.end(transaction, "D-1", stamp(MONDAY))
    details = [each.detail for each in check_all(company.runtime).findings]
    assert any("delegation 'D-1' does not run then" in each for each in details)


def test_two_workers_move_a_task_once(company):
    workflow = company.started()
    window = lend(company, "maria", "mona")
    edge = Edge(window=window, principal="maria", edge="opened")
    assert stand_in(company.runtime, workflow, edge) is True
    # Another worker had asked what is affected before the first one was done.
    assert stand_in(company.runtime, workflow, edge) is False
    assert len(facts(company, workflow, "task_stood_in")) == 1
    assert sound(company)


def test_many_workers_sweep_at_once_and_every_task_moves_once(company):
    runs = [company.started() for _ in range(6)]
    lend(company, "maria", "mona")
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: worker.once(company.runtime), range(4)))
    work(company)

    assert not any(each.held for each in rounds)
    for workflow in runs:
        assert seat(company, workflow, "manager")[:2] == ("mona", "maria")
        assert len(facts(company, workflow, "task_stood_in")) == 1
    assert sound(company)


def test_the_record_says_who_it_was_for(company):
    window = lend(company, "maria", "mona")
    workflow = company.started()
    (line, *_) = detail(find(company.runtime.database, workflow))
    assert line["asks"] == f"mona for maria (delegation {window})"
    company.act(workflow, "manager", "claim", "mona")
    company.act(workflow, "manager", "delegate", "mona", to="dora")
    company.act(workflow, "manager", "approve", "dora")
    names = [
        (each["actor"], each["onBehalfOf"])
        for name in ("task_claimed", "task_delegated", "task_approved")
        for each in facts(company, workflow, name)
    ]
    assert names == [("mona", "maria"), ("mona", "maria"), ("dora", "maria")]
    assert sound(company)
