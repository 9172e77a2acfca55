"""
A policy, and the directory if there is one → what its author should look at again.

None of it makes the policy invalid: it is sound, but perhaps not what was meant.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from approval_engine.domain.people import Directory
from approval_engine.policy.conditions import inputs_of
from approval_engine.policy.conditions.tree import Always, Interval, Literal, Missing
from approval_engine.policy.conditions.walk import nodes
from approval_engine.policy.finding import Finding
from approval_engine.policy.model import Policy, StepRule, Test, Trigger


def warnings(policy: Policy, directory: Directory | None = None) -> tuple[Finding, ...]:
    """
    All findings, part by part; with a directory also roles that nobody fills.
    """
    found = [
        *of_inputs(policy),
        *_of_triggers(policy),
        *_of_ladders(policy),
        *of_steps(policy),
    ]
    if directory is not None:
        found.extend(of_staffing(policy, directory))
    return tuple(found)


def of_inputs(policy: Policy) -> Iterator[Finding]:
    """
    Inputs that some quotes cannot have.
    """
    for each in policy.inputs:
        if each.aggregate and each.aggregate.where and each.aggregate.empty is None:
            sentence = (
                f"Input '{each.name}' has no value for a quote without such lines:"
                " it is refused unless 'empty' says what counts."
            )
            yield _finding("/inputs", "no_empty", sentence)


def _of_triggers(policy: Policy) -> Iterator[Finding]:
    optional = {each.name for each in policy.inputs if each.optional}
    for index, trigger in enumerate(policy.triggers):
        element = f"/triggers/{index}/when"
        for name in sorted(_read(trigger) & optional):
            if not _handles_null(trigger, name):
                sentence = (
                    f"Trigger '{trigger.id}' reads '{name}', which is optional, but"
                    " no test says what null means: a quote without it is refused."
                )
                yield _finding(element, "null", sentence)
        if any(_holds_always(row.tests) for row in trigger.rows):
            sentence = f"Trigger '{trigger.id}' fires for every quote."
            yield _finding(element, "always", sentence)
        for row in trigger.rows:
            for test in row.tests:
                if _holds_never(test):
                    sentence = f"No value of '{test.name}' lies in {test.text}."
                    yield _finding(element, "never", sentence)


def _of_ladders(policy: Policy) -> Iterator[Finding]:
    for ladder in policy.ladders.values():
        if not any(r.committee or (r.unlimited and not r.within) for r in ladder.rungs):
            sentence = (
                f"Ladder '{ladder.name}' ends: what is above its top is refused, for no"
                " rung is unlimited or a committee."
            )
            yield _finding(f"/ladders/{ladder.name}", "ends", sentence)


def of_steps(policy: Policy) -> Iterator[Finding]:
    """
    Steps that approve by silence, or never climb the ladder they have.
    """
    rules = {"/defaults": policy.default_step}
    rules |= {f"/steps/{step}": rule for step, rule in policy.steps.items()}
    for element, rule in rules.items():
        if rule.on_timeout == "approve":
            sentence = f"Step '{rule.id}' is approved if nobody answers in time."
            yield _finding(element, "approve_on_timeout", sentence)
        if rule.escalate_to and rule.on_timeout != "escalate":
            sentence = (
                f"Step '{rule.id}' never escalates, for 'onTimeout' is"
                f" '{rule.on_timeout}'."
            )
            yield _finding(element, "never_escalates", sentence)


def of_staffing(policy: Policy, directory: Directory) -> Iterator[Finding]:
    """
    Roles that may be asked and that nobody active holds.
    """
    for element, role in _roles(policy):
        if not directory.members(role):
            sentence = f"Nobody active has the role '{role}'."
            yield _finding(element, "unstaffed", sentence)
    for step, rule in policy.steps.items():
        members = directory.members(rule.role)
        for attribute in rule.match:
            if members and not any(attribute in user.attributes for user in members):
                sentence = f"Nobody with the role '{rule.role}' has a '{attribute}'."
                yield _finding(f"/steps/{step}/match", "unstaffed", sentence)


def _roles(policy: Policy) -> Iterator[tuple[str, str]]:
    """
    Where each role that may be asked is named first.
    """
    told: set[str] = set()
    for element, role in _all_roles(policy):
        if role not in told:
            told.add(role)
            yield element, role


def _all_roles(policy: Policy) -> Iterator[tuple[str, str]]:
    for step, rule in policy.steps.items():
        # A line of managers is asked whatever role the step is named after.
        if rule.assign in ("pool", "least_loaded", "round_robin"):
            yield f"/steps/{step}", rule.role
        yield from ((f"/steps/{step}", role) for role in _backing(rule))
    for ladder in policy.ladders.values():
        for rung in ladder.rungs:
            if not rung.committee:
                yield f"/ladders/{ladder.name}", rung.role
    yield from (("/defaults", role) for role in _backing(policy.default_step))


def _backing(rule: StepRule) -> Iterator[str]:
    yield from (level.role for level in rule.escalate_to)
    yield rule.fallback_role
    yield from rule.completion.veto


def _read(trigger: Trigger) -> set[str]:
    names: set[str] = set()
    for row in trigger.rows:
        for test in row.tests:
            names |= {test.name} | inputs_of(test.test)
    return names


def _handles_null(trigger: Trigger, name: str) -> bool:
    return any(
        isinstance(node, Missing)
        for row in trigger.rows
        for test in row.tests
        if test.name == name
        for node in nodes(test.test)
    )


def _holds_always(tests: Iterable[Test]) -> bool:
    return all(isinstance(test.test, Always) for test in tests)


def _holds_never(test: Test) -> bool:
    """
    Whether the cell is an interval between two numbers in the wrong order.
    """
    node = test.test
    if not isinstance(node, Interval):
        return False
    if not (isinstance(node.low, Literal) and isinstance(node.high, Literal)):
        return False
    low, high = node.low.value, node.high.value
    if not (isinstance(low, Decimal) and isinstance(high, Decimal)):
        return False
    return low > high or (low == high and not (node.low_closed and node.high_closed))


def _finding(element: str, code: str, sentence: str) -> Finding:
    return Finding(element=element, code=code, sentence=sentence)
