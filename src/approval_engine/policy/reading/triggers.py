"""
The triggers and the choice of the process.
"""

from approval_engine.documents.node import Node
from approval_engine.policy.model import ProcessRule, Row, Trigger
from approval_engine.policy.reading.cells import read_row
from approval_engine.policy.reading.draft import Draft, hint
from approval_engine.policy.reading.words import read_day

STANDARD = "standard"


def read_triggers(draft: Draft, roles: frozenset[str]) -> tuple[Trigger, ...]:
    """
    All triggers of a sound form, in document order; `roles` are those named anywhere.
    """
    seen: set[str] = set()
    found: list[Trigger] = []
    for node in draft.root.child("triggers").elements():
        if not draft.sound(node):
            continue
        trigger = _trigger(draft, node)
        if trigger.id in seen:
            node.problem("duplicate", f"Expected trigger '{trigger.id}' once.")
        seen.add(trigger.id)
        _check_requirements(draft, node, roles)
        found.append(trigger)
    return tuple(found)


def read_processes(draft: Draft) -> tuple[ProcessRule, ...]:
    """
    The rules in document order; the last one holds for every quote.
    """
    rules: list[ProcessRule] = []
    for node in draft.root.child("processes").elements():
        if not draft.sound(node):
            continue
        if rules and not rules[-1].tests:
            sentence = "Expected no process after the one for all other quotes."
            node.problem("unreachable", sentence)
        tests = read_row(draft, node.child("when"), draft.kinds).tests
        rules.append(ProcessRule(use=node.child("use").text(), tests=tests))
    if not rules or rules[-1].tests:
        rules.append(ProcessRule(use=STANDARD))
    return tuple(rules)


def check_period(node: Node, start: str = "from") -> None:
    """
    Note a validity that ends before it starts.
    """
    first, last = read_day(node.child(start)), read_day(node.child("until"))
    if first and last and last < first:
        sentence = f"Expected a day from {first}, but got {last}."
        node.child("until").problem("period", sentence)


def _trigger(draft: Draft, node: Node) -> Trigger:
    check_period(node)
    return Trigger(
        id=node.child("id").text(),
        reason=node.child("reason").text(),
        rows=_rows(draft, node),
        each_line=node.has("each"),
        require=node.child("require").texts(),
        ladder=node.child("ladder").text() if node.has("ladder") else None,
        inform=node.child("inform").texts(),
        needs=node.child("needs").texts(),
        effect=node.child("effect").text() if node.has("effect") else None,
        starts_on=read_day(node.child("from")),
        ends_on=read_day(node.child("until")),
    )


def _rows(draft: Draft, node: Node) -> tuple[Row, ...]:
    kinds = draft.line_kinds if node.has("each") else draft.kinds
    when = node.child("when")
    rows = when.elements() if isinstance(when.value, list) else [when]
    return tuple(read_row(draft, row, kinds) for row in rows)


def _check_requirements(draft: Draft, node: Node, roles: frozenset[str]) -> None:
    if not any(node.has(key) for key in ("require", "ladder", "effect")):
        node.problem("missing", "Expected 'require', 'ladder' or 'effect'.")
    if node.has("effect") and (node.has("require") or node.has("ladder")):
        sentence = "Expected nobody to be asked where the effect is to refuse."
        node.child("effect").problem("unreachable", sentence)
    for element in node.child("require").elements():
        step = element.text()
        if step in draft.steps:
            continue
        sentence = f"Expected a step, but got '{step}'{hint(step, draft.steps)}"
        if step in roles:
            sentence = (
                f"Expected a step, but '{step}' is a role: declare a step for it."
            )
        element.problem("unknown_step", sentence)
    if node.has("ladder"):
        ladder = node.child("ladder").text()
        if ladder not in draft.ladders:
            sentence = f"Expected a ladder, but got '{ladder}'"
            sentence += hint(ladder, draft.ladders)
            node.child("ladder").problem("unknown_ladder", sentence)
