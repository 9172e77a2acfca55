"""
A document that is being written → a sentence for each of its parts, as it stands.

It need not be a sound policy: what cannot be understood is said as it is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_engine.documents import JsonValue, pointer
from approval_engine.planner.phrases import label, title
from approval_engine.policy.model import Policy, StepRule
from approval_engine.web.policies import sentences
from approval_engine.web.policies.changes import said, speaker
from approval_engine.web.policies.sentences import Clause, Speaker
from approval_engine.web.policies.words import LABELS


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """
    One rule: any of its rows fires it, and what happens then.
    """

    rows: tuple[tuple[Clause, ...], ...]
    each_line: bool
    require: tuple[str, ...]
    ladder: str
    effect: str
    inform: tuple[str, ...]
    needs: tuple[str, ...]


def rules(document: Mapping[str, JsonValue]) -> dict[str, Rule]:
    """
    The rules by their places in the document.
    """
    speaks = speaker(document)
    found = document.get("triggers")
    return {
        f"/triggers/{index}": _rule(part, speaks)
        for index, part in enumerate(found if isinstance(found, list) else ())
        if isinstance(part, dict)
    }


def steps(
    document: Mapping[str, JsonValue], policy: Policy | None = None
) -> dict[str, str]:
    """
    The steps by their places; in full sentences if it is known what they mean.
    """
    speaks = speaker(document)
    found = document.get("steps")
    usual = step(policy, policy.default_step) if policy else ""
    told = {"/defaults": usual or _listed(document.get("defaults"), speaks)}
    for name, part in found.items() if isinstance(found, dict) else ():
        rule = policy.steps.get(name) if policy else None
        whole = step(policy, rule) if policy and rule else _listed(part, speaks)
        told[pointer("/steps", name)] = whole
    return told


def step(policy: Policy, rule: StepRule) -> str:
    """
    Whom a step asks, how many must say yes, and how long they have.
    """
    hours = ", else ".join(
        text + (f" when {' and '.join(map(str, clauses))}" if clauses else "")
        for text, clauses in sentences.hours(policy, rule)
    )
    # The pattern of all steps is of no role.
    who = f"{title(rule.role)}: " if rule.id in policy.steps else ""
    told = (
        f"{who}{sentences.assigned(rule)}",
        sentences.completion(rule.completion),
        f"{hours} by the calendar {rule.calendar}",
        sentences.late(rule),
    )
    return " · ".join(told)


def _rule(part: Mapping[str, JsonValue], speaks: Speaker) -> Rule:
    when = part.get("when")
    rows = when if isinstance(when, list) else [when]
    return Rule(
        rows=tuple(
            tuple(speaks.clause(name, str(text)) for name, text in row.items())
            for row in rows
            if isinstance(row, dict)
        ),
        each_line=part.get("each") == "line",
        require=_texts(part.get("require")),
        ladder=str(part.get("ladder") or ""),
        effect=str(part.get("effect") or ""),
        inform=_texts(part.get("inform")),
        needs=_texts(part.get("needs")),
    )


def _listed(part: JsonValue, speaks: Speaker) -> str:
    if not isinstance(part, dict):
        return "nothing said"
    told: Iterable[str] = (
        f"{LABELS.get(key, label(key)).lower()} {said((key,), value, speaks)}"
        for key, value in part.items()
    )
    return " · ".join(told) or "as for all steps"


def _texts(value: JsonValue) -> tuple[str, ...]:
    values = value if isinstance(value, list) else []
    return tuple(map(str, values))
