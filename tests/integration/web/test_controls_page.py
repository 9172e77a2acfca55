"""
The page of the controls: each figure leads to its questions, and these to evidence.
"""

import csv
import io
import re

import pytest

from tests.integration.executor.company import Company
from tests.integration.executor.office import staff
from tests.integration.operations.planted import clean, planted
from tests.integration.web.browser import text_of


@pytest.fixture
def company(fresh_database):
    company = Company(fresh_database("sqlite", ready=True))
    staff(company)
    yield company
    company.runtime.database.close()


@pytest.mark.parametrize("path", ["", "?control=split_deals", ".csv"])
def test_only_who_sees_everything_sees_what_is_asked(company, enter, path):
    pages = [enter(who).get(f"/reports/controls{path}") for who in ("dana", "ada")]

    assert [page.status_code for page in pages] == [200, 200]
    assert enter("maria").get(f"/reports/controls{path}").status_code == 403
    if path != ".csv":
        assert "Nothing to ask about." in text_of(pages[0])


def test_each_figure_leads_to_its_questions_and_each_of_them_to_evidence(
    company, enter
):
    clean(company)
    planted(company)
    desk = enter("dana")
    page = desk.get("/reports/controls")
    figures = re.findall(r'href="(/reports/controls\?control=\w+)"', page.text)

    assert len(figures) == 5
    for address in figures:
        assert desk.get(address).text.count('<th scope="row">') == 1
    assert "Fred approved Q-12 9.0 s after the task was opened" in text_of(page)
    links = set(re.findall(r'href="(/(?:quotes|workflows|tasks)/[^"?]+)"', page.text))
    assert len(links) > 10
    assert {desk.get(link).status_code for link in links} == {200}


def test_the_sheet_holds_what_the_page_asks(company, enter):
    clean(company)
    planted(company)
    desk = enter("dana")
    answers = [desk.get("/reports/controls.csv" + each) for each in ("", "?control=")]
    one = desk.get("/reports/controls.csv?control=dormant_delegations")
    rows, same, (found,) = (
        list(csv.DictReader(io.StringIO(each.data.decode("utf-8-sig"))))
        for each in (*answers, one)
    )

    assert len(rows) == 5
    assert rows == same
    assert found in rows
    assert (found["people"], found["delegations"]) == ("dirk dora", "D-3")


def test_a_control_that_there_is_not_is_a_sentence(company, enter):
    page = enter("dana").get("/reports/controls?control=weather")

    assert page.status_code == 422
    assert "Expected 'control' to be one of split_deals" in text_of(page)
