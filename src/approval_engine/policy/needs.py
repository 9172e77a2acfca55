"""
What a rule demands to see beside the facts → what a quote gives of it, as a hash.

Whoever approved has seen it, so other words or another file are another quote to him;
but neither belongs into a record, which is kept for ever.
"""

from approval_engine.documents import sha256
from approval_engine.domain.quote import Quote

JUSTIFICATION = "justification"
ATTACHMENT = "attachment:"


def is_need(name: str) -> bool:
    """
    Whether a name is of something that is shown, and not of a fact.
    """
    return name == JUSTIFICATION or name.startswith(ATTACHMENT)


def given(quote: Quote, need: str) -> str | None:
    """
    The hash of what the quote gives; None if it lacks it.
    """
    if need == JUSTIFICATION:
        text = (quote.justification or "").strip()
        return sha256(text.encode()) if text else None
    if not need.startswith(ATTACHMENT):
        return None
    wanted = need.removeprefix(ATTACHMENT).casefold()
    # "attachment:redline" asks for the document, whatever format it has.
    found = sorted(
        each.sha256
        for each in quote.attachments
        if wanted in {each.name.casefold(), each.name.casefold().rpartition(".")[0]}
    )
    return sha256(found) if found else None
