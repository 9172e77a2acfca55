"""
The pictures of the guide for analysts, taken in Camunda's own editor.

`python -m tests.browser.pictures` takes them anew, and writes the file they show.
"""

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.files import BPMN, FRAME
from tests.browser.modeler import ROOT, Modeler, served

FOLDER = ROOT / "docs" / "pictures"
ASSETS = "camunda-bpmn-js/dist/assets"
STYLES = (
    "camunda-platform-modeler.css",
    "properties-panel.css",
    "element-templates.css",
)
LOOK = """
body { margin: 0; display: flex; font-family: sans-serif }
#canvas { width: 740px !important; height: 440px !important }
#panel { width: 260px; height: 440px; overflow: hidden }
#panel { font-size: 13px; border-left: 1px solid #ccc }
.djs-palette, .djs-context-pad { display: none !important }
.djs-minimap, .layer-djs-grid { display: none !important }
"""
TEMPLATES = [
    template
    for file in sorted((BPMN / "element-templates").glob("*.json"))
    for template in json.loads(file.read_text())
]


def take(modeler, name, shown, *groups):
    """
    A picture with one element chosen and some groups of its panel opened.
    """
    modeler.do("show", shown)
    for group in groups:
        header = modeler.page.locator(".bio-properties-panel-group-header")
        header.filter(has_text=group).first.click(timeout=5000)
    modeler.page.wait_for_timeout(500)
    modeler.page.screenshot(path=FOLDER / f"{name}.png")


def main(edited):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        options = {
            "executable_path": shutil.which("chromium"),
            "args": ["--no-sandbox"],
        }
        browser = playwright.chromium.launch(**options)
        size = {"width": 1000, "height": 440}
        modeler = Modeler(browser.new_page(viewport=size), address, "platform")
        page = modeler.page
        for style in STYLES:
            page.add_style_tag(url=f"{address}/{ASSETS}/{style}")
        page.add_style_tag(content=LOOK)
        modeler.open(FRAME)
        modeler.do("setTemplates", TEMPLATES)
        take(modeler, "slot", "legal_first", "Custom properties")

        for end in ("approved", "rejected", "returned"):
            modeler.do("move", end, 160, 0)
        called = {"id": "call_customer", "name": "Call the customer"}
        modeler.do("insertTask", "all_done", called)
        modeler.do("changeTo", "call_customer", "approval-engine.task")
        asked = {"camunda:candidateGroups": "deal_desk", "camunda:dueDate": "P1D"}
        modeler.do("say", "call_customer", asked)
        take(modeler, "task", "call_customer")

        modeler.do(
            "addTimer", "check_data", "approval-engine.reminder", "hurry", "PT4H"
        )
        modeler.do("say", "hurry", {"name": "4 h"})
        take(modeler, "reminder", "hurry", "Custom properties", "Timer")
        edited.write_bytes(modeler.save())
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
