"""
Quotes that programs send → stored revisions, if whoever sends them may.
"""

from dataclasses import replace

from approval_engine.documents import Document
from approval_engine.domain.rights import Right
from approval_engine.errors import DocumentError, Forbidden
from approval_engine.operations.quote_intake import import_quotes
from approval_engine.policy.quotes import read_quotes
from approval_engine.web import context


def store(document: Document, place: str = "") -> tuple[tuple[str, ...], int]:
    """
    Store every quote revision in a document that is new; all ids, and how many are.

    `place` is where the document stands in what was sent. Raises DocumentError with
    every problem, Forbidden if a quote is neither submitted nor owned by who sends it,
    in what he sends or as it is here, and he does not run the desk.
    """
    try:
        quotes = read_quotes(document)
        me = context.asker().user.id
        others = [
            each.id for each in quotes if me not in {each.submitted_by, each.owner}
        ]
        runs = Right.RUN_DESK in context.rights()
        if others and not runs:
            sentence = (
                f"Expected to store quote '{others[0]}', but '{me}' neither submits"
                " nor owns it."
            )
            raise Forbidden(sentence)
        sender = None if runs else me
        new = import_quotes(context.runtime(), document, sender=sender)
    except DocumentError as error:
        raise DocumentError(
            *(
                replace(each, element=_at(place, each.element))
                for each in error.problems
            )
        ) from None
    return tuple(dict.fromkeys(each.id for each in quotes)), new


def _at(place: str, element: str) -> str:
    return f"{place}{element}".rstrip("/") or "/"
