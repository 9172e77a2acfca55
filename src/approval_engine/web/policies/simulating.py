"""
What a draft would change over many quotes: those of the past, or those of a file.

Nothing is stored, not even the file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from flask import make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.analytics.simulation import Simulation, Tried
from approval_engine.domain.rights import Right
from approval_engine.errors import DefinitionError, InvalidInput, Problem, Refused
from approval_engine.operations import policy_drafts, quote_files, simulation
from approval_engine.operations.alike import Asked
from approval_engine.operations.drafts_judged import judge
from approval_engine.policy.model import Policy
from approval_engine.store import catalog
from approval_engine.store.drafts import Draft
from approval_engine.web import context
from approval_engine.web.errors import status_of
from approval_engine.web.policies import editing
from approval_engine.web.policies.drafts import blueprint

PAST = 1_000
"""So many of the quotes submitted last are looked at."""

MOST = 5_000
"""So many quotes of a file are asked within one request."""

SHOWN = 100
"""So many quotes of each kind are listed."""

Ask: TypeAlias = Callable[[Policy], Simulation]
"""What asks many quotes under a draft."""

_ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".parquet")
_KINDS = {
    "automatic": "Newly approved by nobody",
    "caught": "Newly seen by somebody",
    "refused": "Refused by the draft only",
    "admitted": "Refused by the policy in force only",
    "unjudged": "Refused by both, so in no other figure",
    "": "Seen by others",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """
    The quotes that differ in one way, of which the first are shown.
    """

    id: str
    title: str
    number: int
    rows: tuple[Tried, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """
    What comes of the question that the page asks, and why nothing did.
    """

    found: Simulation | None = None
    refusal: Refused | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def status(self) -> int:
        if self.problems:
            return 422
        return 200 if self.refusal is None else status_of(self.refusal)[0]


@blueprint.get("/<draft_id>/simulation")
def simulated(draft_id: str) -> AnyResponse:
    """
    What would change for the quotes submitted last.
    """
    context.demand(Right.PUBLISH)
    draft = editing.opened(draft_id)
    by = request.args.get("by", "") or None
    return _page(
        draft,
        by,
        lambda policy: simulation.of_history(context.runtime(), policy, PAST, by=by),
    )


@blueprint.post("/<draft_id>/simulation")
def simulate_file(draft_id: str) -> AnyResponse:
    """
    What would change for the quotes of a file.
    """
    context.demand(Right.PUBLISH)
    draft = editing.opened(draft_id)
    by = request.form.get("by", "") or None
    return _page(draft, by, lambda policy: _of_upload(policy, by), of_file=True)


def _of_upload(policy: Policy, by: str | None) -> Simulation:
    file = request.files.get("file")
    if file is None or not file.filename:
        sentence = "Expected a file of quotes; choose one and press the button again."
        raise InvalidInput(sentence)
    ending = Path(file.filename).suffix.lower()
    if ending not in _ENDINGS:
        sentence = f"Expected a file that ends in {', '.join(_ENDINGS)}."
        raise InvalidInput(sentence)
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        policies = simulation.policies_tried(runtime, transaction, policy)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"quotes{ending}"
        file.save(path)
        pieces = quote_files.opened(path, policies).pieces()
        asked = _few(each.asked for each in pieces)
        return simulation.of_quotes(runtime, policy, asked, by)


def _few(asked: Iterable[Asked]) -> Iterator[Asked]:
    # A file of few bytes may hold any number of rows that are alike.
    for number, each in enumerate(asked, 1):
        if number > MOST:
            sentence = (
                f"Expected {MOST:,} quotes at most on a page;"
                " 'cpq policy simulate' reads files of any length."
            )
            raise InvalidInput(sentence)
        yield each


def _page(
    draft: Draft,
    by: str | None,
    ask: Ask,
    *,
    of_file: bool = False,
) -> AnyResponse:
    value = policy_drafts.value_of(draft)
    verdict = judge(context.runtime(), value, draft.base, quick=True)
    policy = verdict.policy
    answer = _Answer() if policy is None else _asked(policy, ask)
    found = answer.found
    made = render_template(
        "policies/simulation.html",
        draft=draft,
        value=value,
        tab="simulation",
        judged=editing.placed(value, verdict),
        sound=policy is not None,
        found=found,
        refusal=answer.refusal,
        problems=answer.problems,
        lists=_lists(found.changed) if found else (),
        stored=_stored(found.changed) if found else frozenset(),
        inputs=simulation.groupings(policy) if policy else (),
        by=by,
        of_file=of_file,
        past=PAST,
        shown=SHOWN,
    )
    return make_response(made, answer.status)


def _asked(policy: Policy, ask: Ask) -> _Answer:
    try:
        return _Answer(found=ask(policy))
    except DefinitionError as error:
        return _Answer(problems=error.problems)
    except Refused as refusal:
        return _Answer(refusal=refusal)


def _lists(changed: Iterable[Tried]) -> tuple[Listed, ...]:
    kinds: dict[str, list[Tried]] = {kind: [] for kind in _KINDS}
    for each in changed:
        kinds[each.kind or ""].append(each)
    return tuple(
        Listed(
            id=kind or "otherwise",
            title=_KINDS[kind],
            number=len(rows),
            rows=tuple(rows[:SHOWN]),
        )
        for kind, rows in kinds.items()
    )


def _stored(changed: Iterable[Tried]) -> frozenset[str]:
    """
    The quotes among those shown that have a page of their own.
    """
    ids = {each.quote for kind in _lists(changed) for each in kind.rows}
    with context.runtime().database.read() as transaction:
        return frozenset(
            each for each in ids if catalog.quote(transaction, each) is not None
        )
