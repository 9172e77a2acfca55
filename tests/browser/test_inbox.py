"""
The approver's side as people use it: three log-ins, the keys, several at once, a phone.
"""

import json
import re

import pytest

from approval_engine.documents import parse
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.operations import intake, quote_intake
from approval_engine.scenarios import world
from tests.browser.site import LOOKS, PHONE

BULK = ("Q-2026-0201", "Q-2026-0202", "Q-2026-0203")


@pytest.fixture
def desk(site):
    """
    The demo, in which the deal desk may decide long payment terms together.
    """
    runtime = site.runtime
    policy = json.loads((world.FOLDER / world.POLICY).read_bytes())
    policy["version"] = "2026.3"
    policy["steps"]["terms"]["bulk"] = True
    intake.publish_policy(runtime, _document(policy), world.PUBLISHER)
    quotes = [_quote(each) for each in BULK]
    quote_intake.import_quotes(runtime, _document(quotes))
    for quote in quotes:
        caller = Caller(actor=quote["submittedBy"], channel="test", key=None)
        submit(runtime, quote["id"], caller)
    return site


def _document(value):
    return parse(json.dumps(value).encode(), "test.json")


def _quote(quote_id, **changes):
    known = json.loads((world.FOLDER / world.QUOTES).read_bytes())
    one = next(each for each in known if each["id"] == "Q-2026-0112")
    account = f"{one['account']} {quote_id[-1]}"
    return one | {"id": quote_id, "account": account, "payment_days": 75} | changes


def _submitted(site, quote_id, actor, **changes):
    """
    The workflow of a quote that was just submitted, or of its changed revision.
    """
    if changes:
        known = json.loads((world.FOLDER / world.QUOTES).read_bytes())
        quote = next(each for each in known if each["id"] == quote_id)
        quote_intake.import_quotes(site.runtime, _document([quote | changes]))
    caller = Caller(actor=actor, channel="test", key=None)
    return submit(site.runtime, quote_id, caller).workflow


def _open(visitor, tab, account):
    page = visitor.go(f"/?tab={tab}")
    page.locator("main").get_by_role("link", name=account).first.click()
    page.get_by_role("heading", level=1, name=account).wait_for()
    return page


def _answer(page, verb, confirm, **typed):
    """
    Open the form of an answer, fill what is labelled so, and confirm.
    """
    page.locator(".answers summary", has_text=re.compile(f"^{verb}$")).click()
    form = page.locator("details[open] form")
    for label, text in typed.items():
        form.get_by_label(re.compile(label.replace("_", "."), re.IGNORECASE)).fill(text)
    form.get_by_role("button", name=confirm).click()


def _said(page, text):
    page.get_by_role("status").filter(has_text=text).wait_for()


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_of_the_inbox_is_accessible(visit, desk, size, scheme):
    dora = visit("dora", size=size, color_scheme=scheme)
    kind = f"{'phone' if size is PHONE else 'wide'}-{scheme}"
    tasks = [each["id"] for each in _waiting(dora, "/?tab=roles")]
    together = "/several?" + "&".join(f"task={each}" for each in tasks[:2])
    for name, path in {
        "mine": "/?tab=mine",
        "roles": "/?tab=roles",
        "searched": "/?tab=roles&q=bluebird&due=week&amount=1000",
        "nothing": "/?tab=roles&q=nobody",
        "coming": "/?tab=coming",
        "done": "/?tab=done",
        "task": f"/tasks/{tasks[0]}",
        "several": together,
    }.items():
        dora.go(path)
        dora.shot(f"inbox-{name}-{kind}")
        assert dora.violations() == [], path
        assert not dora.overflows(), path


def _waiting(visitor, path):
    boxes = visitor.go(path).locator("input[name=task]")
    return [{"id": each.get_attribute("value")} for each in boxes.all()]


@pytest.mark.browser
def test_the_golden_path_by_three_people(visit, site):
    sam, maria, fred = visit("sam"), visit("maria"), visit("fred")
    sam.go("/quotes/Q-2026-0120")
    sam.page.locator("summary", has_text="Submit for approval").click()
    sam.page.get_by_role("button", name="Confirm: submit").click()
    sam.page.get_by_text("WF-8821").first.wait_for()

    page = _open(maria, "mine", "Brightwater Logistics")
    why = page.get_by_role("heading", name="Why you").locator("xpath=..")
    assert "Margin 23.12 %" in why.inner_text()
    assert "asked when below 24 %" in why.inner_text()
    maria.shot("inbox-golden-asked")
    _answer(page, "Approve", "Confirm: approve", comment="The routers carry it.")
    _said(page, "You approved Manager for Brightwater Logistics")

    page = _open(fred, "roles", "Brightwater Logistics")
    assert page.get_by_text("The routers carry it.").first.is_visible()
    _answer(page, "Approve", "Confirm: approve")
    _said(page, "You approved Finance for Brightwater Logistics")
    fred.go("/?tab=done")
    assert fred.page.get_by_role("row", name="Brightwater").is_visible()

    sam.go("/workflows/WF-8821")
    assert sam.page.locator(".status.approved").first.is_visible()


@pytest.mark.browser
def test_several_are_read_ticked_and_decided_at_once(visit, desk):
    dora = visit("dora")
    page = dora.go("/?tab=roles")
    for box in page.locator("input[name=task]").all():
        box.check()
    page.get_by_role("button", name="Decide the chosen together").click()
    page.get_by_role("heading", level=1, name="3 tasks to decide together").wait_for()

    page.get_by_role("button", name="Confirm: approve the ticked").click()
    page.get_by_role("alert").filter(has_text="a tick at each task").wait_for()
    ticks = page.get_by_label(re.compile("I have read it"))
    ticks.nth(0).check()
    ticks.nth(2).check()
    page.get_by_label("One comment for all of them").fill("Paid late, but paid.")
    dora.shot("inbox-several-ticked")
    page.get_by_role("button", name="Confirm: approve the ticked").click()
    page.get_by_role("heading", level=1, name="What became of them").wait_for()

    assert page.locator("tbody tr").count() == 2
    assert page.locator(".status.approved").count() == 2
    dora.shot("inbox-several-results")
    assert dora.violations() == []
    dora.go("/?tab=roles")
    assert page.get_by_role("link", name="Bluebird Grocers").count() == 1


@pytest.mark.browser
def test_a_task_is_handed_over_and_answered_in_its_owners_name(visit, site):
    _submitted(site, "Q-2026-0120", "sam")
    maria, dana = visit("maria"), visit("dana")
    page = _open(maria, "mine", "Brightwater Logistics")
    _answer(page, "Hand over", "Confirm: hand over", stand_in="dana", comment="Away.")
    _said(page, "You handed Manager for Brightwater Logistics")
    maria.go("/?tab=coming")
    assert page.get_by_text("has it for you").is_visible()
    maria.shot("inbox-lent")
    assert maria.violations() == []

    page = _open(dana, "mine", "Brightwater Logistics")
    assert page.get_by_text("stands in for Maria").first.is_visible()
    _answer(page, "Approve", "Confirm: approve")
    _said(page, "You approved Manager")
    page.goto("/workflows/WF-8821")
    told = page.locator(".timeline").inner_text()
    assert re.search("Dana .* for Maria .*approved", told)


@pytest.mark.browser
def test_a_returned_quote_comes_back_with_what_changed(visit, site):
    _submitted(site, "Q-2026-0120", "sam")
    maria = visit("maria")
    page = _open(maria, "mine", "Brightwater Logistics")
    page.locator(".answers summary", has_text="Return for changes").click()
    page.get_by_role("button", name="Confirm: return for changes").click()
    needed = page.locator("#comment-return:invalid")
    assert needed.count() == 1
    needed.fill("Two points less on the gateways.")
    page.get_by_role("button", name="Confirm: return for changes").click()
    _said(page, "You returned Manager for Brightwater Logistics")

    changes = {"revision": 2, "margin_pct": "22.10", "justification": "No more room."}
    _submitted(site, "Q-2026-0120", "sam", **changes)
    page = _open(maria, "mine", "Brightwater Logistics")
    since = page.get_by_role("region", name="What changed")
    assert "Margin 23.12 % → 22.1 %" in since.inner_text()
    assert "worse" in since.inner_text()
    assert page.get_by_text("No more room.").is_visible()
    maria.shot("inbox-returned")
    assert maria.violations() == []


@pytest.mark.browser
def test_a_stale_page_shows_what_came_and_keeps_what_was_typed(visit, site):
    _submitted(site, "Q-2026-0120", "sam")
    maria, fred = visit("maria"), visit("fred")
    page = _open(maria, "mine", "Brightwater Logistics")
    other = _open(fred, "roles", "Brightwater Logistics")
    _answer(other, "Comment", "Send the comment", comment="Wait for the bank.")
    _said(other, "You commented")

    with page.expect_response(lambda each: each.request.method == "POST") as answer:
        _answer(page, "Approve", "Confirm: approve", comment="As we said.")
    assert answer.value.status == 412
    news = page.get_by_role("region", name="What came since you opened the page")
    assert "Wait for the bank." in news.inner_text()
    assert page.locator("#comment-approve").input_value() == "As we said."
    maria.shot("inbox-stale")
    assert maria.violations() == []
    page.get_by_role("button", name="Confirm: approve", exact=True).click()
    _said(page, "You approved Manager")


@pytest.mark.browser
def test_keys_move_and_open_and_decide_nothing(visit, desk):
    dora = visit("dora")
    page = dora.go("/?tab=roles")
    focused = page.locator("[data-open]:focus")
    press = page.keyboard.press
    press("j")
    assert "Atlas Grain" in focused.inner_text()
    press("j")
    assert "Bluebird Grocers 1" in focused.inner_text()
    press("k")
    assert "Atlas Grain" in focused.inner_text()

    press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    dora.shot("inbox-keys")
    assert dora.violations() == []
    press("Escape")
    press("/")
    page.keyboard.type("bluebird 2")
    press("Enter")
    page.wait_for_url("**q=bluebird+2**")

    press("j")
    press("a")
    page.wait_for_url("**/tasks/**")
    box = page.locator("#comment-approve:focus")
    box.wait_for()
    page.keyboard.type("ra?")
    assert box.input_value() == "ra?"
    press("Escape")
    press("r")
    assert page.locator("#reject").get_attribute("open") is not None
    press("Escape")
    assert page.locator("details.act[open]").count() == 0
    assert page.get_by_text("due in").first.is_visible()


@pytest.mark.browser
def test_keys_can_be_turned_off(visit, desk):
    dora = visit("dora")
    page = dora.go("/?tab=roles")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")

    assert page.locator("[data-open]:focus").count() == 0


@pytest.mark.browser
def test_a_view_is_saved_opened_renamed_and_deleted(visit, desk):
    dora = visit("dora")
    page = dora.go("/?tab=roles&q=bluebird&sort=-amount")
    page.locator("summary", has_text="Save this view").click()
    page.get_by_label("Name", exact=True).fill("Late payers")
    dora.shot("inbox-view-saving")
    page.get_by_role("button", name="Save", exact=True).click()
    _said(page, "You saved the view 'Late payers'")

    dora.go("/")
    page.get_by_role("link", name="Late payers").click()
    page.wait_for_url("**q=bluebird**")
    assert page.locator("tbody tr").count() == 3
    page.locator("summary", has_text="Change this view").click()
    page.get_by_label("New name").fill("Payers")
    dora.shot("inbox-view")
    assert dora.violations() == []
    page.get_by_role("button", name="Rename").click()
    _said(page, "is called 'Payers' now")
    page.locator("summary", has_text="Change this view").click()
    page.get_by_role("button", name="Delete the view").click()
    _said(page, "You deleted the view 'Payers'")


@pytest.mark.browser
def test_a_phone_shows_rows_as_cards_and_answers_at_the_bottom(visit, site):
    _submitted(site, "Q-2026-0120", "sam")
    maria = visit("maria", size=PHONE, has_touch=True)
    page = _open(maria, "mine", "Brightwater Logistics")
    bar = page.locator(".decide")
    assert bar.bounding_box()["y"] + bar.bounding_box()["height"] <= PHONE["height"] + 1

    page.locator(".answers summary", has_text="Approve within").tap()
    assert not maria.overflows()
    maria.shot("inbox-phone-within")
    assert maria.violations() == []
    page.get_by_label("Margin at least").fill("22")
    page.get_by_role("button", name="Confirm: approve within these bounds").tap()
    _said(page, "You approved Manager for Brightwater Logistics")


@pytest.mark.browser
def test_without_script_it_is_read_and_decided(visit, site):
    _submitted(site, "Q-2026-0120", "sam")
    maria = visit("maria", java_script_enabled=False)
    page = _open(maria, "mine", "Brightwater Logistics")
    assert not page.locator("#show-keys").is_visible()
    _answer(page, "Approve", "Confirm: approve")
    _said(page, "You approved Manager for Brightwater Logistics")
