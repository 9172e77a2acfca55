"""
The product in a real browser: a served demo, people who log in, and what must hold.

Whatever a visitor does, no page may break the rules it sends along (Content Security
Policy), fail in a script, or have a violation that axe finds.
"""

from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from approval_engine.accounts import passwords
from approval_engine.config import Settings
from approval_engine.web.app import create_app
from tests.sound import assert_sound

PASSWORD = "correct horse"
SHOTS = Path(__file__).parent / "shots"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
LOOKS = [
    pytest.param(WIDE, "light", id="wide-light"),
    pytest.param(PHONE, "dark", id="phone-dark"),
    pytest.param(WIDE, "dark", id="wide-dark", marks=pytest.mark.proof),
    pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.proof),
]
"""Sizes and schemes; two of the four show every size and scheme once."""

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Site:
    """
    A database that is served on a free port, or that one, until it is closed.
    """

    def __init__(self, runtime, port=0, **settings):
        self.runtime = runtime
        secret = "a secret key that only tests know"
        self.app = create_app(Settings(secret_key=secret, **settings), runtime)
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def give_password(self, person):
        passwords.set_password(self.runtime, person, PASSWORD)

    def close(self, *, sound=False):
        """
        Serve no longer; with `sound` every invariant must hold of what is left.
        """
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.runtime.database.close()
        if sound:
            assert_sound(str(self.runtime.database.url))


class Visitor:
    """
    One person in one browser context of his own.
    """

    def __init__(self, browser, site, axe, size, **options):
        self._site, self._axe = site, axe
        self.context = browser.new_context(
            base_url=site.address, viewport=size, **options
        )
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)

    def log_in(self, person):
        self._site.give_password(person)
        self.page.goto("/login")
        self.page.get_by_label("User", exact=True).fill(person)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self

    def go(self, path):
        answer = self.page.goto(path)
        assert answer.status == 200, (path, answer.status)
        return self.page

    def violations(self):
        """
        What axe finds on the page as it stands, a line each.
        """
        self.page.evaluate(self._axe)
        found = self.page.evaluate(
            "levels => axe.run(document, {runOnly: levels}).then(r => r.violations)",
            LEVELS,
        )
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]

    def shot(self, name):
        """
        Keep a picture of the whole page, to be looked at.
        """
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def overflows(self):
        """
        Whether the page is wider than the window.
        """
        script = "document.documentElement.scrollWidth > window.innerWidth"
        return self.page.evaluate(script)

    def _note(self, message):
        # A page that is refused is no fault of the page.
        refused = "Failed to load resource" in message.text
        if message.type == "error" and not refused:
            self.complaints.append(message.text)

    def _dialog(self, dialog):
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()
