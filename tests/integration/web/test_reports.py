"""
The pages of the reports: each figure leads to its list, and each list to a sheet.
"""

import csv
import io
import re

import pytest
from lxml import etree

from tests.integration.executor.company import INPUTS, Company
from tests.integration.executor.office import staff
from tests.integration.operations.busy import (
    DAY_AND_NIGHT,
    ENOUGH,
    few_are_enough,
    worked,
)
from tests.integration.web.browser import text_of


@pytest.fixture
def company(request, fresh_database, monkeypatch):
    few_are_enough(monkeypatch)
    policy = DAY_AND_NIGHT | getattr(request, "param", {})
    company = Company(fresh_database("sqlite", ready=True), **policy)
    yield company
    company.runtime.database.close()


@pytest.fixture
def desk(company, enter):
    """
    Somebody who sees everything, in a company that worked for some days.
    """
    staff(company)
    worked(company, reviews=ENOUGH + 3)
    company.started()
    company.wait(hours=2)
    return enter("dana")


def table(page):
    return list(csv.reader(io.StringIO(page.data.decode("utf-8-sig"))))


PAGES = ["", "/work", "/work?by=person", "/bottlenecks", "/tasks", "/forecast"]


@pytest.mark.parametrize("path", [*PAGES, "/work.csv", "/tasks.csv", "/log.xes"])
def test_only_who_sees_everything_sees_reports(company, enter, path):
    staff(company)
    worked(company, reviews=1)

    assert enter("dana").get(f"/reports{path}").status_code == 200
    assert enter("maria").get(f"/reports{path}").status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_a_report_of_nothing_says_so(company, enter, path):
    staff(company)
    page = enter("dana").get(f"/reports{path}")

    assert page.status_code == 200
    assert re.search("Nothing|Nobody|None", text_of(page))


def test_the_bar_leads_to_the_reports(company, enter):
    staff(company)

    assert 'href="/reports"' in enter("dana").get("/workflows").text
    assert 'href="/reports"' not in enter("maria").get("/workflows").text


def test_every_figure_leads_to_as_many_tasks(desk):
    found = re.findall(
        r'<a href="(/reports/tasks\?[^"]+)">(\d+)</a>',
        desk.get("/reports").text + desk.get("/reports/work?by=step").text,
    )
    assert len(found) >= 10
    for address, number in found:
        page = text_of(desk.get(address.replace("&amp;", "&")))
        assert re.search(rf"\b{number} tasks?\b", page), (address, number)


def test_rework_leads_to_its_quotes(desk):
    page = desk.get("/reports")
    (address,) = re.findall(r'href="(/reports/rework[^"]+)"', page.text)

    assert f"{ENOUGH + 4} quotes with 1 review" in text_of(page)
    assert text_of(desk.get(address)).count("Q-") >= ENOUGH + 4


def test_a_list_and_its_sheet_hold_the_same(desk):
    rows = table(desk.get("/reports/tasks.csv?role=finance&state=answered"))
    page = text_of(desk.get("/reports/tasks?role=finance&state=answered"))

    assert len(rows) - 1 == ENOUGH + 3
    assert f"{ENOUGH + 3} tasks" in page
    assert rows[0][:3] == ["task", "workflow", "quote"]


def test_a_sheet_of_figures_is_told_as_a_file(desk):
    answer = desk.get("/reports/work.csv?by=role")
    rows = table(answer)

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert {row[0] for row in rows[1:]} == {"finance", "manager"}


def test_the_event_log_is_told_as_a_file(desk):
    answer = desk.get("/reports/log.xes")
    root = etree.fromstring(answer.data)

    assert answer.mimetype == "application/xml"
    assert len(list(root.iter("{*}trace"))) == ENOUGH + 4


def test_the_heat_stands_in_words_beside_the_drawing(desk):
    page = desk.get("/reports/bottlenecks?show=count").text
    (source,) = re.findall(r'data-source="(/reports/drawings/[^"]+)"', page)

    assert 'data-element="task_finance" data-state="heat-5"' in page
    assert f'data-words="{ENOUGH + 4} tasks"' in page
    assert b"task_finance" in desk.get(source).data


@pytest.mark.parametrize("wrong", ["0" * 64, "quote"])
def test_only_definitions_are_drawn(company, enter, wrong):
    staff(company)
    workflow = company.started()
    sha256 = company.case(workflow).evidence.quote if wrong == "quote" else wrong

    assert enter("dana").get(f"/reports/drawings/{sha256}.bpmn").status_code == 404


@pytest.mark.parametrize("path", ["/work?by=weather", "/tasks?state=odd"])
def test_what_no_report_can_mean_is_a_sentence(desk, path):
    page = desk.get(f"/reports{path}")

    assert page.status_code == 422
    assert "Expected" in text_of(page)


def test_forecasts_are_shown_with_what_came(desk):
    page = text_of(desk.get("/reports/forecast"))

    assert "3 can be judged by now, and 3 of these were approved in it." in page
    assert "8 of which too little was known" in page
    assert "100.0 % held" in page
    assert page.count("✓ Held") == 3
    assert "✓ Held" not in text_of(desk.get("/reports/forecast?outcome=late"))


def test_pages_of_a_review_say_when_it_is_approved(company, desk, enter):
    workflow = company.started()
    task = company.task(workflow, "finance").id
    quote = company.quote("Q-next")
    pages = [
        enter("sam").get(f"/workflows/{workflow}"),
        enter("fred").get(f"/tasks/{task}"),
        enter("sam").get(f"/quotes/{quote}"),
    ]

    for page in pages:
        assert "approved between" in text_of(page)
        assert "from 22 past answers" in text_of(page)
        # Who does not see the reports is not led there.
        assert "/reports" not in page.text
    assert "answered between" in text_of(pages[1])
    assert "how often that held" in text_of(desk.get(f"/workflows/{workflow}"))


def test_pages_of_a_review_say_when_nothing_can_be_said(company, enter):
    workflow = company.started()

    page = text_of(enter("sam").get(f"/workflows/{workflow}"))
    assert "No forecast yet. Too little history: a role needs 8 answers" in page


def test_programs_are_told_the_forecast(company, desk, api):
    workflow = company.started()
    told = api("sam").get(f"/api/v1/workflows/{workflow}").get_json()["forecast"]

    assert (told["probabilityPct"], told["answers"]) == (80, 2 * (ENOUGH + 3))
    assert told["earliestAt"] <= told["medianAt"] <= told["latestAt"]
    assert {each["step"] for each in told["steps"]} == {"manager", "finance"}
    company.recall(workflow)
    ended = api("sam").get(f"/api/v1/workflows/{workflow}").get_json()
    assert "forecast" not in ended


def odd(word):
    near = {"name": word, "type": "string", "values": ["near", "far"], "optional": True}
    return {"inputs": [*INPUTS, near]}


ODD = ("state", "endpoint", "open", "status")


@pytest.mark.parametrize(
    ("company", "word"), [(odd(w), w) for w in ODD], indirect=["company"], ids=ODD
)
def test_an_input_may_be_called_like_a_word_of_ours(company, enter, word):
    staff(company)
    company.started(**{word: "far"})
    desk = enter("dana")

    assert f"in.{word}=" in desk.get(f"/reports/work?by={word}").text
    listed = text_of(desk.get(f"/reports/tasks?in.{word}=far&state=open"))
    assert "2 tasks" in listed
    heading, row = table(desk.get(f"/reports/work.csv?by={word}"))
    assert len(heading) == len(set(heading)) == len(row)
    assert row[0] == "far"


def test_words_of_an_address_that_nobody_asked_for_are_left_alone(desk):
    assert desk.get("/reports/tasks?endpoint=x&_external=1").status_code == 200
