"""
What must hold of the documents that a workflow was decided under.
"""

from collections.abc import Iterator
from typing import Any

from approval_engine.documents import canonical, load
from approval_engine.domain.workflow import Evidence
from approval_engine.operations.invariants.model import Subject, data_of
from approval_engine.planner.document import document_of


def evidence_is_pinned(subject: Subject) -> Iterator[str]:
    """
    The documents of the first event are those of the row, and say the same as it.
    """
    workflow = subject.workflow
    recorded = data_of(subject.log[0]).get("evidence", {})
    for name in Evidence.__slots__:
        if recorded.get(name) != getattr(workflow.evidence, name):
            yield f"the first event was decided under another {name} than the row says"
    evaluation: Any = load(subject.documents["evaluation"])
    said = (evaluation["policy"], evaluation["version"], evaluation["policy_sha256"])
    if said != (workflow.policy, workflow.policy_version, workflow.evidence.policy):
        yield f"the evaluation is by policy {said[0]} {said[1]}, the row says another"
    quote: Any = load(subject.documents["quote"])
    if (quote["id"], quote["revision"]) != (workflow.quote_id, workflow.quote_revision):
        yield f"the quote document is '{quote['id']}' revision {quote['revision']}"
    written = subject.documents["plan"]
    as_ours = canonical(load(written)) == written
    if not as_ours or document_of(subject.pinned.plan) != _in_full(written):
        yield "the plan does not read back as it was written"


def _in_full(plan: bytes) -> bytes:
    """
    A plan document with all that those of earlier versions do not speak of.
    """
    value: Any = load(plan)
    for step in value["steps"]:
        step.setdefault("around", None)
        step["staffing"] = {"stand_ins": [], "away": [], **step["staffing"]}
    return canonical(value)
