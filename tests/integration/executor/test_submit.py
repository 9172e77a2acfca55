"""
Submit: who is asked, what is stored, and what is refused without a trace.
"""

import pytest
from sqlalchemy import text

from approval_engine.errors import (
    Conflict,
    DocumentError,
    EngineError,
    Forbidden,
    InvalidInput,
    InvalidState,
    NotFound,
    PolicyError,
)
from approval_engine.history.reading import find
from approval_engine.operations import intake
from approval_engine.store import catalog, events, messages, sight, workflows
from tests.integration.executor.company import directory, document, policy
from tests.integration.operations.tampering import unguard


def stored(company):
    with company.runtime.database.read() as transaction:
        return workflows.ids(transaction)


def overwrite(company, sha256, body):
    statement = text("UPDATE document SET body = :body WHERE sha256 = :sha256")
    with company.runtime.database.begin() as transaction:
        unguard(transaction)
        transaction.execute(statement, {"body": body, "sha256": sha256})


def test_a_quote_below_the_floor_asks_manager_and_finance_at_once(company):
    answer = company.submit(company.quote())
    case = company.case(answer.workflow)

    assert (answer.workflow, answer.status, answer.steps) == ("WF-8809", "pending", 2)
    assert [(t.id, t.step) for t in case.tasks] == [
        ("T-1", "manager"),
        ("T-2", "finance"),
    ]
    assert case.tasks[0].assignee == "maria"
    assert case.tasks[1].candidates == ("fred", "fiona")
    assert company.is_sound()


def test_a_submit_names_the_revision_whose_document_it_reads(company):
    company.quote("Q-1")
    company.quote("Q-1", revision=2, margin_pct="30")
    company.begin_anew()

    with company.runtime.database.begin() as transaction:
        for named, found in ((None, 2), (1, 1), (2, 2)):
            row, body = sight.lock_quote(transaction, "Q-1", named)
            assert row.revision == found
            assert body == catalog.body(transaction, row.sha256)
        assert sight.lock_quote(transaction, "Q-1", 3) is None
        assert sight.lock_quote(transaction, "Q-2") is None


def test_a_policy_decides_only_with_the_bytes_it_was_published_with(company):
    company.quote()
    company.begin_anew()
    with company.runtime.database.read() as transaction:
        (row,) = catalog.policies(transaction)
        published = catalog.body(transaction, row.sha256)

    overwrite(company, row.sha256, published.replace(b"< 24", b"< 14"))
    with pytest.raises(EngineError, match=f"policy '{row.sha256}', but its bytes"):
        company.submit()
    assert stored(company) == ()

    overwrite(company, row.sha256, published)
    assert company.submit().status == "pending"


def test_a_quote_that_nothing_stops_is_approved_with_the_record_of_why(company):
    answer = company.submit(company.quote(margin_pct="30"))

    assert (answer.status, answer.steps) == ("approved", 0)
    assert company.log(answer.workflow) == ["submitted", "planned", "workflow_approved"]
    assert company.is_sound()


def test_chains_run_side_by_side_and_stages_one_after_the_other(company):
    workflow = company.started(clause=True, amount="2000000")
    open_now = {task.step for task in company.case(workflow).open_tasks}

    assert open_now == {"manager", "finance", "legal"}
    assert len(company.case(workflow).seats("legal")) == 3

    company.act(workflow, "manager", "approve", "maria")
    assert not [t for t in company.case(workflow).tasks if t.step == "cfo"]
    company.act(workflow, "finance", "approve", "fred")
    assert company.task(workflow, "cfo").is_open
    assert company.is_sound()


def test_submitting_again_answers_with_the_same_workflow(company):
    first = company.submit(company.quote())
    again = company.submit("Q-1")

    assert again.workflow == first.workflow
    assert (first.result, again.result) == ("applied", "duplicate")
    assert len(stored(company)) == 1


@pytest.mark.parametrize("verdict", ["reject", "return"])
def test_after_a_no_a_new_revision_is_needed(company, verdict):
    workflow = company.started()
    company.act(workflow, "finance", verdict, "fred")

    with pytest.raises(InvalidState, match="make a new revision"):
        company.submit("Q-1")

    company.quote("Q-1", revision=2)
    assert company.submit("Q-1").workflow != workflow


def test_a_newer_revision_takes_the_place_of_the_older_one(company):
    first = company.started()
    company.quote("Q-1", revision=2)
    second = company.submit("Q-1").workflow

    assert company.case(first).status == "superseded"
    assert company.case(second).supersedes == first
    assert company.submit("Q-1").workflow == second


def test_an_older_revision_does_not_come_back(company):
    company.quote("Q-1")
    company.quote("Q-1", revision=2)
    second = company.submit("Q-1").workflow

    with pytest.raises(InvalidState, match=f"'{second}' of revision 2 is pending"):
        company.submit("Q-1", revision=1)
    assert stored(company) == (second,)


def test_the_same_key_gets_the_stored_answer_and_another_request_a_conflict(company):
    company.quote("Q-1")
    company.quote("Q-2")
    first = company.submit("Q-1", key="k")
    again = company.submit("Q-1", key="k")

    assert again.replayed
    assert (again.workflow, again.result) == (first.workflow, "applied")
    with pytest.raises(Conflict, match="'k' was used for another request"):
        company.submit("Q-2", key="k")


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "a\nb"])
def test_a_malformed_key_is_refused(company, key):
    with pytest.raises(InvalidInput, match="printable ASCII"):
        company.submit(company.quote(), key=key)
    assert stored(company) == ()


def test_only_submitter_and_owner_submit(company):
    with pytest.raises(Forbidden, match="belongs to 'sam', not to 'fred'"):
        company.submit(company.quote(), actor="fred")
    assert stored(company) == ()

    assert company.submit("Q-1")
    with pytest.raises(Forbidden, match="belongs to 'sam', not to 'fred'"):
        company.submit("Q-1", actor="fred")
    assert company.submit(company.quote("Q-2", owner="olga"), actor="olga")


def test_whoever_is_not_in_the_directory_submits_nothing(company):
    with pytest.raises(Forbidden, match="'ghost' is not in the directory"):
        company.submit(company.quote(submittedBy="ghost"), actor="ghost")
    assert stored(company) == ()


def test_an_unknown_quote_is_not_found(company):
    with pytest.raises(NotFound, match="no quote 'Q-404'"):
        company.submit("Q-404")


def test_a_quote_without_a_fact_that_the_policy_reads_is_refused(company):
    with pytest.raises(DocumentError, match="margin_pct"):
        company.submit(company.quote(margin_pct=None))
    assert stored(company) == ()


def test_the_submitter_is_never_asked_himself(company):
    workflow = company.submit(company.quote(submittedBy="fred"), actor="fred").workflow

    assert company.task(workflow, "finance").candidates == ("fiona",)
    with pytest.raises(Forbidden, match="submitter of the quote"):
        company.act(workflow, "finance", "approve", "fred")


def test_evidence_and_messages_are_stored_with_the_workflow(company):
    workflow = company.started()
    case = find(company.runtime.database, workflow).workflow
    with company.runtime.database.read() as transaction:
        for name in case.evidence.__slots__:
            assert catalog.body(transaction, getattr(case.evidence, name))
        told = {m.recipient for m in messages.of(transaction, workflow)}
        log = events.of(transaction, workflow)

    assert told == {"maria", "fred", "fiona"}
    assert [event.action for event in log] == [
        "submitted",
        "planned",
        "task_opened",
        "task_opened",
    ]


def test_a_workflow_keeps_the_policy_it_was_started_under(company):
    workflow = company.started()
    new = policy(version="2", triggers=[], steps={})
    intake.publish_policy(company.runtime, document(new), "dana")

    company.act(workflow, "manager", "approve", "maria")
    assert company.act(workflow, "finance", "approve", "fred").status == "approved"
    assert company.case(workflow).policy_version == "1"
    assert company.started() != workflow
    assert company.is_sound()


def test_a_directory_change_counts_for_the_next_decision(company):
    workflow = company.started()
    smaller = directory()
    smaller["roles"] = {**smaller["roles"], "finance": ["fiona"]}
    intake.import_directory(company.runtime, document(smaller))

    with pytest.raises(Forbidden, match="no longer holds the role finance"):
        company.act(workflow, "finance", "approve", "fred")
    assert company.act(workflow, "finance", "approve", "fiona").result == "applied"


@pytest.mark.parametrize(
    ("validity", "version"),
    [
        ({"effectiveFrom": "2026-03-02"}, "2"),
        ({"effectiveFrom": "2026-03-03"}, "1"),
        ({"until": "2026-03-02"}, "2"),
        ({"until": "2026-03-01"}, "1"),
    ],
)
def test_a_policy_decides_from_its_first_to_its_last_day(company, validity, version):
    new = policy(version="2", **validity)
    intake.publish_policy(company.runtime, document(new), "dana")

    assert company.case(company.started()).policy_version == version


def test_a_policy_that_ended_leaves_nobody_to_decide(make_company):
    ended = make_company(until="2026-03-01")

    with pytest.raises(InvalidState, match="is not in force on 2026-03-02"):
        ended.submit(ended.quote())


def test_a_policy_whose_times_cannot_be_counted_is_not_published(company):
    calendar = {"timeZone": "UTC", "hours": "09:00-17:00", "days": "Mon-Fri"}
    unknown = policy(version="2", calendars={"us": calendar | {"holidays": "ZZ"}})

    with pytest.raises(PolicyError, match="holidays element=/calendars/us"):
        intake.publish_policy(company.runtime, document(unknown), "dana")
    assert company.case(company.started()).policy_version == "1"
