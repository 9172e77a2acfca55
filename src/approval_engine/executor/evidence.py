"""
What a workflow was decided under → documents by content hash, kept for ever.

Quote, policy, directory and delegations are documents already when a submit comes.
"""

from functools import lru_cache

from approval_engine.documents import canonical, sha256
from approval_engine.domain.workflow import Evidence
from approval_engine.executor.routed import Routed
from approval_engine.planner.document import document_of
from approval_engine.store.catalog import Document


def documents(routed: Routed, xml: bytes) -> tuple[Document, ...]:
    """
    The documents that a submit adds: evaluation, plan and process definition, in order.
    """
    evaluation, plan = canonical(routed.evaluation), document_of(routed.plan)
    return (
        Document(sha256=sha256(evaluation), kind="evaluation", body=evaluation),
        Document(sha256=sha256(plan), kind="plan", body=plan),
        Document(sha256=_hash_of_drawn(xml), kind="definition", body=xml),
    )


@lru_cache(maxsize=128)
def _hash_of_drawn(xml: bytes) -> str:
    # Many quotes share one definition, which is one and the same object.
    return sha256(xml)


def evidence_of(routed: Routed, added: tuple[Document, ...]) -> Evidence:
    """
    The hashes of everything that the workflow is decided under.
    """
    return Evidence(
        quote=routed.quote_sha256,
        policy=routed.policy.sha256,
        directory=routed.directory_sha256,
        delegations=routed.delegations_sha256,
        **{document.kind: document.sha256 for document in added},
    )
