"""
A person at a browser: pages, forms with their hidden fields, and the session cookie.
"""

import html
import re

PASSWORD = "correct horse"

_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_FORM = re.compile(r'<form [^>]*action="([^"]+)">(.*?)</form>', re.DOTALL)


class Browser:
    """
    One browser with its own cookies.
    """

    def __init__(self, app):
        self.client = app.test_client()

    def log_in(self, user, password=PASSWORD, **fields):
        page = self.client.get("/login")
        known = dict(_FIELD.findall(page.text))
        return self.client.post(
            "/login", data={**known, "user": user, "password": password, **fields}
        )

    def get(self, path, **more):
        return self.client.get(path, buffered=True, **more)

    def fields(self, page, target, **wanted):
        """
        The hidden fields of the form on the page that leads to `target`.
        """
        for action, body in _FORM.findall(self.client.get(page).text):
            found = {name: html.unescape(text) for name, text in _FIELD.findall(body)}
            if action == target and wanted.items() <= found.items():
                return found
        message = f"there is no form to {target} with {wanted} on {page}"
        raise LookupError(message)

    def act(self, task_id, action, **typed):
        """
        Open the task, fill the form of that action, and send it.
        """
        path = f"/tasks/{task_id}"
        fields = self.fields(path, path, action=action)
        return self.client.post(path, data={**fields, **typed})

    def token(self):
        return self.fields("/", "/logout")["csrf_token"]

    def force(self, path, **data):
        """
        Send a form that no page offers.
        """
        return self.client.post(path, data={"csrf_token": self.token(), **data})


def text_of(response):
    """
    What a page says, without markup and with single spaces.
    """
    words = re.sub(r"<[^>]*>", "", response.text)
    return re.sub(r"\s+", " ", html.unescape(words)).strip()
