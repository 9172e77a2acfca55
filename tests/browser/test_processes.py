"""
What an analyst does in a browser: check a file, deploy it, look at it, compare.
"""

import pytest
from playwright.sync_api import expect

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.operations import repository
from approval_engine.store import processes
from tests.browser.files import BPMN, FRAME
from tests.browser.site import PHONE, WIDE
from tests.browser.test_workflow import DRAWN, mark_of_bpmn_io_is_free

EVIL = "&lt;img src=x onerror=alert(1)&gt;"
SHOWN = "<img src=x onerror=alert(1)>"
EVIL_TOO = "&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;"
NAME = 'name="Check the data"'


def file(name="deal_review.bpmn", **changes):
    """
    The shipped frame under the name that every quote asks for, with changes.
    """
    text = FRAME.decode().replace('id="deal_review"', 'id="standard"')
    text = text.replace('bpmnElement="deal_review"', 'bpmnElement="standard"')
    for old, new in changes.get("replaced", ()):
        assert old in text, old
        text = text.replace(old, new)
    return {"name": name, "mimeType": "text/xml", "buffer": text.encode()}


BROKEN = file(
    "broken.bpmn",
    replaced=[
        (NAME, f'name="{EVIL}"'),
        ("PT8H", "8 hours"),
        ("${outcome_check_data == 'approved'}", "${margin_pct &gt; 'high'}"),
        ("<bpmn:documentation>", "<bpmn:documentation>" + EVIL_TOO),
    ],
)


def deployed(site):
    with site.runtime.database.read() as transaction:
        return [(v.name, v.version) for v in processes.versions(transaction)]


def upload(page, given):
    page.get_by_label("A BPMN process").set_input_files(given)
    expect(page.locator(DRAWN)).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(DRAWN)).to_be_visible()


@pytest.mark.browser
def test_a_broken_file_shows_every_problem_beside_its_drawing(visit, site):
    before = deployed(site)
    anton = visit("anton")
    page = anton.go("/processes")
    anton.shot("processes-empty")
    page.get_by_role("link", name="Check and deploy a file").click()
    upload(page, BROKEN)

    expect(page.get_by_role("alert")).to_contain_text("broken.bpmn cannot be deployed")
    rows = page.locator("#problems tr")
    assert rows.count() == 2
    for wrong in ("check_data", "data_fine"):
        mark = page.locator(f"{DRAWN} [data-element-id='{wrong}'].is-wrong")
        assert mark.count() == 1
    drawn = page.locator(f"{DRAWN} [data-element-id=data_fine] .djs-visual > path")
    expect(drawn.first).to_have_css("stroke", "rgb(179, 38, 30)")
    named = page.locator(f"{DRAWN} [data-element-id=check_data]").first
    expect(named).to_contain_text("<img")
    assert mark_of_bpmn_io_is_free(page)
    assert anton.violations() == []

    show = page.get_by_role("button", name="Show: data_fine in the diagram")
    show.focus()
    show.press("Enter")
    expect(page.locator(".panel")).to_contain_text("Expected a number beside")
    flow = page.locator(f"{DRAWN} [data-element-id=data_fine]").first
    expect(flow).to_be_focused()
    anton.shot("upload-broken")
    assert anton.violations() == []
    assert deployed(site) == before


@pytest.mark.browser
def test_a_good_file_is_deployed_and_the_next_quote_runs_on_it(visit, site):
    anton = visit("anton")
    page = anton.go("/processes/upload")
    upload(page, file(replaced=[(NAME, f'name="{EVIL}"')]))
    expect(page.get_by_role("status")).to_contain_text("standard version 1")
    page.locator("summary", has_text="Deploy").click()
    anton.shot("upload-good")
    assert anton.violations() == []
    assert deployed(site) == []

    page.get_by_role("button", name="Confirm: deploy").click()
    expect(page.get_by_role("status")).to_contain_text("is deployed")
    expect(page.locator(DRAWN)).to_be_visible()
    anton.shot("process-version")
    expect(page.get_by_role("rowheader", name=SHOWN)).to_be_visible()
    assert anton.violations() == []

    answer = submit(site.runtime, "Q-2026-0120", Caller(actor="sam", channel="web"))
    ada = visit("ada")
    page = ada.go(f"/workflows/{answer.workflow}")
    expect(page.locator(DRAWN)).to_be_visible()
    ada.shot("workflow-on-frame")
    drawn = page.locator(f"{DRAWN} [data-element-id=check_data]").first
    drawn.locator(".djs-hit").first.click()
    expect(page.locator(".panel")).to_contain_text(SHOWN)
    assert ada.violations() == []


@pytest.mark.browser
def test_the_whole_diagram_can_be_reached_by_keys(visit, site):
    given = file()
    repository.deploy(site.runtime, given["buffer"], given["name"], "anton")
    anton = visit("anton")
    page = anton.go("/processes/standard/1")
    expect(page.locator(DRAWN)).to_be_visible()
    start = page.locator(f"{DRAWN} [data-element-id=submitted]").first
    start.focus()
    expect(page.locator(".panel")).to_contain_text("Submitted")
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.locator(":focus").get_attribute("data-element-id"))
    assert {"check_data", "data_right", "legal_first", "approved"} <= reached
    canvas = page.get_by_role("group", name="Process standard, version 1")
    canvas.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("0")
    assert anton.violations() == []


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_decision_tables_are_shown_checked_and_deployed(visit, site, size):
    tables = (BPMN / "deal-desk.dmn").read_text("utf-8")
    evil = tables.replace('"below_floor"', '"&lt;img src=x onerror=alert(1)&gt;"')
    given = {"name": "deal-desk.dmn", "mimeType": "text/xml", "buffer": evil.encode()}
    anton = visit("anton", size=size)
    page = anton.go("/processes/upload")
    page.get_by_label("A BPMN process").set_input_files(given)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("triggers version 1")
    expect(page.get_by_role("cell", name=SHOWN).first).to_be_visible()
    anton.shot(f"upload-tables-{'phone' if size is PHONE else 'wide'}")
    assert anton.violations() == []
    assert not anton.overflows()

    page.locator("summary", has_text="Deploy").click()
    page.get_by_role("button", name="Confirm: deploy").click()
    page.wait_for_url("**/processes/triggers/1")
    expect(page.get_by_role("cell", name=SHOWN).first).to_be_visible()
    anton.go("/processes")
    anton.shot(f"processes-{'phone' if size is PHONE else 'wide'}")
    assert anton.violations() == []
    assert not anton.overflows()


@pytest.mark.browser
def test_without_a_script_a_file_is_checked_and_deployed_all_the_same(visit, site):
    anton = visit(java_script_enabled=False)
    anton.log_in("anton")
    page = anton.go("/processes/upload")
    page.get_by_label("A BPMN process").set_input_files(BROKEN)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("2 problems")

    page.get_by_label("A BPMN process").set_input_files(file())
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#elements")).to_contain_text("Legal first, if")
    page.locator("summary", has_text="Deploy").click()
    page.get_by_role("button", name="Confirm: deploy").click()
    expect(page.get_by_role("status")).to_contain_text("version 1 is deployed")
    assert deployed(site) == [("standard", 1)]


@pytest.mark.browser
def test_on_a_phone_a_long_word_does_not_widen_the_page(visit, site):
    anton = visit("anton", size=PHONE)
    page = anton.go("/processes/upload")
    long = "Donaudampfschifffahrtsgesellschaft" * 8
    page.get_by_label("A BPMN process").set_input_files(
        file(f"{'x' * 90}.bpmn", replaced=[(NAME, f'name="{long}"')])
    )
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#elements")).to_contain_text(long)
    anton.shot("upload-phone")
    assert anton.violations() == []
    assert not anton.overflows()


@pytest.mark.browser
def test_what_a_good_file_changes_is_marked_before_it_is_deployed(visit, site):
    before = file()
    repository.deploy(site.runtime, before["buffer"], before["name"], "anton")
    anton = visit("anton")
    page = anton.go("/processes/upload")
    way = '<bpmn:sequenceFlow id="more" sourceRef="data_right" targetRef="returned">'
    way += "<bpmn:conditionExpression>${amount &lt; 0}</bpmn:conditionExpression>"
    way += "</bpmn:sequenceFlow>"
    edge = '<bpmndi:BPMNEdge id="more_di" bpmnElement="more"><di:waypoint x="430"'
    edge += ' y="225"/><di:waypoint x="430" y="300"/></bpmndi:BPMNEdge>'
    changes = [
        ("PT8H", "PT4H"),
        ("</bpmn:process>", f"{way}</bpmn:process>"),
        ("</bpmndi:BPMNPlane>", f"{edge}</bpmndi:BPMNPlane>"),
        ("${outcome_check_data ==", "${amount >= 0 and outcome_check_data =="),
    ]
    upload(page, file(replaced=changes))
    expect(page.locator("#changes")).to_contain_text("due was PT8H, is now PT4H")
    for element, mark in {"check_data": "changed", "more": "added"}.items():
        drawn = page.locator(f"{DRAWN} [data-element-id={element}].is-{mark}")
        assert drawn.count() == 1, element
    assert page.locator(f"{DRAWN} .djs-overlay .sign.added").count() == 1
    anton.shot("upload-changes")
    assert anton.violations() == []


@pytest.mark.browser
def test_two_versions_stand_side_by_side(visit, site):
    changes = [
        (NAME, f'name="{EVIL}"'),
        ("deal_desk", "finance"),
    ]
    for given in (file(), file(replaced=changes)):
        buffer = given["buffer"]
        repository.deploy(site.runtime, buffer, given["name"], "anton")
    for size in (None, PHONE):
        anton = visit("anton", **({"size": size} if size else {}))
        page = anton.go("/processes/standard/2")
        page.get_by_role("link", name="Compare with version 1").click()
        expect(page.locator("#changes tr").first).to_be_visible()
        if size is None:
            expect(page.locator(DRAWN)).to_have_count(2)
            for side in ("before", "after"):
                changed = page.locator(f"#{side} [data-element-id=check_data]")
                expect(changed.first).to_have_class("djs-element djs-shape is-changed")
        anton.shot(f"compare-{'phone' if size else 'wide'}")
        expect(page.locator("#changes")).to_contain_text(SHOWN)
        assert anton.violations() == []
        assert not anton.overflows()
