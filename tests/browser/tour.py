"""
The round of an analyst in the browser, and the pictures of it in his guide.

`python -m tests.browser.tour EDITED` plays it with the file that `pictures` wrote, and
takes the pictures anew.
"""

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect, sync_playwright

from approval_engine.documents import parse
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake, repository
from approval_engine.scenarios.seed import prepare, seed_approvals
from approval_engine.store.database import Database
from tests.browser.files import FRAME
from tests.browser.modeler import MODULES, ROOT
from tests.browser.pictures import FOLDER
from tests.browser.site import Site, Visitor

SIZE = {"width": 1100, "height": 820}
DRAWN = "figure[data-drawn=yes]"
DATA = ROOT / "src" / "approval_engine" / "scenarios" / "data"
WRONG = [
    ("outcome_check_data ==", "outcome_check_dta =="),
    (">PT4H<", ">4 hours<"),
]


def opened(folder):
    """
    The demo, with version 1 of the frame and a policy that sends quotes to it.
    """
    runtime = Runtime(database=Database(f"sqlite:///{folder}/round.db"))
    prepare(runtime, reset=False, adding=False)
    seed_approvals(runtime)
    policy = json.loads((DATA / "approval_matrix.json").read_text("utf-8"))
    policy |= {"version": "2026.3", "processes": [{"use": "deal_review"}]}
    document = parse(json.dumps(policy).encode(), "policy.json")
    repository.deploy(runtime, FRAME, "deal_review.bpmn", "anton")
    intake.publish_policy(runtime, document, "dana")
    return Site(runtime)


def picture(page, name):
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png")


def check(page, path):
    page.goto("/processes/upload")
    page.get_by_label("A BPMN process").set_input_files(path)
    expect(page.locator(DRAWN)).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(DRAWN)).to_be_visible()


def play(visit, edited, wrong):
    anton = visit("anton").page
    check(anton, wrong)
    expect(anton.get_by_role("alert")).to_contain_text("2 problems")
    anton.locator("#problems .locate").first.click()
    picture(anton, "checked_wrong")

    check(anton, edited)
    expect(anton.get_by_role("status")).to_contain_text("deal_review version 2")
    picture(anton, "checked")
    anton.locator("summary", has_text="Deploy").click()
    anton.get_by_role("button", name="Confirm: deploy").click()
    anton.wait_for_url("**/processes/deal_review/2")
    anton.get_by_role("link", name="Compare with version 1").click()
    expect(anton.locator(DRAWN)).to_have_count(2)
    picture(anton, "compared")

    sam = visit("sam").page
    sam.goto("/quotes/Q-2026-0120")
    sam.get_by_role("button", name="Submit").first.click()
    sam.wait_for_url("**/workflows/*")
    ada = visit("ada").page
    ada.goto(sam.url)
    expect(ada.locator(DRAWN)).to_be_visible()
    drawing = ada.locator(".diagram")
    drawing.locator("[data-element-id=check_data]").first.focus()
    expect(ada.locator(".panel")).to_contain_text("Check the data")
    drawing.screenshot(path=FOLDER / "running.png")


def main(edited):
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))))
    axe = (MODULES / "axe-core" / "axe.min.js").read_text("utf-8")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        text = edited.read_text("utf-8")
        for old, new in WRONG:
            assert old in text, old
            text = text.replace(old, new)
        wrong = Path(folder) / "wrong.bpmn"
        wrong.write_text(text, "utf-8")
        options = {"executable_path": found, "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        site = opened(folder)
        try:
            play(
                lambda who: Visitor(browser, site, axe, SIZE).log_in(who),
                edited,
                wrong,
            )
        finally:
            site.close()
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
