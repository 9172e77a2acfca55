"""
The register of exceptions: what counts and how long, a request for one, and its end.
"""

import re
from datetime import date

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.exceptions import Waives, standing
from approval_engine.domain.rights import Right
from approval_engine.errors import DefinitionError, InvalidInput, NotFound, Refused
from approval_engine.executor.commands.grant import Plea, grant
from approval_engine.executor.commands.run_out import end as command
from approval_engine.executor.commands.run_out import may_end
from approval_engine.executor.routed import day_of, policy_in_force
from approval_engine.policy.model import Policy
from approval_engine.policy.reading.words import day_of as day_in
from approval_engine.store import catalog, exceptions, register, workflows
from approval_engine.store.exceptions import ExceptionRow
from approval_engine.store.register import SOON_DAYS, RegisterFilter, Standing
from approval_engine.web import context, words
from approval_engine.web.errors import status_of

blueprint = Blueprint("exceptions", __name__)

PAGE = 50
"""So many exceptions stand on one page."""

_KEPT = ("q", "standing")
_BOUND = re.compile(r"\s*(\w+)\s*(<=|>=|=)\s*(.*?)\s*")
_SIGNS = {"<=": "at most ", ">=": "at least ", "=": ""}
_MOST_USES = 10**6
_LONGEST = 200
_LONGEST_NUMBER = 9


@blueprint.get("/desk/exceptions")
@context.lately
def listed() -> str:
    """
    All exceptions by where they stand, the newest first; of others his own requests.
    """
    sees = context.rights() & {Right.RUN_DESK, Right.SEE_EVERYTHING}
    today = _today()
    wanted = RegisterFilter(
        today=today,
        requested_by=None if sees else context.asker().user.id,
        standing=_standing(),
        search=request.args.get("q", "")[:_LONGEST],
        before=_before(request.args.get("before", "")),
    )
    with context.runtime().database.read() as transaction:
        found = register.page(transaction, wanted, PAGE + 1)
    more = None
    if len(found) > PAGE:
        kept = {name: request.args[name] for name in _KEPT if name in request.args}
        more = kept | {"before": found[PAGE - 1].id.rpartition("-")[2]}
    return render_template(
        "desk/exceptions.html",
        rows=[(row, _word(row, today)) for row in found[:PAGE]],
        wanted=wanted,
        today=today,
        soon_days=SOON_DAYS,
        bounds=_bounds,
        runs=_runs(),
        more=more,
    )


@blueprint.get("/desk/exceptions/<exception_id>")
def one(exception_id: str) -> Response:
    """
    One exception: its bounds, what is left of it, who granted it, and what used it.
    """
    return _page(exception_id)


@blueprint.post("/desk/exceptions/<exception_id>/end")
def end(exception_id: str) -> AnyResponse:
    """
    Let it count no more; the page again if that is refused.
    """
    _visible(exception_id)
    caller = context.asker().caller(request.form.get("key"))
    reason = request.form.get("comment", "")
    try:
        command(context.runtime(), exception_id, reason, caller)
    except Refused as refusal:
        return _page(exception_id, refusal)
    flash(f"Exception {exception_id} has ended; it counts for no quote any more.")
    return redirect(url_for("exceptions.one", exception_id=exception_id), 303)


@blueprint.get("/desk/exceptions/new")
def new() -> Response:
    """
    A request for an exception, for an account and a rule if the address names them.
    """
    return _form()


@blueprint.post("/desk/exceptions/new")
def ask() -> AnyResponse:
    """
    Ask those who could approve the bounds; the form again with what is against it.
    """
    caller = context.asker().caller(request.form.get("key"))
    try:
        exception_id, _ = grant(context.runtime(), _plea(), caller)
    except (Refused, DefinitionError) as refusal:
        return _form(refusal)
    flash(f"Exception {exception_id} is asked for; it counts once it is granted.")
    return redirect(url_for("exceptions.one", exception_id=exception_id), 303)


def _page(exception_id: str, refusal: Refused | None = None) -> Response:
    row = _visible(exception_id)
    runtime = context.runtime()
    user = context.asker().user
    with runtime.database.read() as transaction:
        found = workflows.read(transaction, row.workflow_id)
        used_by = register.uses(transaction, row, PAGE)
        quote = runtime.quote(transaction, found[0].evidence.quote) if found else None
        policy = (
            runtime.policy(transaction, found[0].evidence.policy) if found else None
        )
        directory = context.directory(transaction)
    enders = may_end(row, policy, directory) if policy else frozenset()
    word = _word(row, _today())
    text = render_template(
        "desk/exception.html",
        row=row,
        word=word,
        workflow=found[0] if found else None,
        quote=quote,
        used_by=used_by,
        bounds=_bounds,
        runs=_runs(),
        ends=user.id in enders and row.status == "active",
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return make_response(text, status_of(refusal)[0] if refusal else 200)


def _form(refusal: Refused | DefinitionError | None = None) -> Response:
    policy = _policy()
    told = str(refusal) if isinstance(refusal, Refused) else ""
    if isinstance(refusal, DefinitionError):
        told = " ".join(problem.sentence for problem in refusal.problems)
    text = render_template(
        "desk/ask.html",
        triggers=[each for each in policy.triggers if each.effect is None],
        inputs=policy.inputs,
        runs=_runs(),
        refusal=told,
        typed=request.form if refusal else request.args,
    )
    return make_response(text, status_of(refusal)[0] if refusal else 200)


def _runs() -> bool:
    """
    Whether the desk is a place of his; others find exceptions under their quotes.
    """
    return Right.RUN_DESK in context.rights()


def _visible(exception_id: str) -> ExceptionRow:
    """
    The exception, for the desk and for those who asked for or granted it.
    """
    with context.runtime().database.read() as transaction:
        row = exceptions.read(transaction, exception_id)
    user = context.asker().user.id
    rights = context.rights()
    if row is not None:
        theirs = user in {row.requested_by, *row.granted_by}
        if theirs or rights & {Right.RUN_DESK, Right.SEE_EVERYTHING}:
            return row
    sentence = f"There is no exception '{exception_id}'."
    raise NotFound(sentence)


def _plea() -> Plea:
    typed = {name: text.strip() for name, text in request.form.items()}
    waives = Waives(
        trigger=typed.get("trigger", ""),
        within=typed.get("within", ""),
        ends_on=_until(typed),
        uses=_uses(typed),
    )
    reason = request.form.get("comment", "")
    return Plea(account=typed.get("account", ""), waives=waives, reason=reason)


def _until(typed: dict[str, str]) -> date | None:
    text = typed.get("until", "")
    if typed.get("endless") == "yes" and not text:
        return None
    if (day := day_in(text)) is None:
        sentence = "Expected a last day, or a tick at 'No last day'."
        raise InvalidInput(sentence)
    return day


def _uses(typed: dict[str, str]) -> int | None:
    text = typed.get("uses", "")
    if typed.get("often") == "yes" and not text:
        return None
    fits = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    if not (fits and 0 < int(text) <= _MOST_USES):
        sentence = "Expected a number of uses from 1, or a tick at 'Any number'."
        raise InvalidInput(sentence)
    return int(text)


def _bounds(text: str) -> str:
    """
    Bounds in words: `discount_pct<=20,uses=1` is discount at most 20 %, uses 1.
    """
    return ", ".join(
        f"{words.label(found[1])} {_SIGNS[found[2]]}"
        f"{words.some(words.value(found[1], each) for each in found[3].split('|'))}"
        if (found := _BOUND.fullmatch(part))
        else part
        for part in text.split(",")
    )


def _word(row: ExceptionRow, today: date) -> str:
    return standing(row.status, row.waives, row.used, today)


def _standing() -> Standing | None:
    text = request.args.get("standing")
    return Standing(text) if text in set(Standing) else None


def _before(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        sentence = "Expected 'before' to be the number at which an earlier page ended."
        raise InvalidInput(sentence)
    return int(text)


def _policy() -> Policy:
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        current = catalog.current(transaction)
        return policy_in_force(runtime, transaction, current, runtime.clock())


def _today() -> date:
    """
    The day of the policy in force, by which exceptions end.
    """
    return day_of(_policy(), context.runtime().clock())
