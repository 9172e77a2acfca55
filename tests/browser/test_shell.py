"""
What surrounds every page: it is readable for everybody and breaks no rule.
"""

import pytest

from tests.browser.site import LOOKS


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_first_pages_are_accessible(visit, scheme, size):
    maria = visit(size=size, color_scheme=scheme)
    maria.go("/login")
    assert maria.violations() == []

    maria.log_in("maria")
    assert maria.page.get_by_role("heading", level=1).is_visible()
    assert maria.violations() == []
    assert not maria.overflows()


@pytest.mark.browser
def test_a_page_that_breaks_its_rules_is_noticed(visit):
    maria = visit("maria")
    maria.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')"
    )
    maria.page.wait_for_timeout(100)

    assert any("Content Security Policy" in each for each in maria.complaints)
    maria.complaints.clear()
