"""
The whole of a policy document → `Policy`.
"""

from approval_engine.documents import in_order, sha256
from approval_engine.documents.node import Node
from approval_engine.policy.currency import minor_digits
from approval_engine.policy.model import Policy, Rates
from approval_engine.policy.reading.calendars import read_calendars
from approval_engine.policy.reading.draft import Draft
from approval_engine.policy.reading.inputs import read_inputs
from approval_engine.policy.reading.ladders import read_ladders
from approval_engine.policy.reading.scope import (
    ladder_tests,
    line_inputs,
    named_roles,
    quote_tests,
)
from approval_engine.policy.reading.steps import read_default_step, read_steps
from approval_engine.policy.reading.triggers import (
    check_period,
    read_processes,
    read_triggers,
)
from approval_engine.policy.reading.words import read_day


def read_policy(root: Node) -> Policy:
    """
    The policy at this node, whose wrong forms are noted already; it lacks those parts.
    """
    draft = Draft(root)
    default = read_default_step(draft)
    steps = read_steps(draft, default)
    ladders = read_ladders(draft)
    inputs = read_inputs(draft)
    triggers = read_triggers(draft, named_roles(root))
    processes = read_processes(draft)
    starts = _start(draft)
    others = (
        *quote_tests((default, *steps.values()), processes),
        *ladder_tests(ladders.values(), triggers),
    )
    days = root.child("approvalValidDays").value
    return Policy(
        name=_text(root, "policy"),
        version=_text(root, "version"),
        sha256=sha256(in_order(root.document.value)),
        currency=_currency(draft),
        starts_on=read_day(starts) if draft.sound(starts) else None,
        ends_on=read_day(root.child("until")) if _sound(draft, "until") else None,
        approval_valid_days=days if isinstance(days, int) else None,
        no_trigger=_text(root, "noTrigger") or "auto_approve",
        protected=root.child("protected").texts() if _sound(draft, "protected") else (),
        calendars=read_calendars(draft),
        inputs=inputs,
        triggers=triggers,
        ladders=ladders,
        steps=steps,
        default_step=default,
        processes=processes,
        line_inputs=line_inputs(inputs, triggers, others),
        rates=_rates(draft),
    )


def _text(root: Node, key: str) -> str:
    value = root.child(key).value
    return value if isinstance(value, str) else ""


def _sound(draft: Draft, key: str) -> bool:
    return draft.sound(draft.root.child(key))


def _start(draft: Draft) -> Node:
    """
    The day from which the policy holds; two names for it are one too many.
    """
    root = draft.root
    key = "from" if root.has("from") else "effectiveFrom"
    if root.has("from") and root.has("effectiveFrom"):
        sentence = "Expected 'effectiveFrom' or 'from', but got both."
        root.child("from").problem("contradiction", sentence)
    if _sound(draft, key) and _sound(draft, "until"):
        check_period(root, key)
    return root.child(key)


def _currency(draft: Draft) -> str:
    node = draft.root.child("currency")
    code = _text(draft.root, "currency")
    if code and draft.sound(node) and minor_digits(code) is None:
        node.wants("a currency of ISO 4217 such as 'USD'")
    return code


def _rates(draft: Draft) -> Rates | None:
    node = draft.root.child("rates")
    if not node.has("set") or not draft.sound(node):
        return None
    return Rates(name=node.child("set").text())
