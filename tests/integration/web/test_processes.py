"""
What a process asks, on the pages: why, its form, and what was typed into it.
"""

import pytest

from approval_engine.config import packaged
from approval_engine.operations import repository
from tests.integration.executor.company import Company
from tests.integration.web.browser import text_of

FORM = """
    <bpmn:extensionElements><camunda:formData>
      <camunda:formField id="days" label="Days to close" type="long">
        <camunda:validation><camunda:constraint name="required" />
        </camunda:validation></camunda:formField>
      <camunda:formField id="size" label="Size" type="enum">
        <camunda:value id="s" name="Small" /><camunda:value id="l" name="Large" />
      </camunda:formField>
    </camunda:formData></bpmn:extensionElements>"""


def drawn():
    """
    The frame that is shipped, with a form at its task.
    """
    frame = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_text("utf-8")
    frame = frame.replace("${outcome_check_data == 'approved'}", "${days &lt; 10}")
    place = "</bpmn:documentation>\n      <bpmn:incoming>to_check"
    assert place in frame
    return frame.replace(place, place.replace("\n", f"{FORM}\n", 1)).encode()


@pytest.fixture
def company(fresh_database):
    processes = [{"use": "deal_review"}]
    company = Company(fresh_database("sqlite", ready=True), processes=processes)
    repository.deploy(company.runtime, drawn(), "deal_review.bpmn", "dana")
    yield company
    company.runtime.database.close()


@pytest.fixture
def task(company):
    return company.task(company.started(margin_pct=20), "check_data").id


def test_a_task_of_the_process_says_what_it_is_and_shows_its_form(enter, task):
    page = enter("dana").get(f"/tasks/{task}")
    words = text_of(page)

    assert "Check the data" in words
    assert "The process deal_review asks it, beside what the policy asks" in words
    assert "Are account, products and term of the quote as the customer wants" in words
    assert 'name="field-days" type="number"' in page.text
    assert "Days to close" in words
    assert '<option value="l">Large</option>' in page.text


def test_a_form_is_checked_and_what_was_typed_moves_the_process_on(
    company, enter, task
):
    dana = enter("dana")
    refused = dana.act(task, "approve", **{"field-size": "l"})
    assert refused.status_code == 422
    assert "days" in text_of(refused)
    assert "is missing" in text_of(refused)
    assert '<option value="l" selected>Large</option>' in refused.text

    done = dana.act(task, "approve", **{"field-days": "3", "field-size": "l"})
    assert done.status_code == 303
    open_steps = [t.step for t in company.case("WF-8809").tasks if t.is_open]
    assert open_steps == ["manager", "finance"]


def test_the_interface_takes_the_fields_as_texts(company, api, task):
    dana = api("dana")
    path, key = f"/api/v1/tasks/{task}/actions", {"Idempotency-Key": "k"}
    wrong = {"action": "approve", "fields": {"days": "soon"}}
    refused = dana.post(path, json=wrong, headers=key)
    assert refused.status_code == 422
    assert "'days' must be a whole number, not 'soon'" in refused.json["detail"]

    right = {"action": "approve", "fields": {"days": "3"}}
    done = dana.post(path, json=right, headers={"Idempotency-Key": "k-2"})
    assert done.status_code == 200
    assert done.json["result"] == "applied"
