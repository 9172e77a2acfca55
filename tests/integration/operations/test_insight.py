"""
Reports on a real database: bounded reads, both databases, logs that were put away.
"""

import csv
import io
from datetime import timedelta

import pytest
import r4pm
from lxml import etree
from sqlalchemy import event

from approval_engine.analytics.work.eventlog import write_csv, write_xes
from approval_engine.analytics.work.measures import measured, rounds
from approval_engine.analytics.work.pieces import Wanted
from approval_engine.errors import InvalidInput
from approval_engine.operations import insight
from approval_engine.store import seats, working
from approval_engine.store.events import of as events_of
from tests.integration.archived import grown_old, put_away
from tests.integration.executor.company import INPUTS, Company
from tests.integration.executor.firm import late

XES = "{http://www.xes-standard.org/}"


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def busy(company):
    """
    A review that was taken first, one that was returned and revised, one that waits.
    """
    first = company.started()
    company.wait(hours=1)
    company.act(first, "finance", "claim", "fred")
    company.wait(hours=2)
    company.act(first, "finance", "approve", "fred")
    company.act(first, "manager", "approve", "maria")
    second = company.started(account="=1+1")
    company.wait(hours=1)
    company.act(second, "finance", "return", "fiona")
    company.revised(second, margin_pct="22")
    return first


def test_work_is_told_by_role_and_person(company):
    busy(company)
    found = insight.work(company.runtime)
    by_role = {each.word: each for each in measured(found.pieces, "role")}
    by_person = {each.word: each for each in measured(found.pieces, "person")}

    assert (by_role["finance"].tasks, by_role["finance"].answered) == (3, 2)
    assert by_role["finance"].waiting_hours == pytest.approx(1 + 1)
    assert by_role["finance"].working_hours == pytest.approx(2)
    assert (by_person["fred"].answered, by_person["fiona"].answered) == (1, 1)
    assert rounds(found.reviews) == {1: 1, 2: 1}


def taken_back(company, workflow):
    company.wait(hours=2)
    company.act(workflow, "finance", "release", "fred")


def escalated(company, workflow):
    while company.case(workflow).seats("finance")[0].role == "finance":
        late(company, workflow)


@pytest.mark.parametrize("ending", [taken_back, escalated])
def test_a_claim_that_nobody_worked_on_is_no_work(company, ending):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    ending(company, workflow)
    company.wait(hours=1)
    task = company.case(workflow).seats("finance")[0]
    company.act(workflow, "finance", "approve", task.candidates[0])
    found = insight.work(company.runtime).pieces
    (piece,) = (each for each in found if each.task.step == "finance")
    with company.runtime.database.read() as transaction:
        decided = working.decisions(transaction)

    assert piece.working == 0
    assert piece.waiting == piece.hours > 0
    assert decided == ()


def test_who_takes_a_task_last_works_on_it_from_then(company):
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    taken_back(company, workflow)
    company.act(workflow, "finance", "claim", "fiona")
    company.wait(hours=3)
    company.act(workflow, "finance", "approve", "fiona")
    found = insight.work(company.runtime).pieces
    (piece,) = (each for each in found if each.task.step == "finance")
    with company.runtime.database.read() as transaction:
        (decided,) = working.decisions(transaction)

    assert (piece.waiting, piece.working) == (2, 3)
    assert decided.decided_at - decided.claimed_at == timedelta(hours=3)


def test_work_has_the_words_of_all_that_is_asked_for(fresh_database):
    texts = {"region": ["EMEA", "AMER"], "segment": ["SMB", "ENT"]}
    more = [{"name": n, "type": "string", "values": v} for n, v in texts.items()]
    url = fresh_database("sqlite", ready=True)
    company = Company(url, inputs=[*INPUTS, *more])
    company.started(region="EMEA", segment="ENT")
    found = insight.work(company.runtime, "region", "role", "segment").pieces
    company.runtime.database.close()
    wanted = Wanted(by=(("region", "EMEA"), ("segment", "ENT"), ("role", "finance")))

    assert [each.task.step for each in found if wanted.fits(each)] == ["finance"]


def test_nothing_is_grouped_by_what_nobody_said(company):
    sentence = "Expected to group by one of role, person, policy, step, process, got"
    with pytest.raises(InvalidInput, match=sentence):
        insight.work(company.runtime, "weather")


def test_the_queue_holds_what_is_open(company):
    busy(company)
    found = insight.queue(company.runtime)
    by_role = {each.word: each.open for each in insight.waiting(found, "role")}
    people = {each.word: each.open for each in insight.waiting(found, "person")}

    assert by_role == {"finance": 1, "manager": 1}
    assert people == {"nobody": 1, "maria": 1}


def test_a_report_reads_no_more_than_its_newest_reviews(company, monkeypatch):
    busy(company)
    monkeypatch.setattr(insight, "NEWEST", 2)
    monkeypatch.setattr(insight, "MOST_OPEN", 1)
    sent = []
    engine = company.runtime.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    found = insight.work(company.runtime)
    reads = [each for each in sent if each.startswith("SELECT")]

    assert len(found.reviews) == 2
    assert {each.review.id for each in found.pieces} <= {r.id for r in found.reviews}
    assert len(insight.queue(company.runtime).rows) == 1
    # Reviews, seats, who took what, that of the archive; what is current, the policy.
    assert len(reads) <= 6


def as_xes(company, most=100):
    out = io.BytesIO()
    with company.runtime.database.read() as transaction:
        counts = write_xes(insight.traces(transaction, most), out)
    return counts, out.getvalue()


def test_an_event_log_is_read_back_by_another_program(company, tmp_path):
    busy(company)
    counts, body = as_xes(company)
    path = tmp_path / "reviews.xes"
    path.write_bytes(body)
    item = r4pm.import_item("EventLog", str(path))
    again = tmp_path / "again.xes"
    r4pm.export_item(item, str(again))
    before, after = (etree.parse(each).getroot() for each in (path, again))

    assert counts == (3, len(list(before.iter("{*}event"))))
    assert told(after) == told(before)


def told(log):
    """
    Of every event in order, what it says.
    """
    return [
        [
            sorted((each.get("key"), instant(each.get("value"))) for each in event)
            for event in trace.iter("{*}event")
        ]
        for trace in log.iter("{*}trace")
    ]


def instant(value):
    # Another program writes the same instant otherwise.
    from datetime import datetime

    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return value


def test_an_event_log_holds_each_event_of_the_log_as_the_standard_says(company):
    first = busy(company)
    _, body = as_xes(company)
    root = etree.fromstring(body)
    trace = next(
        each
        for each in root.iter(f"{XES}trace")
        if {"concept:name": first}.items() <= keyed(each).items()
    )
    events = [keyed(each) for each in trace.iter(f"{XES}event")]
    with company.runtime.database.read() as transaction:
        log = events_of(transaction, first)

    assert root.get("xes.version") == "1849.2016"
    assert {each.get("prefix") for each in root.iter(f"{XES}extension")} == {
        "concept",
        "time",
        "org",
        "lifecycle",
    }
    assert [each["action"] for each in events] == [each.action for each in log]
    assert [each["time:timestamp"] for each in events] == [e.timestamp for e in log]
    finance = [e for e in events if e["concept:name"] == "finance"]
    assert [each["lifecycle:transition"] for each in finance] == [
        "schedule",
        "start",
        "complete",
    ]
    # Nothing that anybody wrote is in it.
    assert b"because" not in body


def keyed(element):
    pairs = ((each.get("key"), each.get("value")) for each in element)
    return {key: value for key, value in pairs if key}


def test_the_sheet_of_events_runs_nothing(company):
    busy(company)
    out = io.BytesIO()
    with company.runtime.database.read() as transaction:
        _, events = write_csv(insight.traces(transaction, 100), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))

    assert len(rows) == events
    assert {each["case"] for each in rows} == {"WF-8809", "WF-8810", "WF-8811"}


def test_logs_that_were_put_away_are_told_as_before(company):
    first = busy(company)
    company.act(
        insight.work(company.runtime).reviews[-1].id, "finance", "reject", "fred"
    )
    before, told_before = insight.work(company.runtime), as_xes(company)
    grown_old(company)
    put_away(company)
    after = insight.work(company.runtime)
    with company.runtime.database.read() as transaction:
        taken = seats.claims(transaction, 100)

    assert as_xes(company) == told_before
    assert [each.working for each in after.pieces if each.review.id == first] == [
        each.working for each in before.pieces if each.review.id == first
    ]
    assert len(taken) == 1
