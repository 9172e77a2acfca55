"""
Replan: a pending workflow under the newest policy, shown first and done when asked.
"""

import pytest

from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.replan import preview, replan
from approval_engine.operations import intake
from approval_engine.store import workflows
from tests.integration.executor.company import STEPS, TRIGGERS, document, policy
from tests.integration.executor.exceptions import POLICY, ask, row

ADMIN = Caller(actor="dana", channel="t")

# Finance is not asked for margins any more, and everybody's margin needs the director.
NEW = {
    "triggers": [{**TRIGGERS[0], "require": ["manager", "director"]}, *TRIGGERS[1:]],
    "steps": {**STEPS, "director": {"role": "director"}},
}


def publish(company, **changes):
    new = policy(version="2", **{**NEW, **changes})
    intake.publish_policy(company.runtime, document(new), "dana")


def stored(company):
    with company.runtime.database.read() as transaction:
        return workflows.ids(transaction)


def test_preview_shows_steps_kept_added_and_removed_and_stores_nothing(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    publish(company)
    found = preview(company.runtime, first)

    assert (found.kept, found.added, found.removed) == (
        ("manager",),
        ("director",),
        ("finance",),
    )
    assert (found.carried, found.successor) == (("manager",), None)
    assert stored(company) == (first,)


def test_replan_supersedes_on_purpose_and_keeps_approvals_by_the_rule_on_facts(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    publish(company)
    found = replan(company.runtime, first, ADMIN)
    new = company.case(found.successor)

    assert (found.carried, found.status) == (("manager",), "pending")
    assert (new.quote_revision, new.attempt, new.policy_version) == (1, 2, "2")
    assert [task.step for task in new.open_tasks] == ["director"]
    assert company.case(first).status == "superseded"
    assert company.facts(first, "superseded") == [
        {"taskId": None, "by": new.id, "because": "replan"}
    ]
    assert company.submit("Q-1").workflow == new.id
    assert company.findings() == ()


def test_an_approval_whose_rule_is_new_is_asked_again(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    size = {
        "id": "size",
        "reason": "large",
        "when": {"amount": "> 1000"},
        "require": ["manager"],
    }
    publish(company, triggers=[*NEW["triggers"], size])

    assert preview(company.runtime, first).carried == ()
    found = replan(company.runtime, first, ADMIN)
    assert found.carried == ()
    assert company.task(found.successor, "manager").is_open
    assert company.findings() == ()


def test_a_policy_that_asks_nobody_ends_the_review(company):
    first = company.started()
    publish(company, triggers=[], steps={})
    found = replan(company.runtime, first, ADMIN)

    assert (found.status, found.removed) == ("approved", ("manager", "finance"))
    assert company.findings() == ()


def test_only_a_pending_workflow_under_an_older_policy_is_replanned(company):
    first = company.started()
    with pytest.raises(InvalidState, match="version 1 and its process already"):
        replan(company.runtime, first, ADMIN)
    company.act(first, "finance", "reject", "fred")
    publish(company)
    with pytest.raises(InvalidState, match="it is rejected"):
        replan(company.runtime, first, ADMIN)
    with pytest.raises(InvalidState, match="it is rejected"):
        preview(company.runtime, first)
    with pytest.raises(NotFound, match="no workflow 'WF-1'"):
        replan(company.runtime, "WF-1", ADMIN)
    assert stored(company) == (first,)


def test_a_request_for_an_exception_is_not_replanned(make_company):
    """
    Its bounds were judged by the policy of its time, and its row waits for its verdict.
    """
    company = make_company(**POLICY)
    exception, workflow = ask(company)
    new = policy(version="2", **POLICY)
    intake.publish_policy(company.runtime, document(new), "dana")
    for command in (
        lambda: replan(company.runtime, workflow, ADMIN),
        lambda: preview(company.runtime, workflow),
    ):
        with pytest.raises(InvalidState, match="it asks for an exception"):
            command()
    assert stored(company) == (workflow,)

    company.act(workflow, "director", "approve", "dora")
    assert row(company, exception).status == "active"
    assert company.findings() == ()
