"""
Every kind of message that the outbox stores has words in a mail.
"""

from approval_engine.notifications import outbox
from approval_engine.notifications.letters import ASKING, NEWS, OPENINGS


def test_every_kind_has_its_words():
    told = (outbox.ENDED, outbox.RUNS_OUT, outbox.TOLD, outbox.BESIDE)
    kinds = {kind for facts in told for kind in facts.values()}

    assert set(NEWS) == kinds | {outbox.FOR_INFORMATION}
    assert set(OPENINGS) == ASKING == set(outbox.ASKED.values())
