"""
The pages of policies to read: every version, one as sentences, and two side by side.
"""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from approval_engine.domain.rights import Right
from approval_engine.errors import InvalidInput
from approval_engine.store import drafts
from approval_engine.web import context
from approval_engine.web.headers import as_download
from approval_engine.web.policies import library, sentences
from approval_engine.web.policies.changes import told

blueprint = Blueprint("policies", __name__, url_prefix="/policies")


@blueprint.get("")
def policies() -> str:
    """
    Every published version, the newest first, and the drafts.
    """
    context.demand(Right.SEE_POLICIES)
    with context.runtime().database.read() as transaction:
        found = drafts.every(transaction)
    rows = library.rows()
    return render_template(
        "policies/list.html",
        rows=rows,
        drafts=found,
        before=dict(zip((r.sha256 for r in rows), rows[1:], strict=False)),
        base={each.sha256: each for each in rows},
        may_edit=Right.PUBLISH in context.rights(),
    )


@blueprint.get("/versions/<sha256>")
def version(sha256: str) -> str:
    """
    One published version, for people who have never seen how it is written.
    """
    context.demand(Right.SEE_POLICIES)
    found = library.published(sha256)
    return render_template(
        "policies/version.html",
        row=found.row,
        policy=found.policy,
        speaks=sentences.speaker(found.policy),
        formulas=_formulas(found.value),
        words=sentences,
        active=library.in_force(),
        accepted=found.row.accepted.splitlines(),
        may_edit=Right.PUBLISH in context.rights(),
    )


@blueprint.get("/compare")
def compare() -> str:
    """
    What differs between two published versions.
    """
    context.demand(Right.SEE_POLICIES)
    chosen = [request.args.get(key, "") for key in ("from", "to")]
    if not all(chosen):
        sentence = "Expected two versions to compare; choose them on the list."
        raise InvalidInput(sentence)
    before, after = (library.published(each) for each in chosen)
    return render_template(
        "policies/compare.html",
        before=before.row,
        after=after.row,
        changes=told(before.value, after.value),
    )


@blueprint.get("/versions/<sha256>/policy.json")
def as_json(sha256: str) -> Response:
    """
    The document as it was published, as a file.
    """
    context.demand(Right.SEE_POLICIES)
    found = library.published(sha256)
    return as_download(pretty(found.value), f"{found.document.file}.json")


@blueprint.get("/versions/<sha256>/policy.dmn")
def as_tables(sha256: str) -> Response:
    """
    Its rules, ladders and steps as decision tables, as a file.
    """
    from approval_engine.definitions.dmn.export import export

    context.demand(Right.SEE_POLICIES)
    found = library.published(sha256)
    return as_download(export(found.value), f"{found.document.file}.dmn")


def pretty(value: object) -> bytes:
    """
    A document as a file that people can read too.
    """
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _formulas(value: Mapping[str, object]) -> dict[str, str]:
    inputs = value.get("inputs")
    return {
        str(each["name"]): str(each["expr"])
        for each in (inputs if isinstance(inputs, list) else ())
        if isinstance(each, dict) and "expr" in each
    }
