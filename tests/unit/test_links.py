"""
The pages for readers: every link to a file of ours leads to one, and to its heading.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text(page):
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page):
    """
    The names of a page's headings, as they are made from their words.
    """
    plain = (re.sub(r"[^\w\- ]", "", each.lower()) for each in _HEADING.findall(page))
    return {each.strip().replace(" ", "-") for each in plain}


def broken(page):
    """
    The relative links of a page that lead nowhere.
    """
    for link in _LINK.findall(text(page)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.is_file() or (anchor and anchor not in anchors(text(target))):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_the_pages_leads_somewhere(page):
    assert list(broken(page)) == []


def test_a_link_to_a_missing_file_or_heading_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One word\n[a](#one-word) [b](#two) [c](page.md) [d](gone.md)"
        " [e](https://example.com/gone)\n",
        encoding="utf-8",
    )

    assert list(broken(page)) == ["#two", "gone.md"]
