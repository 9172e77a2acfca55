"""
A new policy version beside the one in force: in the shadow, for a share, and stopped.
"""

import json
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from approval_engine.errors import (
    ApprovalEngineError,
    InvalidInput,
    InvalidState,
    KeyReused,
    NotFound,
    StorageError,
)
from approval_engine.executor import canary_replay, fallback, shadow
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import canary as ending
from approval_engine.executor.commands.replan import replan
from approval_engine.operations import canary, intake
from approval_engine.operations.canary_status import status
from approval_engine.operations.canary_wish import Wish
from approval_engine.operations.preview import preview
from approval_engine.policy.canary import place_of
from approval_engine.store import canaries, canary_outcomes, catalog, events
from tests.integration.executor.company import TRIGGERS, document, policy

DANA = Caller(actor="dana", channel="t")
LAXER = {**TRIGGERS[0], "when": {"margin_pct": "< 20"}}
"""Below 20 % instead of 24 %: a quote at 21.4 % is approved without asking anybody."""


def laxer(version="2", **changes):
    return document(policy(version=version, triggers=[LAXER, *TRIGGERS[1:]], **changes))


def start(company, **wish):
    return canary.start(company.runtime, Wish(**wish), DANA)


def seen(company, *, differing=False):
    with company.runtime.database.read() as transaction:
        rows = canaries.quotes(transaction, 1, 100, differing=differing)
        return {each.quote_id: each for each in rows}


def first(company, workflow):
    return company.facts(workflow, "submitted")[0]


def new_hash(company):
    with company.runtime.database.read() as transaction:
        return canaries.every(transaction)[-1].sha256


def ids(company, *, below=None, from_=None, count=1):
    """
    Ids of quotes whose place among all is below a share, or from it on.
    """
    policy_hash, found = new_hash(company), []
    number = 100
    while len(found) < count:
        number += 1
        place = place_of(policy_hash, f"Q-{number}")
        if (below is None or place < below) and (from_ is None or place >= from_):
            found.append(f"Q-{number}")
    return found


def test_the_shadow_says_what_would_be_different_and_routes_nothing(company):
    done = start(company, document=laxer())
    assert (done.status, done.result) == ("shadow", "applied")

    workflow = company.started()
    same = company.started(margin_pct="10")

    assert [each.step for each in company.case(workflow).tasks] == [
        "manager",
        "finance",
    ]
    assert "canary" not in first(company, workflow)
    rows = seen(company)
    differing, equal = rows["Q-1"], rows["Q-2"]
    assert (differing.differs, equal.differs) == (1, 0)
    assert json.loads(differing.active) == {
        "process": "standard",
        "steps": ["manager", "finance"],
        "triggers": ["margin"],
    }
    assert json.loads(differing.canary_says)["steps"] == []
    assert (differing.side, differing.rule, differing.counted) == (
        "active",
        "shadow",
        0,
    )
    assert company.case(same).policy_version == "1"
    assert not company.findings()


def test_an_error_in_the_shadow_harms_no_submit(company, monkeypatch):
    start(company, document=laxer())

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(shadow, "route", broken)
    workflow = company.started()

    assert company.case(workflow).open_tasks
    (row,) = seen(company).values()
    assert (row.failed, row.differs) == (1, 0)
    assert json.loads(row.canary_says) == {"failed": "ZeroDivisionError"}
    assert not company.findings()


def test_a_database_that_fails_in_the_shadow_fails_the_submit(company, monkeypatch):
    start(company, document=laxer())

    def broken(_, transaction, *__):
        transaction.execute(text("SELECT 1 FROM nowhere"))

    with monkeypatch.context() as patched:
        patched.setattr(shadow, "route", broken)
        with pytest.raises(StorageError, match="nowhere"):
            company.started()

    assert seen(company) == {}
    assert company.case(company.submit("Q-1").workflow).open_tasks
    assert not company.findings()


def test_what_the_new_version_refuses_is_a_difference(company):
    forbidden = {**TRIGGERS[0], "id": "never", "require": [], "effect": "refuse"}
    del forbidden["require"]
    start(company, document=document(policy(version="2", triggers=[forbidden])))

    assert company.case(company.started()).open_tasks
    (row,) = seen(company, differing=True).values()
    assert "refused" in json.loads(row.canary_says)


@pytest.mark.parametrize("runs", [False, True])
def test_what_it_costs_a_submit(company, runs):
    if runs:
        start(company, document=laxer())
    company.started()
    heard = []
    engine = company.runtime.database.engine
    company.quote("Q-2")
    event.listen(engine, "before_cursor_execute", lambda *call: heard.append(call[2]))

    company.submit("Q-2", key="second")

    writes = [each for each in heard if not each.startswith("BEGIN")]
    # SQLite takes a row of another kind in a statement of its own.
    assert len(writes) == (8 + runs if company.runtime.database.is_sqlite else 4)


def test_a_share_of_the_quotes_gets_the_new_version_and_says_by_which_rule(company):
    start(company, document=laxer())
    done = start(company, share=1000)
    assert (done.status, done.result) == ("canary", "applied")
    (inside,), (outside,) = ids(company, below=1000), ids(company, from_=1000)

    workflows = {
        quote: company.submit(company.quote(quote)).workflow
        for quote in (inside, outside)
    }

    new, old = (company.case(workflows[each]) for each in (inside, outside))
    assert (new.policy_version, str(new.status)) == ("2", "approved")
    assert (old.policy_version, str(old.status)) == ("1", "pending")
    said = first(company, new.id)["canary"]
    place = place_of(new_hash(company), inside)
    assert said == {
        "number": 1,
        "version": "2",
        "policy": new_hash(company),
        "active": old.evidence.policy,
        "side": "canary",
        "rule": "share",
        "share": "10",
        "hash": f"0.{place:04}",
    }
    assert first(company, old.id)["canary"]["side"] == "active"
    assert {each.counted for each in seen(company).values()} == {1}
    assert not company.findings()
    assert company.is_sound()


def test_a_preview_chooses_like_a_submit(company):
    start(company, document=laxer(), share=5000)

    for quote in (*ids(company, below=5000, count=3), *ids(company, from_=5000)):
        company.quote(quote)
        foreseen = preview(company.runtime, quote).policy.version
        workflow = company.submit(quote).workflow

        assert company.case(workflow).policy_version == foreseen


def test_a_larger_share_moves_no_quote_back_and_a_smaller_one_is_refused(company):
    start(company, document=laxer(), share=1000)
    (inside,), (between,) = (
        ids(company, below=1000),
        ids(company, below=5000, from_=1000),
    )
    company.submit(company.quote(inside))
    was_old = company.submit(company.quote(between)).workflow

    assert start(company, share=5000).result == "applied"
    assert start(company, share=5000).result == "duplicate"
    with pytest.raises(InvalidState, match="none of them goes back"):
        start(company, share=4999)

    # What was routed already stays where it is, and so does its next revision.
    later = ids(company, below=5000, from_=1000, count=2)[-1]
    assert (
        company.case(company.submit(company.quote(later)).workflow).policy_version
        == "2"
    )
    revised = company.revised(was_old, margin_pct="21.3")
    assert company.case(revised.workflow).policy_version == "1"
    assert first(company, revised.workflow)["canary"] | {"hash": ""} == {
        **first(company, was_old)["canary"],
        "hash": "",
        "share": "50",
        "rule": "earlier",
        "earlier": was_old,
    }
    assert company.is_sound()


@pytest.mark.parametrize(
    ("terms", "named"),
    [
        ({"alpha": 0.1}, "alpha 0.1 in place of 0.05"),
        ({"at_least": 5}, "at least 5 in place of 30"),
        ({"tolerated": {"slow": 2}}, "tolerated slow 2 in place of 1"),
    ],
)
@pytest.mark.parametrize("share", [1000, 5000])
def test_a_guard_keeps_its_terms_when_the_share_grows(company, terms, named, share):
    start(company, document=laxer(), share=1000, at_least=30)

    with pytest.raises(InvalidState, match=named):
        start(company, share=share, **terms)
    with company.runtime.database.read() as transaction:
        before = canaries.running(transaction)
    assert before.share == 1000

    # What is said again is no change, and what is not said stays.
    start(company, share=5000, alpha=0.05, tolerated={"slow": 1})
    with company.runtime.database.read() as transaction:
        after = canaries.running(transaction)
    assert (after.share, after.terms) == (5000, before.terms)


UNSURE = {**TRIGGERS[0], "when": {"margin_pct": "[10..24)"}}
LABEL = "fewer@/triggers/0/when"
"""Worse margins ask fewer people: the proof finds it, and somebody must accept it."""


def unsure(version="2"):
    return document(policy(version=version, triggers=[UNSURE, *TRIGGERS[1:]]))


def test_what_the_proof_finds_is_accepted_before_anything_is_routed(company):
    with pytest.raises(InvalidState, match=f"Accept each finding.*{LABEL}"):
        start(company, document=unsure(), share=1000)
    with company.runtime.database.read() as transaction:
        assert canaries.every(transaction) == ()

    # The shadow harms nobody: it may be seen with all that is found.
    assert start(company, document=unsure()).status == "shadow"
    with pytest.raises(InvalidState, match=LABEL):
        start(company, share=1000)
    with pytest.raises(InvalidInput, match="'null@/nowhere' is not"):
        start(company, share=1000, accepts={LABEL: "So.", "null@/nowhere": "So."})
    assert start(company, share=1000, accepts={LABEL: "So."}).status == "canary"
    with pytest.raises(InvalidState, match=LABEL):
        start(company, share=2000)
    assert start(company, share=2000, accepts={LABEL: "So."}).result == "applied"


def test_what_is_accepted_is_kept_with_the_version_that_is_promoted(company):
    start(company, document=unsure(), share=1000, accepts={LABEL: "At first."})

    with pytest.raises(InvalidState, match=LABEL):
        canary.promote(company.runtime, DANA)
    with company.runtime.database.read() as transaction:
        assert canaries.running(transaction).status == "canary"
    done = canary.promote(company.runtime, DANA, accepts={LABEL: "It is meant so."})

    assert done.status == "promoted"
    with company.runtime.database.read() as transaction:
        row = catalog.policies(transaction)[-1]
    assert row.version == "2"
    assert row.accepted.endswith("Accepted: It is meant so.")
    assert company.is_sound()
    assert not company.findings()


def test_a_segment_is_tried_and_the_others_are_not(company):
    start(company, document=laxer(), share=10_000, segment="amount >= 100000")

    large = company.started()
    small = company.started(amount="5000")

    assert company.case(large).policy_version == "2"
    assert company.case(small).policy_version == "1"
    assert first(company, small)["canary"]["rule"] == "segment"
    # Where all of them get it there is nobody to compare with.
    assert {each.counted for each in seen(company).values()} == {0}
    assert company.is_sound()


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("amount >", "cannot be read"),
        ("region = 1", "'region'"),
        ("amount", "is no condition"),
        ("1 = 1", "is no condition"),
        ('amount = "x"', "cannot be judged"),
    ],
)
def test_a_segment_that_is_no_condition_over_inputs_is_refused(company, segment, words):
    with pytest.raises(InvalidInput, match=words):
        start(company, document=laxer(), share=5000, segment=segment)
    with company.runtime.database.read() as transaction:
        assert canaries.every(transaction) == ()


REFUSING = {
    "id": "never",
    "reason": "below_floor",
    "when": {"margin_pct": "< 24"},
    "effect": "refuse",
}
"""No quote at 21.4 % is admitted."""


def refusing(version="2"):
    return document(policy(version=version, triggers=[REFUSING, *TRIGGERS[1:]]))


def routed_by_force(company, quote):
    """
    A review that the version in force has routed in place of the new one.
    """
    company.quote(quote)
    foreseen = preview(company.runtime, quote)
    assert (foreseen.policy.version, foreseen.canary.choice.rule) == ("1", "failed")
    workflow = company.submit(quote).workflow
    assert company.case(workflow).policy_version == "1"
    assert company.case(workflow).open_tasks
    assert first(company, workflow)["canary"] | {"hash": "", "active": ""} == {
        "number": 1,
        "version": "2",
        "policy": new_hash(company),
        "active": "",
        "side": "active",
        "rule": "failed",
        "share": "50",
        "hash": "",
    }
    return workflow


def test_what_the_new_version_refuses_goes_by_the_one_in_force(company):
    start(company, document=refusing(), share=5000)
    inside, another = ids(company, below=5000, count=2)
    (outside,) = ids(company, from_=5000)

    workflow = routed_by_force(company, inside)
    company.submit(company.quote(outside))

    rows = seen(company)
    assert json.loads(rows[inside].canary_says)["refused"]
    assert json.loads(rows[inside].active)["steps"] == ["manager", "finance"]
    flags = [(rows[each].rule, rows[each].counted) for each in (inside, outside)]
    assert flags == [("failed", 1), ("share", 1)]
    assert (rows[inside].differs, rows[inside].failed) == (1, 0)

    # The guard counts it as one of the new version, with what it did not admit.
    with company.runtime.database.read() as transaction:
        counted = canary_outcomes.outcomes(transaction, 1)
    assert {(each.quote_id, each.side, each.refused) for each in counted} == {
        (inside, "canary", True),
        (outside, "active", False),
    }

    arms = status(company.runtime).view()["guard"]["arms"]
    assert {each["side"]: each["refused"] for each in arms} == {
        "active": 0,
        "canary": 1,
    }

    # What it admits it routes, and a quote stays where its last review was.
    good = company.submit(company.quote(another, margin_pct="30")).workflow
    assert company.case(good).policy_version == "2"
    revised = company.revised(workflow, margin_pct="30").workflow
    assert first(company, revised)["canary"]["rule"] == "earlier"
    assert company.case(revised).policy_version == "1"
    assert company.is_sound()
    assert not company.findings()


def test_what_the_new_version_breaks_with_goes_by_the_one_in_force(
    company, monkeypatch
):
    start(company, document=laxer(), share=5000)
    (inside,) = ids(company, below=5000)
    route = fallback.route

    def broken(*given):
        if given[-1].version == "2":
            raise ZeroDivisionError
        return route(*given)

    monkeypatch.setattr(fallback, "route", broken)
    monkeypatch.setattr(shadow, "route", broken)
    routed_by_force(company, inside)

    (row,) = seen(company).values()
    assert json.loads(row.canary_says) == {"failed": "ZeroDivisionError"}
    assert (row.rule, row.failed, row.differs, row.counted) == ("failed", 1, 0, 1)
    assert company.is_sound()
    assert not company.findings()


def test_a_database_that_fails_under_the_new_version_fails_the_submit(
    company, monkeypatch
):
    start(company, document=laxer(), share=5000)
    (inside,) = ids(company, below=5000)
    company.quote(inside)

    def broken(_, transaction, *__):
        transaction.execute(text("SELECT 1 FROM nowhere"))

    with monkeypatch.context() as patched:
        patched.setattr(fallback, "route", broken)
        with pytest.raises(StorageError, match="nowhere"):
            company.submit(inside)

    assert seen(company) == {}
    assert company.case(company.submit(inside).workflow).policy_version == "2"


def test_what_both_versions_refuse_is_refused(make_company):
    company = make_company(triggers=[REFUSING, *TRIGGERS[1:]])
    start(company, document=refusing(), share=5000)
    (inside,), (outside,) = ids(company, below=5000), ids(company, from_=5000)

    for quote in (inside, outside):
        company.quote(quote)
        with pytest.raises(ApprovalEngineError) as refused:
            company.submit(quote)
        assert "below_floor" in str(refused.value)
    assert seen(company) == {}
    assert not company.findings()


def test_replay_finds_a_failure_that_no_lot_has_led_to(company):
    start(company, document=refusing(), share=5000)
    (inside,), (outside,) = ids(company, below=5000), ids(company, from_=5000)
    workflows = [company.submit(company.quote(e)).workflow for e in (inside, outside)]

    with company.runtime.database.read() as transaction:
        fallen, other = (events.of(transaction, each) for each in workflows)
        data = json.loads(other[0].data)
        data["canary"]["rule"] = "failed"
        forged = (replace(other[0], data=json.dumps(data)), *other[1:])
        found = canary_replay.difference(company.runtime, transaction, forged)
        assert "canary rule" in found
        assert canary_replay.difference(company.runtime, transaction, fallen) is None


def test_replay_finds_a_choice_that_does_not_follow(company):
    start(company, document=laxer(), share=5000)
    (inside,) = ids(company, below=5000)
    workflow = company.submit(company.quote(inside)).workflow
    assert company.is_sound()

    # Whoever can forge an event and its chain can still not choose another side.
    with company.runtime.database.read() as transaction:
        log = events.of(transaction, workflow)
        data = json.loads(log[0].data)
        data["canary"]["share"] = "0.01"
        forged = (replace(log[0], data=json.dumps(data)), *log[1:])
        found = canary_replay.difference(company.runtime, transaction, forged)
        assert "canary side" in found
        assert canary_replay.difference(company.runtime, transaction, log) is None


def test_running_workflows_keep_their_version_when_it_is_stopped(company):
    start(company, document=document(policy(version="2")), share=5000)
    (inside,) = ids(company, below=5000)
    workflow = company.submit(company.quote(inside)).workflow
    (other,) = ids(company, below=5000, count=2)[1:]

    assert ending.stop(company.runtime, DANA, "enough").status == "stopped"
    assert ending.stop(company.runtime, DANA, "enough").result == "duplicate"

    assert company.case(workflow).policy_version == "2"
    company.act(workflow, "manager", "approve", "maria")
    assert company.act(workflow, "finance", "approve", "fred").status == "approved"
    new = company.submit(company.quote(other)).workflow
    assert company.case(new).policy_version == "1"
    assert "canary" not in first(company, new)
    assert company.is_sound()
    assert not company.findings()


def test_a_replan_keeps_the_side_and_leaves_it_when_the_canary_is_stopped(company):
    slower = {**policy()["steps"], "finance": {"role": "finance", "slaHours": 48}}
    start(company, document=document(policy(version="2", steps=slower)), share=5000)
    (inside,) = ids(company, below=5000)
    workflow = company.submit(company.quote(inside)).workflow

    with pytest.raises(InvalidState, match="version 2"):
        replan(company.runtime, workflow, DANA)
    ending.stop(company.runtime, DANA)
    planned = replan(company.runtime, workflow, DANA)

    assert planned.policy_version == "1"
    assert company.is_sound()


def test_a_promoted_version_is_the_active_one(company):
    start(company, document=laxer(), share=1000)
    assert canary.promote(company.runtime, DANA, "it does").status == "promoted"
    assert canary.promote(company.runtime, DANA, "it does").result == "duplicate"

    with company.runtime.database.read() as transaction:
        row = catalog.policies(transaction)[-1]
        log = canaries.steps(transaction, 1)
        (tried,) = canaries.every(transaction)
    assert (row.version, row.status, row.published_by, row.comment) == (
        *("2", "active", "dana"),
        "it does",
    )
    steps = [each.action for each in log]
    assert steps == ["shadow_started", "canary_started", "promoted"]
    # Nobody can erase anything from the log, so no comment stands there.
    assert (log[-1].data, tried.comment) == ("{}", "it does")
    (outside,) = ids(company, from_=1000)
    assert company.case(company.submit(company.quote(outside)).workflow).steps == 0
    with pytest.raises(InvalidState, match="was promoted"):
        ending.stop(company.runtime, DANA)


def test_one_canary_runs_at_a_time_and_nothing_is_published_beside_it(company):
    start(company, document=laxer())

    with pytest.raises(InvalidState, match="canary 1 of policy 'deal-desk' version 2"):
        start(company, document=laxer("3"))
    with pytest.raises(InvalidState, match="promote or stop it"):
        intake.publish_policy(company.runtime, laxer("3"), "dana")
    ending.stop(company.runtime, DANA)
    with pytest.raises(InvalidState, match="tried other content"):
        intake.publish_policy(company.runtime, document(policy(version="2")), "dana")
    with pytest.raises(InvalidState, match="other content"):
        start(company, document=document(policy(version="2")))
    assert start(company, version="2", share=1000).canary == 2
    ending.stop(company.runtime, DANA)
    assert intake.publish_policy(company.runtime, laxer("3"), "dana").version == "3"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"share": 0}, "share"),
        ({"share": 10_001}, "share"),
        ({"segment": "amount > 1"}, "share"),
        ({"share": 1, "alpha": 0.0}, "error rate"),
        ({"share": 1, "at_least": 0}, "wait"),
        ({"share": 1, "tolerated": {"slow": 0.5}}, "1 or more"),
        ({"share": 1, "tolerated": {"speed": 2}}, "slow"),
        ({"alpha": 0.1}, "share with the terms"),
        ({"tolerated": {"slow": 2}}, "share with the terms"),
        ({"accepts": {"null@/inputs": "so"}}, "share with the terms"),
        ({"version": "2"}, "both"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(company, wish, words):
    with pytest.raises(InvalidInput, match=words):
        start(company, document=laxer(), **wish)


def test_what_is_not_there_is_not_found(company):
    with pytest.raises(InvalidInput, match="none was named"):
        start(company)
    with pytest.raises(NotFound):
        start(company, version="9")
    with pytest.raises(NotFound):
        ending.stop(company.runtime, DANA)
    with pytest.raises(NotFound):
        canary.promote(company.runtime, DANA)
    with pytest.raises(InvalidState, match="was published"):
        start(company, document=document(policy()))


def test_the_same_key_gets_the_same_answer(company):
    keyed = Caller(actor="dana", channel="t", key="k")
    wish = Wish(document=laxer())
    one = canary.start(company.runtime, wish, keyed)

    assert canary.start(company.runtime, wish, keyed) == one
    with pytest.raises(KeyReused):
        canary.start(company.runtime, Wish(document=laxer("3")), keyed)
    stopped = ending.stop(company.runtime, keyed, "no")
    assert ending.stop(company.runtime, keyed, "no") == stopped
    assert not company.findings()


def test_a_version_with_a_first_day_to_come_shows_and_does_not_route(company):
    later = laxer(effectiveFrom="2027-01-01")
    assert start(company, document=later).status == "shadow"

    with pytest.raises(InvalidState, match="not in force today"):
        start(company, share=1000)
    company.started()
    assert len(seen(company)) == 1


def test_what_both_versions_said_is_never_changed(company):
    start(company, document=laxer())
    company.started()

    for statement in (
        "UPDATE policy_canary_quote SET differs = 0",
        "DELETE FROM policy_canary_quote",
        "DELETE FROM policy_canary_event",
        "DELETE FROM policy_canary",
    ):
        with (
            pytest.raises(Exception, match="append-only"),
            company.runtime.database.engine.begin() as transaction,
        ):
            transaction.execute(text(statement))
