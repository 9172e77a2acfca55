"""
The list of workflows: what an address looks for → a page of them, and the next one.

Everything that is looked for stands in the address, so a list can be kept and sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.people import Directory
from approval_engine.errors import NotFound
from approval_engine.policy.reading.triggers import STANDARD
from approval_engine.store import canaries, catalog, processes, search
from approval_engine.store.database import Transaction
from approval_engine.store.reach import LOOKED
from approval_engine.store.search import Sought
from approval_engine.web import context, dossier

LIMIT = 50
"""How many workflows stand on a page."""

_LONGEST = 200
_MOST_PEOPLE = 50
_FILTERS = ("q", "status", "process", "policy", "late", "held")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """
    What the filters offer.
    """

    processes: tuple[str, ...]
    policies: tuple[str, ...]


def answer() -> Response | str:
    """
    The list, or the page of what was typed as an id into the search.
    """
    asked = request.args
    text = asked.get("q", "").strip()[:_LONGEST]
    if text and (target := _page_of(text)):
        return redirect(target, 303)
    user = context.asker().user
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        directory = context.directory(transaction)
        everything = dossier.oversees(user, directory)
        wanted = _sought(asked, text, directory)
        wanted = replace(wanted, viewer=None if everything else user.id)
        found = search.page(transaction, wanted, LIMIT)
        choices = _choices(transaction)
    return render_template(
        "workflow/list.html",
        workflows=found.rows,
        looked=LOOKED if found.before and len(found.rows) < LIMIT else None,
        asked=_kept(asked),
        choices=choices,
        everything=everything,
        following=_following(asked, found.before),
        status=wanted.status,
    )


def _page_of(text: str) -> str | None:
    """
    Where somebody goes who knows the id, if he may see what it belongs to.
    """
    with context.runtime().database.read() as transaction:
        found = search.named(transaction, text)
    if found is None:
        return None
    kind, its_id = found
    user = context.asker().user
    try:
        if kind == "workflow":
            dossier.open_dossier(its_id, user)
            return url_for("workflows.workflow", workflow_id=its_id)
        if kind == "task":
            dossier.of_task(its_id, user)
            return url_for("inbox.task", task_id=its_id)
    except NotFound:
        return None
    # Whoever submits it or sees all has a page of it; others find its workflows.
    return _quote_page(its_id)


def _quote_page(quote_id: str) -> str | None:
    user, runtime = context.asker().user, context.runtime()
    with runtime.database.read() as transaction:
        row = catalog.quote(transaction, quote_id)
        quote = runtime.quote(transaction, row.sha256) if row else None
        mine = quote is not None and user.id in {quote.submitted_by, quote.owner}
        if mine or dossier.oversees(user, context.directory(transaction)):
            return url_for("quotes.quote", quote_id=quote_id)
    return None


def _sought(asked: MultiDict[str, str], text: str, directory: Directory) -> Sought:
    status = asked.get("status")
    before = asked.get("before", "")
    return Sought(
        text=text or None,
        people=_people(directory, text) if text else (),
        status=status if status in set(WorkflowStatus) else None,
        process=asked.get("process") or None,
        policy_version=asked.get("policy") or None,
        late=context.runtime().clock() if asked.get("late") == "1" else None,
        held=asked.get("held") == "1",
        before=int(before) if before.isdecimal() and len(before) < 10 else None,  # noqa: PLR2004 as a column can hold
    )


def _people(directory: Directory, text: str) -> tuple[str, ...]:
    """
    Whom a text may mean, by name or id.
    """
    wanted = text.casefold()
    people = directory.users.values()
    found = (u.id for u in people if wanted in u.name.casefold() or wanted == u.id)
    return tuple(each for each, _ in zip(found, range(_MOST_PEOPLE), strict=False))


def _choices(transaction: Transaction) -> Choices:
    names = {each.name for each in processes.versions(transaction)} | {STANDARD}
    known = (*catalog.policies(transaction), *canaries.tried(transaction))
    versions = [each.version for each in reversed(known)]
    return Choices(processes=tuple(sorted(names)), policies=tuple(versions))


def _kept(asked: MultiDict[str, str]) -> Mapping[str, str]:
    return {name: asked[name] for name in _FILTERS if asked.get(name)}


def _following(asked: MultiDict[str, str], before: int | None) -> str | None:
    if before is None:
        return None
    more = {**_kept(asked), "before": str(before)}
    return f"{url_for('workflows.workflows_page')}?{urlencode(more)}"
