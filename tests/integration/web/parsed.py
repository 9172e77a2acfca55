"""
A page as a browser takes it apart: its elements, its words, and where it leads.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

_REFERS = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src"}
_SILENT = frozenset({"script", "style"})
_PRESSED = frozenset({"submit", "button", "reset", "image"})
_HERE = "here"


@dataclass
class Control:
    """
    Something in a form that has a name. `kind` is the type of an input, or its tag.
    """

    name: str
    kind: str
    value: str
    is_sent: bool = True
    options: list = field(default_factory=list)


@dataclass
class Form:
    """
    A form, and what it would send.
    """

    action: str
    method: str
    controls: list = field(default_factory=list)

    def sent(self, other=lambda control: control.value):
        """
        Pairs of a name and a value, as it stands or as `other` fills it.
        """
        return [(each.name, other(each)) for each in self.controls if each.is_sent]


class Parsed(HTMLParser):
    """
    `elements` are pairs of a tag and its attributes, in their order; `path` is where
    the page was found.
    """

    def __init__(self, path, text):
        super().__init__()
        self.path = path
        self.elements, self.forms, self.headings = [], [], []
        self.title = ""
        self._words, self._inside, self._select = [], [], None
        self.feed(text)
        self.close()

    @property
    def text(self):
        """
        What stands on the page, with single spaces.
        """
        return re.sub(r"\s+", " ", "".join(self._words))

    @property
    def ids(self):
        return {attrs["id"] for _, attrs in self.elements if "id" in attrs}

    def links(self):
        """
        The addresses of this site that it refers to, as paths with their queries.
        """
        targets = [
            attrs[_REFERS[tag]]
            for tag, attrs in self.elements
            if attrs.get(_REFERS.get(tag))
        ]
        found = (self._own(each) for each in targets)
        return list(dict.fromkeys(filter(None, found)))

    def questions(self):
        """
        The addresses that its forms ask, which may refuse what was typed.
        """
        found = (self._own(each) for form in self.forms for each in _asked(form))
        return list(dict.fromkeys(filter(None, found)))

    def posts(self):
        """
        The addresses that forms send something to.
        """
        buttons = [
            attrs["formaction"]
            for tag, attrs in self.elements
            if tag in {"button", "input"} and attrs.get("formaction")
        ]
        sent = [form.action for form in self.forms if form.method == "post"]
        return {self._own(each) for each in sent + buttons} - {None}

    def missing_anchors(self):
        """
        The places of this very page that it leads to, but that are not there.
        """
        return [
            attrs["href"]
            for tag, attrs in self.elements
            if tag == "a" and len(attrs.get("href") or "") > 1
            if attrs["href"].startswith("#") and attrs["href"][1:] not in self.ids
        ]

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        if tag in {*_SILENT, "title", "h1"}:
            self._inside.append(tag)
        if tag == "h1":
            self.headings.append("")
        if tag == "form":
            action = values.get("action") or self.path
            self.forms.append(Form(action, values.get("method", "get").lower()))
        elif self.forms:
            self._note_field(self.forms[-1], tag, values)

    def handle_endtag(self, tag):
        if tag in self._inside:
            self._inside.remove(tag)
        if tag == "select":
            self._select = None

    def handle_data(self, data):
        if "title" in self._inside:
            self.title += data
        if "h1" in self._inside:
            self.headings[-1] += data
        if not _SILENT & set(self._inside):
            self._words.append(data)

    def _note_field(self, form, tag, values):
        name, kind = values.get("name", ""), values.get("type", "text")
        if tag == "option" and self._select:
            value, chosen = values.get("value", ""), "selected" in values
            if chosen or not self._select.options:
                self._select.value = value
            self._select.options.append(value)
        elif not name or (tag == "input" and kind in _PRESSED):
            return
        elif tag == "select":
            self._select = Control(name, tag, "")
            form.controls.append(self._select)
        elif tag == "textarea":
            form.controls.append(Control(name, tag, ""))
        elif tag == "input":
            sent = kind not in {"checkbox", "radio"} or "checked" in values
            value = values.get("value", "on" if kind == "checkbox" else "")
            form.controls.append(Control(name, kind, value, sent))

    def _own(self, target):
        there = urlsplit(urljoin(f"http://{_HERE}{self.path}", target))
        if there.scheme != "http" or there.netloc != _HERE:
            return None
        return there.path + (f"?{there.query}" if there.query else "")


def _asked(form):
    """
    The addresses that a form asks: as it stands, and with another choice everywhere.
    """
    if form.method != "get":
        return
    for fields in (form.sent(), form.sent(_other)):
        query = urlencode(fields)
        yield form.action.partition("?")[0] + (f"?{query}" if query else "")


def _other(control):
    if control.options:
        return control.options[-1]
    return control.value or ("a" if control.kind in {"text", "search"} else "")
