"""
A crawler: one logged-in person follows every link and asks every form that reads.

It is told nothing about the site. It begins at the addresses that it is given, and of
each route it opens a few only, so that a page more is no minute more.
"""

from collections import Counter, deque
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.integration.web.parsed import Parsed

SHARE = 3
"""So many addresses of one route are opened."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_ANSWERS = frozenset({200, *_MOVED})
_REFUSALS = frozenset({400, 422})


@dataclass(frozen=True)
class Page:
    """
    What was answered at an address, and where the link stood; "" if there was none.

    It `was_asked` if it was the question of a form: a form may be filled wrongly.
    """

    path: str
    route: str
    found_on: str
    was_asked: bool
    answer: TestResponse

    @property
    def is_html(self):
        return self.answer.mimetype == "text/html"

    @property
    def is_dead(self):
        good = _ANSWERS | (_REFUSALS if self.was_asked else frozenset())
        return bool(self.found_on) and self.answer.status_code not in good

    @cached_property
    def parsed(self):
        return Parsed(self.path, self.answer.text)


def route_of(app, path, method="GET"):
    """
    The route that answers an address; what none answers is a route of its own.
    """
    adapter = app.url_map.bind("")
    try:
        rule, _ = adapter.match(urlsplit(path).path, method, return_rule=True)
    except RequestRedirect as elsewhere:
        return elsewhere.new_url
    except HTTPException:
        return f"nothing at {path}"
    return rule.rule


def crawl(app, browser, starts=("/",), share=SHARE):
    """
    Every page that the person in the browser comes to from there.
    """
    waiting, opened = deque((each, "", False) for each in starts), Counter()
    seen, pages = {each for each, _, _ in waiting}, []
    while waiting:
        path, found_on, was_asked = waiting.popleft()
        route = route_of(app, path)
        kind = _kind(route, path)
        # A start is no link: it takes nobody's place.
        if found_on and opened[kind] >= share and not route.startswith("/static"):
            continue
        opened[kind] += bool(found_on)
        page = Page(path, route, found_on, was_asked, browser.get(path))
        pages.append(page)
        for each, is_question in _further(page):
            if each not in seen:
                seen.add(each)
                waiting.append((each, path, is_question))
    return pages


def faults(app, person, pages):
    """
    What is wrong with them, a line each: nothing breaks, nothing leads nowhere.
    """
    for page in pages:
        status = page.answer.status_code
        where = f"{person} at {page.path} (from {page.found_on or 'nowhere'}): {status}"
        if status >= 500 or page.is_dead:
            yield where
        elif page.is_html and status == 200:
            yield from (f"{where} {each}" for each in _misshapen(app, page.parsed))


def _kind(route, path):
    # Other questions in the query make another page of the same route.
    return (route, *sorted({name for name, _ in parse_qsl(urlsplit(path).query)}))


def _further(page):
    if page.is_html and page.answer.status_code == 200:
        links = [(each, False) for each in page.parsed.links()]
        return links + [(each, True) for each in page.parsed.questions()]
    there = page.answer.headers.get("Location", "")
    return [(there, page.was_asked)] if there.startswith("/") else []


def _misshapen(app, parsed):
    if len(parsed.headings) != 1 or not parsed.headings[0].strip():
        yield f"has the headings {parsed.headings}"
    if not parsed.title.strip():
        yield "has no title"
    for anchor in parsed.missing_anchors():
        yield f"leads to {anchor}, which is not there"
    for path in parsed.posts():
        if route_of(app, path, "POST").startswith("nothing"):
            yield f"posts to {path}, which takes nothing"
