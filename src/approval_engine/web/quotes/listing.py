"""
The address of a list of quotes ↔ what it asks for.
"""

from flask import request

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.errors import InvalidInput
from approval_engine.store.quotes import DRAFT, Listed, QuoteFilter

PAGE = 50
"""So many quotes stand on one page."""

_BETWEEN = "~"
_KEPT = ("q", "status")
_LONGEST = 200


def filters(person: str) -> QuoteFilter:
    """
    What the address asks for. Raises InvalidInput for a place that no page ended at.
    """
    status = request.args.get("status")
    known = {DRAFT, *map(str, WorkflowStatus)}
    return QuoteFilter(
        person=person,
        search=request.args.get("q", "")[:_LONGEST],
        status=status if status in known else None,
        after=_after(request.args.get("after", "")),
    )


def more(found: tuple[Listed, ...]) -> dict[str, str] | None:
    """
    The arguments of the next page, if there is one.
    """
    if len(found) <= PAGE:
        return None
    kept = {name: request.args[name] for name in _KEPT if name in request.args}
    return kept | {"after": _BETWEEN.join(found[PAGE - 1].place)}


def _after(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    imported_at, between, quote_id = text.partition(_BETWEEN)
    if not between:
        sentence = "Expected 'after' to be the place at which an earlier page ended."
        raise InvalidInput(sentence)
    return imported_at, quote_id
