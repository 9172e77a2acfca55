"""
What was refused or broke → the right status and a sentence, as a page or as a problem.

Sentences of a Refused are shown as they are. Of what broke, people see an id only.
"""

import logging
import secrets
from collections.abc import Mapping

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
)

from approval_engine.errors import (
    ApprovalEngineError,
    Conflict,
    DefinitionError,
    Forbidden,
    InProgress,
    InvalidInput,
    InvalidState,
    KeyReused,
    NotFound,
    Quarantined,
    StaleRevision,
    StepUpRequired,
    StorageError,
    TooManyAttempts,
    Unaccepted,
    Unauthenticated,
    Unreadable,
)
from approval_engine.executor.incident import hold
from approval_engine.web import context
from approval_engine.web.session import SAFE, is_api, log_in_page

_LOG = logging.getLogger(__name__)

STATUSES: tuple[tuple[type[ApprovalEngineError], int, str], ...] = (
    (NotFound, 404, "not-found"),
    (StepUpRequired, 401, "step_up_required"),
    (Unauthenticated, 401, "unauthenticated"),
    (TooManyAttempts, 429, "too-many-attempts"),
    (Forbidden, 403, "forbidden"),
    (StaleRevision, 412, "stale-revision"),
    (Quarantined, 409, "quarantined"),
    (Unaccepted, 409, "unaccepted-findings"),
    (InvalidState, 409, "invalid-state"),
    (InvalidInput, 422, "invalid-input"),
    (KeyReused, 422, "idempotency-key-reuse"),
    (InProgress, 409, "in-progress"),
    (Conflict, 409, "conflict"),
    (DefinitionError, 422, "document"),
    (StorageError, 503, "unavailable"),
    (ApprovalEngineError, 500, "internal"),
)
"""The first class that fits gives the status and the code."""

HEADINGS: Mapping[int, str] = {
    400: "This request cannot be read",
    401: "Log in to go on",
    403: "You may not do this",
    404: "There is nothing here",
    405: "This cannot be done here",
    409: "This cannot be done as things stand",
    412: "You have seen an older revision",
    413: "This is too large",
    415: "This is not JSON",
    422: "Something is missing or wrong",
    429: "Not so fast",
    500: "Something went wrong",
    503: "The database is not available",
}

HELD = "This is held until it is repaired"
BROKEN = "Something went wrong"
"""The headings of what a status alone does not tell."""

_SENTENCES: Mapping[int, str] = {
    404: "This address leads nowhere, or to something that you may not see.",
    405: "This address answers other requests, not this one.",
    413: "So much is not read here; nothing was changed.",
}
"""What is said instead of what the library says."""

_BUSY_S = "2"
_RETRY_S: Mapping[type, int] = {InProgress: 1, Conflict: 1}


def install(app: Flask) -> None:
    """
    Answer every error of the application here.
    """
    app.register_error_handler(ApprovalEngineError, refused)
    app.register_error_handler(InternalServerError, _broken)
    app.register_error_handler(HTTPException, _http)


def status_of(error: ApprovalEngineError) -> tuple[int, str]:
    """
    The HTTP status and the code of what was raised.
    """
    return next((s, code) for kind, s, code in STATUSES if isinstance(error, kind))


def refused(error: ApprovalEngineError) -> Response:
    """
    The answer to whatever this product raises.
    """
    status, code = status_of(error)
    if isinstance(error, Unauthenticated | StepUpRequired):
        return _unauthenticated(error)
    if isinstance(error, StorageError):
        return _unavailable(error)
    if isinstance(error, Unreadable):
        return _unreadable(error)
    if status == InternalServerError.code:
        return _broken(error)
    if isinstance(error, Unaccepted) and is_api():
        return problem(status, code, str(error), {"findings": error.findings})
    response = _answer(status, code, str(error), _problems(error))
    if wait := _RETRY_S.get(type(error), getattr(error, "retry_after_s", None)):
        response.headers["Retry-After"] = str(wait)
    return response


def _unauthenticated(error: Unauthenticated | StepUpRequired) -> Response:
    if is_api():
        status, code = status_of(error)
        response = _answer(status, code, str(error))
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    # What was asked for is shown after the log-in, unless it would change something.
    target = request.full_path.rstrip("?") if request.method in SAFE else "/"
    return log_in_page(401, str(error), target)


def _unavailable(error: StorageError) -> Response:
    incident = _log(error)
    sentence = (
        "The database is not available now; nothing was changed."
        f" Try again, or tell your administrator '{incident}'."
    )
    response = _answer(503, "unavailable", sentence)
    response.headers["Retry-After"] = _BUSY_S
    return response


def _unreadable(error: Unreadable) -> Response:
    """
    One workflow is broken: who wanted to act on it holds it, who looks changes nothing.
    """
    sentence = f"The workflow '{error.workflow}' is broken and must be repaired first."
    if request.method not in SAFE:
        incident = hold(context.runtime(), error.workflow, "engine", str(error))
        sentence = f"The workflow '{error.workflow}' is held by incident '{incident}'."
    return _answer(*status_of(Quarantined()), sentence)


def _broken(error: Exception) -> Response:
    cause = getattr(error, "original_exception", None) or error
    incident = _log(cause)
    sentence = (
        f"Something went wrong here, and nothing was changed. It was noted as"
        f" '{incident}'; tell your administrator."
    )
    return _answer(500, "internal", sentence)


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None:
        return make_response(error.get_response())
    code = error.name.lower().replace(" ", "-")
    sentence = _SENTENCES.get(error.code, error.description or error.name)
    if isinstance(error, RequestEntityTooLarge):
        sentence = f"At most {(request.max_content_length or 0) // 1024} KiB are read."
    response = _answer(error.code, code, sentence)
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _answer(
    status: int, code: str, sentence: str, problems: tuple[dict[str, object], ...] = ()
) -> Response:
    if is_api():
        more = {"problems": problems} if problems else {}
        return problem(status, code, sentence, more)
    if request_ctx.url_adapter is None:
        # What is no name of any host leads nowhere, so no page can hold an address.
        return Response(f"{sentence}\n", status, mimetype="text/plain")
    page = render_template(
        "error.html",
        heading=_heading(status, code),
        status=status,
        sentence="" if problems else sentence,
        problems=problems,
    )
    return make_response(page, status)


def problem(
    status: int, code: str, sentence: str, more: Mapping[str, object]
) -> Response:
    """
    What programs are told of a refusal, in the form of RFC 9457.
    """
    response = jsonify(problem_of(status, code, sentence) | dict(more))
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def problem_of(status: int, code: str, sentence: str) -> dict[str, object]:
    """
    The members that every such answer has.
    """
    return {
        "type": "about:blank",
        "title": _heading(status, code),
        "status": status,
        "code": code,
        "detail": sentence,
    }


def _heading(status: int, code: str) -> str:
    return HELD if code == "quarantined" else HEADINGS.get(status, BROKEN)


def _problems(error: ApprovalEngineError) -> tuple[dict[str, object], ...]:
    if not isinstance(error, DefinitionError):
        return ()
    return tuple(
        {
            "code": problem.code,
            "element": problem.element,
            "line": problem.line,
            "sentence": problem.sentence,
        }
        for problem in error.problems
    )


def _log(error: BaseException) -> str:
    incident = secrets.token_hex(4)
    _LOG.error("action=request_failed incident=%s", incident, exc_info=error)
    return incident
