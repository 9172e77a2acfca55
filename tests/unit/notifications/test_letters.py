"""
Every kind of message that the outbox stores has words in a mail.
"""

from approval_engine.notifications import outbox
from approval_engine.notifications.letters import ASKING, NEWS, OPENINGS


def test_every_kind_has_its_words():
    kinds = {*outbox.ENDED.values(), *outbox.RUNS_OUT.values(), *outbox.TOLD.values()}

    assert set(NEWS) == kinds | {outbox.FOR_INFORMATION}
    assert set(OPENINGS) == ASKING == set(outbox.ASKED.values())
