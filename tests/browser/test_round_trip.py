"""
What we render, opened, edited and saved by Camunda's own code, means what it says.
"""

import pytest

from approval_engine.definitions.diff import differences
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.definitions.semantics import semantic_hash
from approval_engine.definitions.xsd import check
from approval_engine.errors import BpmnError
from approval_engine.operations import repository
from approval_engine.store import catalog
from tests.browser.files import FILES, FRAME
from tests.integration.executor.company import Company

pytestmark = pytest.mark.browser

STANDARD = FILES["standard-parallel.bpmn"]
FILING = {
    "id": "file_contract",
    "name": "File the contract",
    "camunda:candidateGroups": "deal_desk",
    "camunda:dueDate": "PT8H",
}


def saved(editor, xml, *doings):
    """
    The file after it was opened, edited and saved.
    """
    assert editor.open(xml) == []
    for what, *how in doings:
        editor.do(what, *how)
    return editor.save()


def changes(before, after):
    pair = (read(xml, "mine.bpmn", EVERY_NAME).process for xml in (before, after))
    return [(c.change, c.element, c.what, c.after) for c in differences(*pair)]


@pytest.mark.parametrize("kind", ["platform", "cloud"])
@pytest.mark.parametrize("name", FILES)
def test_what_was_only_opened_and_saved_means_the_same(editors, kind, name):
    after = saved(editors(kind), FILES[name])

    assert semantic_hash(after) == semantic_hash(FILES[name])
    check(after)


def test_what_was_moved_means_the_same_though_the_file_is_another(platform):
    after = saved(platform, STANDARD, ("move", "task_finance", 0, 300))

    assert after != STANDARD
    assert semantic_hash(after) == semantic_hash(STANDARD)


def test_another_duration_means_something_else(platform):
    after = saved(platform, STANDARD, ("setDuration", "due_finance", "PT48H"))

    assert semantic_hash(after) != semantic_hash(STANDARD)
    assert changes(STANDARD, after) == [
        ("changed", "due_finance", "duration", "PT48H"),
    ]


def test_a_task_that_was_dropped_on_a_flow_is_understood(platform):
    after = saved(platform, STANDARD, ("insertTask", "from_join_1", FILING))

    assert semantic_hash(after) != semantic_hash(STANDARD)
    assert ("added", "file_contract", "user task") in [
        c[:3] for c in changes(STANDARD, after)
    ]
    check(after)


def test_what_a_modeler_lets_pass_and_we_do_not_is_refused_with_the_reason(platform):
    after = saved(platform, STANDARD, ("setDuration", "due_finance", "48 hours"))

    with pytest.raises(BpmnError, match="PT48H"):
        semantic_hash(after)


@pytest.fixture
def make_company(fresh_database):
    made = []

    def make(**changes):
        made.append(Company(fresh_database("sqlite", ready=True), **changes))
        return made[-1]

    yield make
    for company in made:
        company.runtime.database.close()


def deployed(company, xml, file="mine.bpmn"):
    (done,) = repository.deploy(company.runtime, xml, file, "dana")
    return done


def steps(company, workflow):
    return [task.step for task in company.case(workflow).tasks if task.is_open]


def exported(company, workflow):
    digest = company.case(workflow).evidence.definition
    with company.runtime.database.read() as transaction:
        return catalog.body(transaction, digest)


def approved_by_everybody(company, workflow):
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")


def test_the_next_quote_follows_the_edit_and_an_open_workflow_does_not(
    platform, make_company
):
    company = make_company()
    before = company.started(margin_pct=20)
    drawn = saved(
        platform, exported(company, before), ("insertTask", "from_join_1", FILING)
    )
    assert deployed(company, drawn).version.role == "pinned"
    between = company.started(margin_pct=20)
    later = saved(platform, drawn, ("say", "file_contract", {"name": "Store it"}))
    assert deployed(company, later).version.version == 2
    after = company.started(margin_pct=20)

    for workflow in (before, between, after):
        approved_by_everybody(company, workflow)
    assert company.case(before).status == "approved"
    assert steps(company, between) == steps(company, after) == ["file_contract"]
    assert b"File the contract" in exported(company, between)
    assert b"Store it" in exported(company, after)
    company.act(after, "file_contract", "approve", "dana")
    assert company.case(after).status == "approved"
    assert company.is_sound()
    assert company.findings() == ()


def test_a_changed_duration_is_when_the_next_task_is_due(platform, make_company):
    company = make_company(processes=[{"use": "deal_review"}])
    deployed(company, FRAME)
    before = company.started(margin_pct=20)
    longer = {"camunda:dueDate": "PT20H"}
    deployed(company, saved(platform, FRAME, ("say", "check_data", longer)))
    after = company.started(margin_pct=20)

    hours = [_hours_open(company, workflow) for workflow in (before, after)]
    assert hours == [8, 20]


def _hours_open(company, workflow):
    (task,) = company.case(workflow).tasks
    return (task.due_at - task.opened_at).total_seconds() / 3600


ROUND_THE_CLOCK = {
    "calendars": {
        "all": {"timeZone": "UTC", "hours": "00:00-24:00", "days": "Mon-Sun"}
    },
    "defaults": {"slaHours": 24, "calendar": "all"},
}


@pytest.mark.parametrize(("whose", "hours"), [("policy", 24), ("process", 48)])
def test_a_changed_duration_of_a_step_counts_where_its_task_says_so(
    platform, make_company, whose, hours
):
    company = make_company(**ROUND_THE_CLOCK)
    before = company.started(margin_pct=20)
    drawn = saved(
        platform,
        exported(company, before),
        ("setDuration", "due_finance", "PT48H"),
        ("give", "task_finance", "sla", whose),
    )
    deployed(company, drawn)
    after = company.started(margin_pct=20)

    assert [_late(company, workflow) for workflow in (before, after)] == [24, hours]
    assert company.findings() == ()


def _late(company, workflow):
    """
    The hours from when finance is asked until it is late.
    """
    (task,) = (t for t in company.case(workflow).tasks if t.step == "finance")
    timers = company.case(workflow).timers
    (due,) = (t.due_at for t in timers if t.element == "due_finance")
    return (due - task.opened_at).total_seconds() / 3600


def test_a_step_that_was_deleted_in_modeler_is_refused(platform, make_company):
    company = make_company()
    workflow = company.started(margin_pct=20)
    drawn = saved(platform, exported(company, workflow), ("remove", "task_finance"))

    with pytest.raises(BpmnError, match="finance"):
        deployed(company, drawn)
    assert steps(company, company.started(margin_pct=20)) == ["manager", "finance"]
