"""
The guard: who may do what to a task, each permission beside its refusal.
"""

from dataclasses import replace

import pytest

from approval_engine.domain.actions import (
    Action,
    Request,
    Surroundings,
    decide,
    is_repeat,
)
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import OPEN_TASK, TaskStatus, WorkflowStatus
from approval_engine.domain.people import Directory, User
from approval_engine.errors import Forbidden, InvalidInput, InvalidState
from tests.factories import NOW, make_task, make_workflow


def make_around(roles=None, excluded=None, veto=(), inactive=(), **more):
    people = ("sam", "olga", "fred", "fiona", "greta", "dora", "maria")
    twins = more.pop("twins", {})
    users = {
        name: User(
            id=name,
            name=name,
            email=f"{twins.get(name, name)}@example.com",
            active=name not in inactive,
        )
        for name in people
    }
    found = {"finance": ("fred", "fiona"), "director": ("dora",), **(roles or {})}
    return Surroundings(
        directory=Directory(users=users, roles=found),
        excluded=excluded or {"sam": "submitter of the quote"},
        veto=veto,
        **more,
    )


def ask(action, actor="fred", task=None, around=None, **more):
    task = task or make_task()
    others = more.pop("others", ())
    more.setdefault("comment_sha256", "c" * 64)
    workflow = make_workflow(task, *others, **more.pop("workflow", {}))
    request = Request(action=Action(action), actor=actor, channel="web", **more)
    return decide(workflow, task, request, around or make_around())


@pytest.mark.parametrize(
    ("action", "fact"),
    [
        ("approve", Fact.TASK_APPROVED),
        ("reject", Fact.TASK_REJECTED),
        ("return", Fact.TASK_RETURNED),
    ],
)
def test_a_candidate_decides_once_and_under_a_natural_key(action, fact):
    event = ask(action)

    assert event.action == fact
    assert event.natural_key == "decided:T-1"
    assert event.on_behalf_of is None


def test_bounds_are_recorded_with_an_approval_and_nothing_else_has_any():
    event = ask("approve", within="amount<=500")

    assert event.data["within"] == "amount<=500"
    assert "within" not in ask("approve").data
    for action in ("reject", "return", "claim", "comment"):
        with pytest.raises(InvalidInput, match="only an approval has bounds"):
            ask(action, within="amount<=500")


@pytest.mark.parametrize("action", ["approve", "reject", "return", "claim"])
@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        ("maria", "is not one of those asked"),
        ("sam", "must not decide: submitter of the quote"),
        ("nobody", "is not in the directory"),
    ],
)
def test_nobody_else_decides_or_claims(action, actor, reason):
    with pytest.raises(Forbidden, match=reason):
        ask(action, actor=actor)


def test_the_submitter_never_decides_even_as_candidate_and_assignee():
    task = make_task(assignee="sam", candidates=("sam",))

    with pytest.raises(Forbidden, match="submitter"):
        ask("approve", actor="sam", task=task)


def test_whoever_left_the_company_or_the_role_no_longer_decides():
    with pytest.raises(Forbidden, match="no longer active"):
        ask("approve", around=make_around(inactive=("fred",)))
    with pytest.raises(Forbidden, match="no longer holds the role finance"):
        ask("approve", around=make_around(roles={"finance": ("fiona",)}))


def test_an_assignee_decides_and_another_candidate_does_not():
    task = make_task(assignee="fiona", status=TaskStatus.CLAIMED)

    assert ask("approve", actor="fiona", task=task).action == Fact.TASK_APPROVED
    with pytest.raises(Forbidden, match="it is with 'fiona', not with 'fred'"):
        ask("approve", actor="fred", task=task)


@pytest.mark.parametrize("action", ["reject", "return", "comment"])
def test_a_no_needs_a_comment(action):
    with pytest.raises(InvalidInput, match="a comment is missing"):
        ask(action, comment_sha256=None)


def test_a_yes_needs_no_comment():
    assert ask("approve", comment_sha256=None).data["comment"] is None


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - OPEN_TASK))
def test_a_closed_task_is_refused_with_who_closed_it(status):
    task = make_task(status=status, closed_by="fiona", closed_at=NOW)

    with pytest.raises(InvalidState, match=r"by 'fiona' at 2026-03-06 21:00 UTC"):
        ask("approve", task=task)


def test_an_answer_is_changed_by_its_author_while_others_are_waited_for():
    said = make_task(status=TaskStatus.REJECTED, closed_by="fred", closed_seq=7)
    other = make_task(id="T-2", seat=2)
    waits, others = make_around(waits=True), (other,)
    event = ask("approve", task=said, around=waits, others=others)

    assert (event.action, event.data["changes"]) == (Fact.TASK_APPROVED, 7)
    assert event.natural_key == "decided:T-1:7"
    last = replace(other, status=TaskStatus.APPROVED, closed_by="fiona", closed_seq=8)
    for refused in (
        {"around": make_around(), "others": others},
        {"around": waits, "others": others, "actor": "fiona"},
        {"around": waits, "others": (last,)},
        {"around": waits, "others": others, "workflow": {"status": "recalled"}},
    ):
        with pytest.raises(InvalidState, match="it is rejected by 'fred'"):
            ask("approve", task=said, **refused)
    with pytest.raises(InvalidState, match="it is rejected by 'fred'"):
        ask("delegate", task=said, around=waits, others=others, to="fiona")


@pytest.mark.parametrize("status", [s for s in WorkflowStatus if s != "pending"])
def test_a_task_of_an_ended_workflow_is_refused(status):
    with pytest.raises(InvalidState):
        ask("approve", workflow={"status": status})


def test_the_same_answer_again_is_a_repeat_and_another_is_not():
    task = make_task(status=TaskStatus.APPROVED, closed_by="fred")
    approve = Request(action=Action.APPROVE, actor="fred", channel="web")

    assert is_repeat(task, approve)
    assert not is_repeat(task, replace(approve, action=Action.REJECT))
    assert not is_repeat(task, replace(approve, actor="fiona"))


def test_claiming_what_one_holds_is_a_repeat():
    task = make_task(status=TaskStatus.CLAIMED, assignee="fred")
    claim = Request(action=Action.CLAIM, actor="fred", channel="web")

    assert is_repeat(task, claim)
    assert not is_repeat(task, replace(claim, actor="fiona"))


def test_a_claim_is_released_only_by_its_holder():
    claimed = make_task(status=TaskStatus.CLAIMED, assignee="fred")

    assert ask("release", task=claimed).action == Fact.TASK_RELEASED
    with pytest.raises(Forbidden, match="it is with 'fred'"):
        ask("release", actor="fiona", task=claimed)
    with pytest.raises(InvalidState, match="it is open"):
        ask("release")


def test_a_stand_in_decides_in_the_name_of_his_principal():
    handed = ask("delegate", to="greta")
    task = make_task(status=TaskStatus.DELEGATED, assignee="greta", principal="fred")
    event = ask("approve", actor="greta", task=task)

    assert handed.data["principal"] == "fred"
    assert (event.actor, event.on_behalf_of) == ("greta", "fred")


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("sam", "'sam' must not decide: submitter"),
        ("fred", "'fred' already has it"),
        ("nobody", "'nobody' is not in the directory"),
    ],
)
def test_a_task_is_not_delegated_to_whoever_must_not_have_it(to, reason):
    with pytest.raises(Forbidden, match=reason):
        ask("delegate", to=to)


@pytest.mark.parametrize("action", ["approve", "reject", "claim", "delegate"])
def test_whoever_lacks_the_authority_does_not_use_what_he_holds(action):
    around = make_around(unfit={"fred": "lacks it"})

    for task in (make_task(), make_task(assignee="fred", candidates=("fred",))):
        with pytest.raises(Forbidden, match="but 'fred' lacks it"):
            ask(action, task=task, around=around, to="fiona")
    assert ask("approve", actor="fiona", around=around)


def test_a_task_is_not_delegated_to_whoever_lacks_the_authority():
    with pytest.raises(Forbidden, match="but 'greta' lacks it"):
        ask("delegate", to="greta", around=make_around(unfit={"greta": "lacks it"}))


@pytest.mark.parametrize(
    "around",
    [
        {"unfit": {"fred": "lacks it"}},
        {"excluded": {"fred": "acts for 'sam'"}},
        {"roles": {"finance": ("fiona",)}},
    ],
)
def test_whoever_may_not_decide_any_more_lets_go_of_his_claim(around):
    task = make_task(status=TaskStatus.CLAIMED, assignee="fred")

    assert ask("release", task=task, around=make_around(**around))


@pytest.mark.parametrize(
    ("action", "deed"),
    [
        ("approve", "approve task"),
        ("claim", "claim task"),
        ("request-info", "ask for information about task"),
        ("provide-info", "give information about task"),
        ("add-approver", "add an approver to task"),
        ("reassign", "reassign task"),
    ],
)
def test_a_refusal_says_in_words_what_was_wanted(action, deed):
    closed = make_task(status=TaskStatus.NOT_REQUIRED)
    with pytest.raises(InvalidState, match=f"^Expected to {deed} 'T-1' of workflow"):
        ask(action, task=closed, to="dora")


def test_a_comment_of_a_stranger_is_refused_in_words():
    with pytest.raises(Forbidden, match=r"^Expected to comment on task 'T-1' of"):
        ask("comment", "greta")


def test_a_delegation_names_somebody():
    with pytest.raises(InvalidInput, match=r"to delegate task 'T-1'.* nobody is named"):
        ask("delegate")


@pytest.mark.parametrize(
    "seat",
    [
        {"closed_by": "fred"},
        {"closed_by": "greta", "principal": "fred"},
    ],
)
def test_one_person_takes_one_seat_of_a_step_in_whatever_name(seat):
    other = make_task("T-2", seat=2, status=TaskStatus.APPROVED, **seat)

    with pytest.raises(Forbidden, match="already decided this step in task 'T-2'"):
        ask("approve", others=(other,))
    assert ask("approve", actor="fiona", others=(other,))


@pytest.mark.parametrize(
    "seat",
    [
        {"status": TaskStatus.APPROVED, "closed_by": "fiona"},
        {"status": TaskStatus.REJECTED, "closed_by": "greta", "principal": "fiona"},
    ],
)
def test_two_accounts_of_one_person_take_one_seat(seat):
    other = make_task("T-2", seat=2, **seat)

    with pytest.raises(Forbidden, match="already decided this step in task 'T-2'"):
        ask("approve", others=(other,), around=make_around(twins={"fred": "fiona"}))
    assert ask("approve", others=(other,))


@pytest.mark.parametrize(
    "seat",
    [
        {"assignee": "greta"},
        {"assignee": "dora", "principal": "greta", "status": TaskStatus.DELEGATED},
        {"closed_by": "greta", "status": TaskStatus.APPROVED},
        {"closed_by": "dora", "principal": "greta", "status": TaskStatus.REJECTED},
    ],
)
def test_a_seat_is_not_delegated_to_whoever_has_another_of_the_step(seat):
    other = make_task("T-2", seat=2, candidates=("greta",), **seat)

    for twins in ({}, {"maria": "greta"}):
        to = next(iter(twins), "greta")
        with pytest.raises(Forbidden, match=f"'{to}' has a seat .* task 'T-2'"):
            ask("delegate", to=to, others=(other,), around=make_around(twins=twins))
    assert ask("delegate", to="maria", others=(other,))


def test_a_stand_in_has_the_veto_of_his_principal():
    task = make_task(status=TaskStatus.DELEGATED, assignee="greta", principal="fred")

    for veto, vetoed in ((("finance",), True), (("director",), False)):
        event = ask("reject", actor="greta", task=task, around=make_around(veto=veto))
        assert event.data["veto"] is vetoed


def test_a_rejection_by_a_veto_role_is_marked():
    assert ask("reject", around=make_around(veto=("finance",))).data["veto"] is True
    assert ask("reject", around=make_around(veto=("director",))).data["veto"] is False
    assert ask("approve", around=make_around(veto=("finance",))).data["veto"] is False


def test_whoever_has_a_part_in_it_may_comment_and_nobody_else():
    for actor in ("sam", "olga", "fred", "fiona"):
        assert ask("comment", actor=actor).action == Fact.COMMENTED
    with pytest.raises(Forbidden, match="has no part in it"):
        ask("comment", actor="maria")
