"""
A review with every fact that people and clocks can leave, told by each page and answer.
"""

import json
from datetime import timedelta

import pytest

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.domain.events import Fact
from approval_engine.executor.answer import Caller
from approval_engine.executor.attached import attached
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.leave import replace_leaver
from approval_engine.executor.commands.nudge import nudge
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.withdraw import Seat, withdraw
from approval_engine.history.reading import detail, detail_view, find, timeline
from approval_engine.operations import intake
from approval_engine.web.words import EVENTS
from tests.integration.executor.company import STEPS, TRIGGERS, document, policy
from tests.integration.executor.office import staff
from tests.integration.web.browser import text_of

FINANCE = {**STEPS["finance"], "pauseOnInfo": True, "delegateGraceHours": 2}
MARGIN = {**TRIGGERS[0], "require": ["manager", "finance", "legal"], "inform": ["cfo"]}
EVERYTHING = {
    "version": "2",
    "approvalValidDays": 30,
    "triggers": [MARGIN, *TRIGGERS[1:]],
    "steps": {
        **STEPS,
        "finance": FINANCE,
        "legal": {**STEPS["legal"], "required": False},
    },
}
HERE = frozenset(
    {
        Fact.INFORMED,
        Fact.APPROVER_ADDED,
        Fact.INFO_REQUESTED,
        Fact.INFO_PROVIDED,
        Fact.INFO_WITHDRAWN,
        Fact.CLOCK_RESUMED,
        Fact.COMMENTED,
        Fact.NUDGED,
        Fact.TASK_REASSIGNED,
        Fact.TASK_STOOD_IN,
        Fact.TASK_GRACED,
        Fact.TASK_CARRIED,
        Fact.OVERRIDE_REQUESTED,
        Fact.OVERRIDDEN,
        Fact.SEAT_VACATED,
        Fact.SEAT_WITHDRAWN,
        Fact.WORKFLOW_EXPIRED,
    }
)


WORDS = {
    Fact.TASK_OPENED: "was asked",
    Fact.TASK_STOOD_IN: "stands in for Fiona",
    Fact.TASK_CARRIED: "approved this in WF-8809, and it stands",
}
"""Facts of which a page says more than one word for all of them."""


def by(person):
    return Caller(actor=person, channel="t")


def take_out_the_seat_of(company, workflow, person):
    """
    With his colleague and the deal desk gone nobody takes over, until all are back.
    """
    seats = {task.assignee: task.id for task in company.case(workflow).seats("legal")}
    staff(company, **dict.fromkeys((person, "lena", "dana")))
    list(replace_leaver(company.runtime, person, by("root")))
    seat = Seat(workflow=workflow, task=seats[person], comment="he left")
    withdraw(company.runtime, seat, by("ada"))
    staff(company)


@pytest.fixture
def lived(company):
    """
    Two reviews of one quote in which all of that happened; the second was overridden.
    """
    staff(company)
    body = document(policy(**EVERYTHING))
    intake.publish_policy(company.runtime, body, "dana")
    first = company.started()
    company.act(first, "finance", "claim", "fred")
    company.act(first, "finance", "request-info", "fred", to="lena")
    staff(company, lena=None)
    list(replace_leaver(company.runtime, "lena", by("root")))
    company.act(first, "finance", "request-info", "fred")
    company.act(first, "finance", "provide-info", "sam")
    company.act(first, "finance", "add-approver", "fred", to="carl")
    company.act(first, "finance", "reassign", "ada", to="fiona")
    window = (company.now, company.now + timedelta(days=2))
    intake.add_delegation(company.runtime, ("fiona", "fred"), window, None)
    assert not worker.once(company.runtime).held
    nudge(company.runtime, first, by("sam"))
    task = company.task(first, "finance").id
    wish = Wish(
        workflow=first,
        task=task,
        action=Action.COMMENT,
        comment="see the file",
        file=attached("task", "terms.txt", None, b"net 30"),
    )
    act(company.runtime, wish, by("fred"))
    company.act(first, "manager", "approve", "maria")
    take_out_the_seat_of(company, first, "leo")
    second = company.revised(first, justification="typo").workflow
    for person in ("ada", "abe"):
        wish = Override(workflow=second, decision="approve", comment="now", limit=None)
        override(company.runtime, wish, by(person))
    company.now += timedelta(days=40)
    assert not worker.once(company.runtime).held
    return first, second


def assert_told_in_detail(company, workflow):
    """
    What `status --detail` prints and its JSON, for every open task or the end.
    """
    found = find(company.runtime.database, workflow)
    ids = [task.id for task in found.workflow.open_tasks]
    assert [line["task"] for line in detail(found) if "task" in line] == ids
    assert [task["id"] for task in detail_view(found)["tasks"]] == ids
    assert json.dumps(detail_view(found))


def test_every_fact_is_shown_by_every_page_and_answer(company, enter, api, lived):
    seen = {action for workflow in lived for action in company.log(workflow)}
    assert set(map(str, HERE)) <= seen
    maria, client = enter("ada"), api("ada")
    for workflow in lived:
        page = maria.get(f"/workflows/{workflow}")
        assert page.status_code == 200
        shown = text_of(page)
        for action in company.log(workflow):
            assert WORDS.get(action, EVENTS[action]) in shown, action
        paths = [
            f"/api/v1/workflows/{workflow}",
            f"/api/v1/workflows/{workflow}/events",
        ]
        tasks = [task.id for task in company.case(workflow).tasks]
        paths += [f"/api/v1/tasks/{each}" for each in tasks]
        for path in paths:
            assert client.get(path).status_code in {200, 404}, path
        for each in tasks:
            assert maria.get(f"/tasks/{each}").status_code == 200
        assert_told_in_detail(company, workflow)
    for person in ("sam", "fred", "fiona", "carl", "lara", "ada"):
        assert enter(person).get("/").status_code == 200
    assert company.findings() == ()
    assert company.is_sound()


def test_an_override_stays_red_when_it_expires_and_when_it_is_superseded(
    company, enter, lived
):
    _, second = lived
    assert company.case(second).status == "expired"
    note = "An admin ended this review"
    assert note in text_of(enter("ada").get(f"/workflows/{second}"))

    third = company.submit("Q-1").workflow
    wish = Override(workflow=third, decision="approve", comment="now", limit=10**9)
    override(company.runtime, wish, by("ada"))
    company.revised(third, margin_pct="20")
    assert company.case(third).status == "superseded"
    assert note in text_of(enter("ada").get(f"/workflows/{third}"))
    assert company.findings() == ()


def test_every_fact_has_words_and_can_be_written_as_a_line_of_history(company, lived):
    assert set(EVENTS) == set(map(str, Fact))
    for workflow in lived:
        for entry in timeline(company.runtime.database, workflow):
            assert entry.line()["action"] == entry.event.action
            assert json.dumps(entry.view())
