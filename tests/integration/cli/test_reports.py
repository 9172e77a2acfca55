"""
`cpq report` of what waits, of where time goes, and of forecasts; and who may ask.
"""

import pytest


@pytest.fixture
def busy(desk):
    desk.ok("--as", "sam", "approval", "submit", "--quote", "Q-1")
    return desk
