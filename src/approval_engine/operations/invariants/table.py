"""
Every invariant by its id, and the run over all of them.

Ids up to I20 are those of the failure model of the design, from I21 on our own. How
late a timer is (of I14) is no matter of rows: `/readyz` and metrics tell. A link in a
mail leads nowhere once its task is closed (of I8), whatever its row says.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from approval_engine.errors import BROKEN, reason
from approval_engine.executor.runtime import Runtime
from approval_engine.history.evidence.signed import Signed
from approval_engine.operations.invariants import (
    canaries,
    evidence,
    figures,
    log,
    messages,
    people,
    revisions,
    waivers,
    whole,
    work,
)
from approval_engine.operations.invariants.model import (
    Finding,
    Invariant,
    Subject,
    T,
)
from approval_engine.operations.invariants.subject import (
    beside,
    subject_of,
)
from approval_engine.store import events, workflows
from approval_engine.store.database import Transaction


def _table(
    *rows: tuple[str, Callable[[T], Iterable[str]]],
) -> tuple[Invariant[T], ...]:
    return tuple(Invariant(id=name, check=check) for name, check in rows)


OF_EACH_WORKFLOW: tuple[Invariant[Subject], ...] = _table(
    ("I1", work.decided_once),
    ("I2", log.ids_speak),
    ("I3", log.chain_holds),
    ("I4", log.version_counts),
    ("I5", log.log_rebuilds),
    ("I6", work.engine_agrees),
    ("I7", work.nobody_waits_for_nothing),
    ("I8", work.the_end_is_the_end),
    ("I9", work.verdict_follows),
    ("I10", people.nobody_decides_his_own),
    ("I11", evidence.evidence_is_pinned),
    ("I12", people.the_right_people_are_told),
    ("I13", messages.messages_are_counted),
    ("I14", log.timers_fire_once),
    ("I15", log.timers_ask_the_open),
    ("I17", figures.lists_tell_the_figures),
    ("I18", log.clock_runs_on),
    ("I19", work.state_is_known),
    ("I21", log.words_match),
    ("I22", work.plan_is_followed),
    ("I23", work.columns_agree),
    ("I27", work.silence_is_asked_for),
)

OF_THE_WHOLE: tuple[Invariant[Transaction], ...] = _table(
    ("I2", whole.answers_have_events),
    ("I11", whole.documents_are_whole),
    ("I13", messages.messages_lead_somewhere),
    ("I16", whole.answers_tell_the_truth),
    ("I17", figures.quotes_tell_their_worth),
    ("I20", whole.nothing_strays),
    ("I24", whole.current_things_exist),
    ("I25", whole.numbers_are_fresh),
    ("I26", whole.database_is_sound),
    ("I36", waivers.exceptions_follow),
    ("I41", revisions.kept_approvals_were_given),
    ("I42", revisions.successors_are_known),
    ("I43", whole.attachments_are_whole),
    ("I44", canaries.canaries_follow),
)


Watched = Callable[[tuple[str, ...]], Iterable[str]]
"""A way through workflow ids."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """
    How much was looked at, and everything that does not hold.
    """

    workflows: int
    events: int
    findings: tuple[Finding, ...]

    def view(self) -> dict[str, object]:
        """
        The JSON document of `cpq db check`.
        """
        return {
            "check": "failed" if self.findings else "ok",
            "workflows": self.workflows,
            "events": self.events,
            "findings": [finding.line() for finding in self.findings],
        }


def check_all(
    runtime: Runtime, watched: Watched = iter, signed: Signed | None = None
) -> Checked:
    """
    Check every invariant over the whole database as it stands at one moment.

    `watched` goes through the workflow ids and may tell how far it is; `signed` are
    checkpoints that say where logs must have come to (I3).
    """
    with runtime.database.read() as transaction:
        known = workflows.ids(transaction)
        ids = tuple(dict.fromkeys((*known, *sorted(events.workflow_ids(transaction)))))
        findings, seen = list[Finding](), 0
        for workflow_id, rows in zip(
            watched(ids), beside(transaction, ids), strict=True
        ):
            found = subject_of(runtime, transaction, workflow_id, rows)
            if isinstance(found, Finding):
                findings.append(found)
            else:
                seen += len(found.log)
                findings += _findings(OF_EACH_WORKFLOW, found, workflow_id)
        findings += _findings(OF_THE_WHOLE, transaction, None)
        findings += _unlike(signed, transaction)
    return Checked(workflows=len(ids), events=seen, findings=tuple(findings))


def _unlike(signed: Signed | None, transaction: Transaction) -> Iterator[Finding]:
    for each in signed.differences(transaction) if signed else ():
        detail = f"event {each.seq}: {each.because} (checkpoint {each.checkpoint})"
        yield Finding(invariant="I3", workflow=each.workflow, detail=detail)


def _findings(
    table: tuple[Invariant[T], ...], subject: T, workflow_id: str | None
) -> Iterator[Finding]:
    for invariant in table:
        for detail in _details(invariant, subject):
            yield Finding(invariant=invariant.id, workflow=workflow_id, detail=detail)


def _details(invariant: Invariant[T], subject: T) -> Iterator[str]:
    try:
        yield from invariant.check(subject)
    except BROKEN as error:
        yield f"it cannot be checked: {reason(error)}"
