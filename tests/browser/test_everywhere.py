"""
Every page that somebody comes to, in a browser: it breaks no rule and fits a phone.

The addresses are found by following links without a browser; of each route the browser
opens one, for the first person who comes to it.
"""

import re

import pytest

from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios.seed import ACCOUNTS
from approval_engine.store.database import Database
from tests.browser.site import PHONE, Site, Visitor
from tests.integration.executor.company import MONDAY
from tests.integration.web import hostile
from tests.integration.web.browser import Browser
from tests.integration.web.crawl import crawl

AT_LEAST = 5
"""So many pages there are, at the very least."""

_PLAIN = re.compile(r"[a-z0-9]+")


def opened(site, people):
    """
    Person → the pages that nobody before came to, one of each route.
    """
    known, found = set(), {}
    for person in people:
        site.give_password(person)
        browser = Browser(site.app)
        assert browser.log_in(person).status_code == 303
        pages = [
            page
            for page in crawl(site.app, browser, share=1)
            if page.is_html and page.answer.status_code == 200
        ]
        found[person] = []
        for page in pages:
            if page.route not in known:
                known.add(page.route)
                found[person].append(page)
    assert len(known) >= AT_LEAST
    return {person: pages for person, pages in found.items() if pages}


@pytest.mark.browser
def test_no_page_breaks_a_rule_or_is_wider_than_a_phone(visit, site):
    trouble = []
    for person, pages in opened(site, ACCOUNTS).items():
        visitor = visit(person, size=PHONE)
        for page in pages:
            where = f"{person} at {page.path}"
            visitor.go(page.path)
            trouble += [f"{where}: {each}" for each in visitor.violations()]
            if visitor.overflows():
                trouble.append(f"{where}: it is wider than a phone")
            visitor.shot("everywhere-" + "-".join(_PLAIN.findall(page.route)))
    assert trouble == []


@pytest.fixture
def hostile_site(fresh_database, quick_hashes):
    """
    The company in which everything that was written attacks, served.
    """
    url = fresh_database("sqlite", ready=True)
    hostile.found_company(url).runtime.database.close()
    database = Database(url)
    hostile.poison(database)
    site = Site(Runtime(database=database, clock=lambda: MONDAY))
    yield site
    site.close()


@pytest.mark.broken
@pytest.mark.browser
def test_what_attacks_does_nothing_in_a_browser(chromium, modules, hostile_site):
    """
    No script runs, nothing asks, nothing is refused that a page should not have asked.
    """
    complaints = []
    for person, pages in opened(hostile_site, hostile.EVERYBODY).items():
        visitor = Visitor(chromium, hostile_site, "", PHONE).log_in(person)
        for page in pages:
            visitor.go(page.path)
            made = visitor.page.locator(f"[{hostile.MARK}], svg[onload]").count()
            assert made == 0, page.path
            assert not visitor.overflows(), page.path
        complaints += visitor.complaints
        visitor.context.close()
    assert complaints == []
