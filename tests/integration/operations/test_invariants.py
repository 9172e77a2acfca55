"""
A database in which all is well has no finding; each invariant is broken once and found.
"""

import json

import pytest
from sqlalchemy.event import listen

from approval_engine.documents import canonical
from approval_engine.operations import intake
from approval_engine.operations.invariants import (
    OF_EACH_WORKFLOW,
    OF_THE_WHOLE,
    check_all,
)
from tests.integration.executor.company import Company
from tests.integration.operations.conftest import happen

APPROVED, REJECTED, RETURNED, ESCALATED = "WF-8809", "WF-8810", "WF-8811", "WF-8813"
REMINDED, STAGES = "WF-8815", "WF-8816"


def found(copy):
    return check_all(copy.runtime).findings


def where(log, action):
    return next(n for n, row in enumerate(log) if row["action"] == action)


def changed(row, **changes):
    data = json.loads(row["data"]) | changes
    row["data"] = canonical(data).decode()


def test_a_database_in_which_everything_happened_is_sound(ready_database_url):
    company = Company(ready_database_url)
    happen(company)
    checked = check_all(company.runtime)
    company.runtime.database.close()

    assert checked.findings == ()
    assert (checked.workflows, checked.events) == (10, 70)
    assert checked.view()["check"] == "ok"


def test_every_invariant_has_a_sentence_and_a_test_that_breaks_it():
    broken = {each.values[0] for each in (*SQL_BREAKS, *LOG_BREAKS)}

    for invariant in (*OF_EACH_WORKFLOW, *OF_THE_WHOLE):
        assert invariant.sentence.endswith(".")
        assert invariant.id in broken


_CANARY = (
    "INSERT INTO policy_canary (number, name, version, sha256, against, status,"
    " running, share, segment, since, terms, started_at, started_by)"
    " SELECT 1, 'deal-desk', '9', sha256, sha256, 'canary', 1, 1000, '', 'x', '{}',"
    " 'x', 'dana' FROM policy LIMIT 1"
)


def breach(invariant, workflow, words, *statements):
    return pytest.param(
        invariant, workflow, words, statements, id=f"{invariant}: {words}"
    )


def window(delegate, starts, ended=None, principal="sam"):
    """
    A delegation that was opened after everything was submitted at 09:00.
    """
    day = "2026-03-02T{}.000000Z"
    row = (
        principal,
        delegate,
        day.format(starts),
        "2026-12-01T00:00:00.000000Z",
        day.format(ended) if ended else None,
    )
    return (
        ("INSERT INTO delegation VALUES ('D-2', ?, ?, NULL, ?, ?, ?, NULL, NULL)", row),
        "UPDATE counter SET delegation = 3",
    )


SQL_BREAKS = [
    breach(
        "I2",
        None,
        "key 'first' was answered, but WF-8809 has no event",
        "UPDATE idempotency SET actor = 'mona' WHERE key = 'first'",
    ),
    breach(
        "I2",
        None,
        "key 'second' was answered, but WF-8809 has no event of its own",
        "INSERT INTO idempotency SELECT actor, route, 'second', fingerprint, answer,"
        " created_at FROM idempotency WHERE key = 'first'",
    ),
    breach(
        "I3",
        APPROVED,
        "event 5 is changed, missing or out of order",
        "UPDATE workflow_event SET actor = 'mona' WHERE id = 'WF-8809:5'",
    ),
    breach(
        "I3",
        APPROVED,
        "event 4 is changed, missing or out of order",
        "DELETE FROM workflow_event WHERE id = 'WF-8809:4'",
    ),
    breach(
        "I3",
        APPROVED,
        "the log elsewhere",
        "UPDATE workflow_instance SET head = 'feed' WHERE id = 'WF-8809'",
    ),
    breach(
        "I3",
        APPROVED,
        "there is no event of it",
        "DELETE FROM workflow_event WHERE workflow_id = 'WF-8809'",
    ),
    breach(
        "I3",
        APPROVED,
        "there is no row of it",
        "DELETE FROM workflow_instance WHERE id = 'WF-8809'",
    ),
    breach(
        "I4",
        APPROVED,
        "the row counts 9 events, the log has 8",
        "DELETE FROM workflow_event WHERE id = 'WF-8809:9'",
    ),
    breach(
        "I5",
        APPROVED,
        "tasks: events say",
        "UPDATE approval_task SET closed_by = 'mona' WHERE id = 'T-1'",
    ),
    breach(
        "I5",
        APPROVED,
        "account: events say ACME, row says Globex",
        "UPDATE workflow_instance SET account = 'Globex' WHERE id = 'WF-8809'",
    ),
    breach(
        "I6",
        ESCALATED,
        "the engine waits at []",
        "UPDATE workflow_instance SET state = (SELECT state FROM workflow_instance"
        " WHERE id = 'WF-8809') WHERE id = 'WF-8813'",
    ),
    breach(
        "I6",
        ESCALATED,
        "the engine ended at 'approved', the row at 'None'",
        "UPDATE workflow_instance SET state = (SELECT state FROM workflow_instance"
        " WHERE id = 'WF-8809') WHERE id = 'WF-8813'",
    ),
    breach(
        "I6",
        REMINDED,
        "the row []",
        "UPDATE workflow_instance SET timers = '[]', next_due_at = NULL"
        " WHERE id = 'WF-8815'",
    ),
    breach(
        "I7",
        REMINDED,
        "it is pending, but nothing can move it",
        "UPDATE workflow_instance SET timers = '[]', next_due_at = NULL"
        " WHERE id = 'WF-8815'",
        "UPDATE approval_task SET status = 'cancelled', is_open = 0"
        " WHERE workflow_id = 'WF-8815'",
    ),
    breach(
        "I8",
        APPROVED,
        "task 'T-1' is still open",
        "UPDATE approval_task SET status = 'open', is_open = 1 WHERE id = 'T-1'",
    ),
    breach(
        "I8",
        APPROVED,
        "timer 'due_finance' still waits",
        "UPDATE workflow_instance SET timers = (SELECT timers FROM workflow_instance"
        " WHERE id = 'WF-8815') WHERE id = 'WF-8809'",
    ),
    breach(
        "I8",
        APPROVED,
        "still waits for a closed task",
        "UPDATE outbox SET status = 'waiting' WHERE workflow_id = 'WF-8809'",
    ),
    breach(
        "I9",
        REJECTED,
        "it is approved, but its steps say manager=open, finance=rejected",
        "UPDATE workflow_instance SET status = 'approved' WHERE id = 'WF-8810'",
    ),
    breach(
        "I9",
        REMINDED,
        "it is approved, but its steps say manager=open, finance=open",
        "UPDATE workflow_instance SET status = 'approved' WHERE id = 'WF-8815'",
    ),
    breach(
        "I9",
        RETURNED,
        "it is rejected, but its steps say manager=open, finance=returned",
        "UPDATE workflow_instance SET status = 'rejected' WHERE id = 'WF-8811'",
    ),
    breach(
        "I9",
        APPROVED,
        "it is recalled, but its steps say manager=approved, finance=approved",
        "UPDATE workflow_instance SET status = 'recalled' WHERE id = 'WF-8809'",
    ),
    breach(
        "I10",
        APPROVED,
        "'fred' decides and acts for 'sam'",
        *window("fred", "09:00:30"),
    ),
    breach(
        "I10",
        REJECTED,
        "'fiona' decides and acts for 'sam'",
        *window("fiona", "09:01:00", ended="09:01:01"),
    ),
    breach(
        "I10",
        APPROVED,
        "'fred' decides and acts for 'sam'",
        # He stands in for the stand-in that was known at submit.
        *window("fred", "09:00:30", principal="mona"),
    ),
    breach(
        "I11",
        APPROVED,
        "another policy than the row says",
        "UPDATE workflow_instance SET policy_sha256 = (SELECT sha256 FROM policy"
        " WHERE version = '2') WHERE id = 'WF-8809'",
    ),
    breach(
        "I11",
        APPROVED,
        "the evaluation is by policy deal-desk 1, the row says another",
        "UPDATE workflow_instance SET policy_version = '2' WHERE id = 'WF-8809'",
    ),
    breach(
        "I11",
        APPROVED,
        "the quote document is 'Q-2' revision 1",
        "UPDATE workflow_instance SET quote_sha256 = (SELECT sha256 FROM quote"
        " WHERE id = 'Q-2') WHERE id = 'WF-8809'",
    ),
    breach(
        "I11",
        APPROVED,
        "the plan does not read back as it was written",
        "UPDATE document SET body = CAST(replace(body, '{\"process\"',"
        " '{ \"process\"') AS BLOB) WHERE kind = 'plan'",
    ),
    breach(
        "I11",
        APPROVED,
        "it cannot be read: There is no document",
        "DELETE FROM document WHERE kind = 'plan'",
    ),
    breach(
        "I11",
        None,
        "has other bytes than its hash says",
        "UPDATE document SET body = CAST(replace(body, 'maria', 'mona') AS BLOB)"
        " WHERE kind = 'directory'",
    ),
    breach(
        "I12",
        APPROVED,
        "message 'WF-8809:9:approved:sam' is missing",
        "DELETE FROM outbox WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I12",
        APPROVED,
        "message 'WF-8809:9:approved:mona' was never due",
        "INSERT INTO outbox SELECT 'WF-8809:9:approved:mona', event_id, workflow_id,"
        " task_id, kind, 'mona', status, attempts, next_attempt_at, created_at"
        " FROM outbox WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I12",
        APPROVED,
        "message 'WF-8809:9:approved:sam' has an id that is not its own",
        "UPDATE outbox SET recipient = 'mona' WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I12",
        APPROVED,
        "message 'WF-8809:9:approved:sam' tells of an event that is not there",
        "UPDATE outbox SET event_id = 'WF-8809:99' WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I12",
        APPROVED,
        "tells a webhook of what did not happen",
        "INSERT INTO outbox SELECT event_id || ':task_opened:webhook=WH-1', event_id,"
        " workflow_id, NULL, 'task_opened', 'webhook=WH-1', 'waiting', 0, created_at,"
        " created_at FROM outbox WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I13",
        APPROVED,
        "message 'WF-8809:9:approved:sam' is sent, but nobody ever tried",
        "UPDATE outbox SET status = 'sent', next_attempt_at = NULL"
        " WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I13",
        APPROVED,
        "message 'WF-8809:9:approved:sam' was tried -1 times",
        "UPDATE outbox SET attempts = -1 WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I13",
        APPROVED,
        "message 'WF-8809:9:approved:sam' is dead, its next try says otherwise",
        "UPDATE outbox SET status = 'dead', attempts = 15"
        " WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I13",
        None,
        "letter 'L' has parts for several people",
        "INSERT INTO letter_part SELECT id, 'L' FROM outbox"
        " WHERE recipient IN ('fred', 'fiona')",
    ),
    breach(
        "I13",
        None,
        "messages wait for 'webhook=WH-1', which is not there",
        "UPDATE outbox SET recipient = 'webhook=WH-1'"
        " WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I16",
        None,
        "key 'first' has an answer that cannot be read",
        "UPDATE idempotency SET answer = '{}' WHERE key = 'first'",
    ),
    breach(
        "I16",
        None,
        "key 'first' has an answer that cannot be read",
        "UPDATE idempotency SET answer = replace(answer, 'pending', 'maybe')"
        " WHERE key = 'first'",
    ),
    breach(
        "I16",
        None,
        "key 'first' has fingerprint ''",
        "UPDATE idempotency SET fingerprint = '' WHERE key = 'first'",
    ),
    breach(
        "I16",
        None,
        "key 'first' answers for what is not there",
        "UPDATE idempotency SET answer = replace(answer, 'T-1', 'T-3')"
        " WHERE key = 'first'",
    ),
    breach(
        "I17",
        APPROVED,
        "lists tell the amount 1, decided was",
        "UPDATE workflow_instance SET amount = '1' WHERE id = 'WF-8809'",
    ),
    breach(
        "I17",
        APPROVED,
        "lists tell the amount_minor 1, decided was",
        "UPDATE workflow_instance SET amount_minor = 1 WHERE id = 'WF-8809'",
    ),
    breach(
        "I17",
        APPROVED,
        "lists tell the margin_pct None, decided was",
        "UPDATE workflow_instance SET margin_pct = NULL WHERE id = 'WF-8809'",
    ),
    breach(
        "I17",
        APPROVED,
        "lists tell the reasons '', decided was '",
        "UPDATE workflow_instance SET reasons = '' WHERE id = 'WF-8809'",
    ),
    breach(
        "I17",
        None,
        "in column 'worth', not",
        "UPDATE quote SET worth = worth + 1 WHERE revision = 1",
    ),
    breach(
        "I17",
        None,
        "in column 'account', not",
        "UPDATE quote SET account = 'another' WHERE revision = 1",
    ),
    breach(
        "I17",
        None,
        "revision 1 cannot be read: quote:1: ",
        "UPDATE document SET body ="
        " CAST(replace(CAST(body AS TEXT), 'USD', 'XXX') AS BLOB)"
        " WHERE kind = 'quote'",
    ),
    breach(
        "I18",
        APPROVED,
        "the row lasts from 2026-01-01",
        "UPDATE workflow_instance SET created_at = '2026-01-01T00:00:00.000000Z'"
        " WHERE id = 'WF-8809'",
    ),
    breach(
        "I19",
        APPROVED,
        "The state of this workflow is of version 9, newer than 2",
        "UPDATE workflow_instance SET state = CAST(replace(state, '\"v\":1', '\"v\":9')"
        " AS BLOB) WHERE id = 'WF-8809'",
    ),
    breach(
        "I20",
        None,
        "incident 'IN-9' belongs to nothing",
        "INSERT INTO incident (id, workflow_id, kind, detail, opened_at)"
        " VALUES ('IN-9', 'WF-1', 'engine', 'why', 'now')",
        "UPDATE counter SET incident = 10",
    ),
    breach(
        "I20",
        None,
        "approval_task 'T-1' belongs to nothing",
        "DELETE FROM workflow_instance WHERE id = 'WF-8809'",
    ),
    breach(
        "I20",
        None,
        "outbox 'WF-8809:9:approved:sam' belongs to nothing",
        "UPDATE outbox SET event_id = 'WF-8809:99' WHERE id = 'WF-8809:9:approved:sam'",
    ),
    breach(
        "I21",
        APPROVED,
        "the text of event 7 is not what was written",
        "UPDATE event_text SET body = 'look away' WHERE event_id = 'WF-8809:7'",
    ),
    breach(
        "I21",
        APPROVED,
        "the text of event 9 is not what was written",
        "UPDATE event_text SET event_id = 'WF-8809:9' WHERE event_id = 'WF-8809:7'",
    ),
    breach(
        "I22",
        APPROVED,
        "the row counts 3 steps, the plan 2",
        "UPDATE workflow_instance SET steps = 3 WHERE id = 'WF-8809'",
    ),
    breach(
        "I22",
        APPROVED,
        "step 'ghost' is not in the plan",
        "UPDATE approval_task SET step = 'ghost' WHERE id = 'T-1'",
    ),
    breach(
        "I22",
        STAGES,
        "step 'legal' has seats [1, 2] in round 1",
        "DELETE FROM approval_task WHERE step = 'legal' AND seat = 3",
    ),
    breach(
        "I22",
        STAGES,
        "step 'cfo' opened before 'manager' was approved",
        "UPDATE approval_task SET status = 'rejected' WHERE step = 'manager'"
        " AND workflow_id = 'WF-8816'",
    ),
    breach(
        "I23",
        REMINDED,
        "the row says None in column 'next_due_at'",
        "UPDATE workflow_instance SET next_due_at = NULL WHERE id = 'WF-8815'",
    ),
    breach(
        "I23",
        APPROVED,
        "task 'T-1' says 1 in column 'is_open', not 0",
        "UPDATE approval_task SET is_open = 1 WHERE id = 'T-1'",
    ),
    breach(
        "I23",
        REMINDED,
        "in column 'candidates'",
        "UPDATE approval_task SET candidates = replace(candidates, ',', ', ')"
        " WHERE step = 'finance' AND workflow_id = 'WF-8815'",
    ),
    breach(
        "I23",
        APPROVED,
        "it cannot be read: ValueError",
        "UPDATE approval_task SET due_at = 'soon' WHERE id = 'T-1'",
    ),
    breach(
        "I23",
        APPROVED,
        "it cannot be read: JSONDecodeError",
        "UPDATE workflow_instance SET timers = '[' WHERE id = 'WF-8809'",
    ),
    breach(
        "I24",
        None,
        "directory 'nowhere' is missing",
        "UPDATE setting SET value = 'nowhere' WHERE name = 'directory'",
    ),
    breach(
        "I24",
        None,
        "is a quote",
        "UPDATE policy SET sha256 = (SELECT sha256 FROM quote WHERE id = 'Q-1')"
        " WHERE version = '2'",
    ),
    breach(
        "I25",
        None,
        "the next task would be number 7, which is taken",
        "UPDATE counter SET task = 7",
    ),
    breach(
        "I25",
        None,
        "the next workflow would be number 8816, which is taken",
        "UPDATE counter SET workflow = 8816",
    ),
    breach(
        "I36",
        None,
        "exception 'EX-1' is pending, its log says active",
        "INSERT INTO policy_exception (id, number, account, trigger_id, within, used,"
        " status, requested_by, granted_by, workflow_id, created_at) VALUES ('EX-1', 1,"
        " 'ACME', 'margin', 'margin_pct>=9', 0, 'pending', 'sam', '[]', 'WF-8809',"
        " '2026-03-02T09:00:00.000000Z')",
        "UPDATE counter SET exception = 2",
    ),
    breach(
        "I36",
        None,
        "exception 'EX-1' counts 1 uses, the logs 0",
        "INSERT INTO policy_exception (id, number, account, trigger_id, within, used,"
        " status, requested_by, granted_by, workflow_id, created_at) VALUES ('EX-1', 1,"
        " 'ACME', 'margin', 'margin_pct>=9', 1, 'active', 'sam', '[]', 'WF-8809',"
        " '2026-03-02T09:00:00.000000Z')",
        "UPDATE counter SET exception = 2",
    ),
    breach(
        "I44",
        None,
        "submits go by the canary None, but it says {",
        _CANARY,
    ),
    breach(
        "I44",
        None,
        "WF-8809 is on the side canary, but version 1 routed it",
        _CANARY.replace("'canary', 1,", "'stopped', NULL,"),
        "INSERT INTO policy_canary_quote SELECT 1, 'WF-8809', 'Q-1', 1, 'canary',"
        " 'share', 0, 1000, 1, 0, 0, 0, 0, '{}', '{}', '2026-03-02T09:00:00.000000Z'",
    ),
    breach(
        "I16",
        None,
        "key 'k' answers for a canary that is not there",
        "INSERT INTO idempotency VALUES ('dana', 'canary_stop', 'k',"
        " 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',"
        ' \'{"canary":7,"policy":"p","version":"2","status":"stopped"}\','
        " '2026-03-02T09:00:00.000000Z')",
    ),
    breach(
        "I26",
        None,
        "refers to a missing document",
        "UPDATE quote SET sha256 = 'nowhere' WHERE id = 'Q-1'",
    ),
    breach(
        "I10",
        "WF-8818",
        "'maria' decides his own quote",
        "UPDATE workflow_instance SET owner = 'maria' WHERE id = 'WF-8818'",
    ),
    breach(
        "I41",
        None,
        "carries what 'maria' never said",
        "UPDATE workflow_event SET actor = 'mona'"
        " WHERE workflow_id = 'WF-8817' AND action = 'task_approved'",
    ),
    breach(
        "I41",
        None,
        "carries what was said after it",
        "UPDATE workflow_event SET timestamp = '2027'"
        " WHERE workflow_id = 'WF-8817' AND action = 'task_approved'",
    ),
    breach(
        "I42",
        None,
        "'WF-8818' took the place of 'WF-8809', of another quote",
        "UPDATE workflow_instance SET supersedes = 'WF-8809' WHERE id = 'WF-8818'",
    ),
    breach(
        "I42",
        None,
        "'WF-8817' was superseded by 'WF-8818', which does not say so",
        "UPDATE workflow_instance SET supersedes = NULL WHERE id = 'WF-8818'",
    ),
    breach(
        "I42",
        None,
        "'WF-8817' does not know that 'WF-8818' took its place",
        "UPDATE workflow_event SET action = 'planned' WHERE action = 'superseded'",
    ),
    breach(
        "I43",
        None,
        "attachment 'nothing' has other bytes than its hash says",
        "INSERT INTO attachment (sha256, kind, media_type, size, name, body)"
        " VALUES ('nothing', 'task', 'text/plain', 1, 'a.txt', x'41')",
    ),
]


@pytest.mark.parametrize(("invariant", "workflow", "words", "statements"), SQL_BREAKS)
def test_a_changed_row_is_found(copy, invariant, workflow, words, statements):
    copy.rewrite(*statements)

    assert [
        finding
        for finding in found(copy)
        if (finding.invariant, finding.workflow) == (invariant, workflow)
        and words in finding.detail
    ], found(copy)


@pytest.mark.parametrize(
    "statements",
    [
        window("fred", "09:01:01"),
        window("fred", "09:00:30", ended="09:01:00"),
        window("dana", "09:00:30"),
        window("fred", "09:00:30", principal="fiona"),
    ],
)
def test_a_window_of_another_time_or_of_others_makes_no_decision_wrong(
    copy, statements
):
    copy.rewrite(*statements)

    assert found(copy) == ()


def test_a_window_that_is_opened_for_the_past_makes_no_decision_wrong(
    ready_database_url,
):
    company = Company(ready_database_url)
    happen(company)
    run = company.submit(company.quote("Q-20", owner="olga")).workflow
    company.act(run, "finance", "approve", "fred")
    company.wait(minutes=1)
    starts = company.now.replace(day=1)
    opened = intake.add_delegation(
        company.runtime,
        ("olga", "fred"),
        (starts.replace(day=2), company.now.replace(month=12)),
        None,
    )
    over = intake.add_delegation(
        company.runtime, ("olga", "fiona"), (starts, starts.replace(day=2)), None
    )
    checked = check_all(company.runtime)
    company.runtime.database.close()

    assert opened.starts_at == company.now
    assert over.starts_at == over.ends_at
    assert checked.findings == ()


def test_the_outbox_is_read_once_for_many_workflows(copy):
    asked = []
    listen(
        copy.runtime.database.engine,
        "before_cursor_execute",
        lambda _1, _2, statement, *_: asked.append(statement),
    )
    checked = check_all(copy.runtime)

    assert checked.workflows == 10
    assert len([each for each in asked if "outbox.workflow_id IN" in each]) == 1
    assert (
        len([each for each in asked if "delegation.starts_at" in each.split("FROM")[0]])
        == 1
    )


def decide_twice(log):
    log.insert(6, log[4] | {"natural_key": None})


def change_what_stands(log):
    row = log[4] | {"natural_key": None}
    changed(row, changes=5)
    log.insert(6, row)


def decide_two_seats(log):
    seats = [row for row in log if row["action"] == "task_approved"][:2]
    seats[1]["actor"] = seats[0]["actor"]


def decide_his_own(log):
    log[4]["actor"] = "sam"


def decide_for_him(log):
    log[4]["actor"] = "mona"


def decide_unasked(log):
    log[4]["actor"] = "dirk"


def decide_in_a_name(log):
    log[4]["on_behalf_of"] = "fiona"


def decide_on_nothing(log):
    log[4]["task_id"] = "T-99"


def fire_twice(log):
    log.append(log[-1] | {"natural_key": None})


def fire_early(log):
    changed(log[3], timers=[t | {"dueAt": "2027"} for t in timers_of(log[3])])


def fire_on_the_closed(log):
    log.append(log[4] | {"action": "task_reminded", "natural_key": None})
    changed(log[-1], timers=[])


def go_back(log):
    log[5]["timestamp"] = "2026-03-02T08:00:00.000000Z"


def write_local_time(log):
    log[4]["timestamp"] = "2026-03-02 09:01:00+00:00"


def timers_of(row):
    return json.loads(row["data"])["timers"]


def hide_evidence(log):
    evidence = json.loads(log[0]["data"])["evidence"]
    changed(log[0], evidence=evidence | {"quote": "0" * 64})


def let_time_approve(log):
    row = log[where(log, "task_escalated")]
    row["action"] = "step_timed_out"
    changed(row, outcome="approved", because="onTimeout approve", told=[])


def let_time_change_its_mind(log):
    let_time_approve(log)
    row = log[where(log, "step_timed_out")]
    changed(row, because="onExhausted hold")


LOG_BREAKS = [
    pytest.param(*each, id=each[3].__name__)
    for each in (
        ("I1", APPROVED, "task 'T-1' is decided 2 times", decide_twice),
        ("I1", APPROVED, "event 7 changes an answer of task 'T-1'", change_what_stands),
        ("I1", STAGES, "'lara' decides step 'legal' 2 times", decide_two_seats),
        ("I5", APPROVED, "event 7 cannot follow: Expected to approve", decide_twice),
        ("I10", APPROVED, "event 5: 'sam' decides his own quote", decide_his_own),
        ("I10", APPROVED, "event 5: 'mona' decides and acts for 'sam'", decide_for_him),
        ("I10", APPROVED, "event 5: 'dirk' was not asked", decide_unasked),
        ("I10", APPROVED, "event 5: nobody delegated for 'fiona'", decide_in_a_name),
        ("I10", APPROVED, "decides task 'T-99', which is not there", decide_on_nothing),
        ("I11", APPROVED, "another quote than the row says", hide_evidence),
        ("I14", REMINDED, "event 7 fires 'remind_finance_1'", fire_twice),
        ("I14", REMINDED, "event 6 fires 'remind_finance_1' before it", fire_early),
        ("I15", APPROVED, "event 10 fires on task 'T-1'", fire_on_the_closed),
        ("I18", APPROVED, "event 6 happened before the one in front", go_back),
        ("I18", APPROVED, "event 5 happened at '2026-03-02 09", write_local_time),
        ("I27", ESCALATED, "' by 'onTimeout approve'", let_time_approve),
        ("I27", ESCALATED, "' by 'onExhausted hold'", let_time_change_its_mind),
    )
]


@pytest.mark.parametrize(("invariant", "workflow", "words", "edit"), LOG_BREAKS)
def test_a_log_that_was_forged_as_a_whole_is_found(
    copy, invariant, workflow, words, edit
):
    copy.forge(workflow, edit)

    details = [each.detail for each in found(copy) if each.invariant == invariant]
    assert any(words in detail for detail in details), found(copy)
    assert "I3" not in {each.invariant for each in found(copy)}


def test_an_event_under_a_wrong_name_is_found(copy):
    copy.rewrite("UPDATE workflow_event SET id = 'WF-1:9' WHERE id = 'WF-8809:9'")

    names = {(each.invariant, each.detail) for each in found(copy)}
    assert ("I2", "event 9 is called 'WF-1:9'") in names


def test_a_log_that_cannot_be_read_stops_no_other_check(copy):
    copy.rewrite("UPDATE workflow_event SET data = '[' WHERE id = 'WF-8809:4'")

    findings = found(copy)
    assert {each.workflow for each in findings} <= {APPROVED, None}
    assert any("cannot be checked" in each.detail for each in findings)


def test_an_incident_explains_why_nothing_moves(copy):
    copy.rewrite(
        "UPDATE workflow_instance SET timers = '[]' WHERE id = 'WF-8815'",
        "UPDATE approval_task SET status = 'cancelled' WHERE workflow_id = 'WF-8815'",
        "INSERT INTO incident (id, workflow_id, kind, detail, opened_at)"
        " VALUES ('IN-1', 'WF-8815', 'engine', 'why', 'now')",
    )

    assert "I7" not in {each.invariant for each in found(copy)}
