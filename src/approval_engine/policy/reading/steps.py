"""
The steps of a policy, each complete with the policy's defaults.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from approval_engine.documents.node import Node
from approval_engine.domain.completion import Completion, Rule
from approval_engine.policy.conditions import Kind
from approval_engine.policy.model import Escalation, SlaRule, StepRule
from approval_engine.policy.reading.cells import read_row
from approval_engine.policy.reading.draft import Draft, hint

_BUILT_IN = StepRule(
    id="default",
    role="default",
    chain="main",
    stage=1,
    completion=Completion(),
    required=True,
    fyi=False,
    calendar="default",
    sla=(SlaRule(hours=Decimal(24)),),
    remind_after_hours=(),
    escalate_to=(),
    escalate_mode="reassign",
    on_timeout="escalate",
    on_exhausted="hold",
    fallback_role="deal_desk",
    dedupe="consecutive",
    assign="pool",
    ask_everyone=False,
    match={},
)
_MATCHED = (Kind.STRING, Kind.LIST, Kind.ANY)
_COUNTS = ("rule", "quorum", "percent")


def read_default_step(draft: Draft) -> StepRule:
    """
    The pattern of a step: what the policy's `defaults` say, over what is built in.
    """
    calendar = draft.calendars[0] if draft.calendars else _BUILT_IN.calendar
    base = replace(_BUILT_IN, calendar=calendar)
    node = draft.root.child("defaults")
    return _step(draft, node, base) if draft.sound(node) else base


def read_steps(draft: Draft, default: StepRule) -> Mapping[str, StepRule]:
    """
    The steps of a sound form in document order, by id.
    """
    return {
        name: _step(draft, node, replace(default, id=name, role=name))
        for name, node in draft.root.child("steps").children()
        if draft.sound(node)
    }


def _step(draft: Draft, node: Node, base: StepRule) -> StepRule:
    _check(draft, node)
    return StepRule(
        id=base.id,
        role=_word(node, "role", base.role),
        chain=_word(node, "chain", base.chain),
        stage=node.child("stage").whole(1) if node.has("stage") else base.stage,
        completion=_completion(node.child("completion"), base.completion),
        required=node.child("required").flag(default=base.required),
        fyi=node.child("fyi").flag(default=base.fyi),
        calendar=_word(node, "calendar", base.calendar),
        sla=_sla(draft, node.child("slaHours"), base),
        remind_after_hours=_reminders(node.child("remindAfterHours"), base),
        escalate_to=_escalations(node.child("escalateTo"), base),
        escalate_mode=_word(node, "escalateMode", base.escalate_mode),
        on_timeout=_word(node, "onTimeout", base.on_timeout),
        on_exhausted=_word(node, "onExhausted", base.on_exhausted),
        fallback_role=_word(node, "fallbackRole", base.fallback_role),
        dedupe=_word(node, "dedupe", base.dedupe),
        assign=_word(node, "assign", base.assign),
        ask_everyone=_asks_everyone(node) or base.ask_everyone,
        match=_match(draft, node.child("match")),
        distinct_approvers=node.child("distinctApprovers").flag(
            default=base.distinct_approvers
        ),
        pause_on_info=node.child("pauseOnInfo").flag(default=base.pause_on_info),
        delegate_grace_hours=_grace(node.child("delegateGraceHours"), base),
        delta=_delta(draft, node.child("delta")),
        bulk=node.child("bulk").flag(default=base.bulk),
    )


def _asks_everyone(node: Node) -> bool:
    return node.has("ask") or node.child("completion").has("ask")


def _word(node: Node, key: str, default: str) -> str:
    return node.child(key).text() if node.has(key) else default


def _reminders(node: Node, base: StepRule) -> tuple[Decimal, ...]:
    if node.value is None:
        return base.remind_after_hours
    return tuple(sorted(_positive(element) for element in node.elements()))


def _grace(node: Node, base: StepRule) -> Decimal | None:
    return base.delegate_grace_hours if node.value is None else node.decimal()


def _sla(draft: Draft, node: Node, base: StepRule) -> tuple[SlaRule, ...]:
    """
    The rules for the hours; where none of them holds, those of the defaults do.
    """
    if node.value is None:
        return base.sla
    if not isinstance(node.value, list):
        return (SlaRule(hours=_positive(node)),)
    rules: list[SlaRule] = []
    for element in node.elements():
        if rules and not rules[-1].tests:
            element.problem(
                "unreachable", "Expected no rule after the one for the rest."
            )
        tests = read_row(draft, element.child("when"), draft.kinds).tests
        rules.append(SlaRule(hours=_positive(element.child("hours")), tests=tests))
    return tuple(rules) if not rules[-1].tests else (*rules, *base.sla)


def _positive(node: Node) -> Decimal:
    hours = node.decimal()
    if hours <= 0:
        node.wants("more than 0 hours")
    return hours


def _escalations(node: Node, base: StepRule) -> tuple[Escalation, ...]:
    if node.value is None:
        return base.escalate_to
    levels: list[Escalation] = []
    latest = Decimal(0)
    for element in node.elements():
        after = None
        if element.has("afterHours"):
            after = _positive(element.child("afterHours"))
            if after < latest:
                sentence = f"Expected at least {latest} hours, but got {after}."
                element.child("afterHours").problem("order", sentence)
            latest = after
        levels.append(Escalation(role=element.child("role").text(), after_hours=after))
    return tuple(levels)


def _completion(node: Node, default: Completion) -> Completion:
    if node.value is None:
        return default
    if isinstance(node.value, str):
        return Completion(rule=Rule(node.value))
    counts = [key for key in _COUNTS if node.has(key)]
    if len(counts) > 1:
        sentence = (
            f"Expected one of {', '.join(_COUNTS)}, but got {' and '.join(counts)}."
        )
        node.problem("contradiction", sentence)
    rule = Rule(counts[0]) if counts and counts[0] != "rule" else Rule.ANY
    if node.has("rule"):
        rule = Rule(node.child("rule").text())
    return Completion(
        rule=rule,
        count=node.child("quorum").whole(1) if rule is Rule.QUORUM else None,
        percent=_percent(node.child("percent")) if rule is Rule.PERCENT else None,
        veto=node.child("veto").texts(),
        wait_for_all=node.child("waitForAll").flag(default=False),
    )


def _percent(node: Node) -> Decimal:
    percent = node.decimal()
    if not 0 < percent <= 100:  # noqa: PLR2004 - percent of what is all
        node.wants("more than 0 and at most 100 percent")
    return percent


def _match(draft: Draft, node: Node) -> Mapping[str, str]:
    for _, child in node.children():
        name = child.text()
        if name not in draft.kinds:
            sentence = f"Expected a declared input, but got '{name}'"
            child.problem("unknown_input", sentence + hint(name, draft.kinds))
        elif draft.kinds[name] not in _MATCHED:
            child.problem("type", f"Expected a text or a list, but '{name}' is none.")
    return {attribute: child.text() for attribute, child in node.children()}


def _delta(draft: Draft, node: Node) -> Mapping[str, Decimal] | None:
    if node.value is None:
        return None
    for name, child in node.children():
        if name not in draft.kinds:
            sentence = f"Expected a declared input, but got '{name}'"
            child.problem("unknown_input", sentence + hint(name, draft.kinds))
        elif name not in draft.directed:
            sentence = f"Expected an input that says what is worse, but got '{name}'."
            child.problem("type", sentence)
    return {name: child.decimal() for name, child in node.children()}


def _check(draft: Draft, node: Node) -> None:
    if node.has("calendar"):
        name = node.child("calendar").text()
        if name not in draft.calendars:
            sentence = f"Expected a calendar of the policy, but got '{name}'"
            sentence += hint(name, frozenset(draft.calendars))
            node.child("calendar").problem("unknown_calendar", sentence)
    approves = node.child("onTimeout").value == "approve"
    if approves and not node.child("approveOnTimeout").flag(default=False):
        sentence = "Expected 'approveOnTimeout': true beside 'onTimeout': 'approve'."
        node.child("onTimeout").problem("approve_on_timeout", sentence)
