"""
Browsers by the names that people have for them.
"""

import pytest

from approval_engine.web.account.agents import browser_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/5 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:140.0) Firefox/140.0",
            "Firefox on macOS",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) {WEBKIT} Safari/604",
            "Safari on iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140 Mobile Safari/537",
            "Chrome on Android",
        ),
        ("Safari/1", "Safari"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown browser"),
        ("  ", "Unknown browser"),
        ("x" * 61, "x" * 60 + "…"),
        ("<b>Phone</b>", "<b>Phone</b>"),
    ],
)
def test_a_browser_has_a_name(agent, words):
    assert browser_of(agent) == words
