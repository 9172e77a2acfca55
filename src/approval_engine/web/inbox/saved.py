"""
Saved views: a name for a list as it is searched, filtered and sorted now.
"""

from collections.abc import Callable

from flask import flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidInput, Refused
from approval_engine.store import saved_views
from approval_engine.store.database import Transaction
from approval_engine.store.saved_views import SavedView
from approval_engine.web import context
from approval_engine.web.inbox import lists
from approval_engine.web.inbox.asked import asked

LONGEST = 60


def save() -> AnyResponse:
    """
    Keep the list that the form's address asks for under a name.
    """

    def keep(transaction: Transaction, person: str) -> str:
        view = SavedView(name=_name("name"), query=lists.query_of(asked(request.args)))
        at = stamp(context.runtime().clock())
        saved_views.save(transaction, person, view, at)
        return f"You saved the view '{view.name}'."

    return _changed(keep)


def rename() -> AnyResponse:
    """
    Call a view otherwise.
    """

    def call(transaction: Transaction, person: str) -> str:
        to = _name("to")
        saved_views.rename(transaction, person, request.form.get("name", ""), to)
        return f"The view is called '{to}' now."

    return _changed(call)


def delete() -> AnyResponse:
    """
    Forget a view; what it showed stays.
    """

    def forget(transaction: Transaction, person: str) -> str:
        name = request.form.get("name", "")
        saved_views.remove(transaction, person, name)
        return f"You deleted the view '{name}'; no task changed."

    return _changed(forget)


def _changed(change: Callable[[Transaction, str], str]) -> AnyResponse:
    person = context.asker().user.id
    try:
        with context.runtime().database.begin() as transaction:
            sentence = change(transaction, person)
        wanted = asked(request.args)
    except Refused as refusal:
        return lists.page(refusal)
    flash(sentence)
    return redirect(lists.address_of(wanted), 303)


def _name(field: str) -> str:
    found = " ".join(request.form.get(field, "").split())
    if not 0 < len(found) <= LONGEST or not found.isprintable():
        sentence = f"Expected a name of 1 to {LONGEST} letters for the view."
        raise InvalidInput(sentence)
    return found
