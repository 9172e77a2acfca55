"""
Roles that nobody holds, quorums that nobody reaches, and escalation without an end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from approval_engine.domain.people import Directory
from approval_engine.policy.finding import Finding
from approval_engine.policy.model import StepRule
from approval_engine.policy.prove.boxes import Box, meet
from approval_engine.policy.prove.cases import Tried
from approval_engine.policy.prove.heights import boxes_of
from approval_engine.policy.prove.shapes import Rule
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import finding
from approval_engine.policy.warnings import of_inputs, of_staffing, of_steps

_POLICY_OWNERS = "policy_owner"
_POOLS = frozenset({"pool", "least_loaded", "round_robin"})


def of_people(proof: Proof) -> Iterator[Finding]:
    """
    What the directory shows: nobody there, or too few for a quorum.
    """
    directory = proof.directory
    if directory is None:
        return
    for each in of_staffing(proof.policy, directory):
        yield _shown(proof, each, "it waits for somebody")
    for step, rule in proof.policy.steps.items():
        count = rule.completion.count
        members = len(directory.members(rule.role))
        if count and rule.assign in _POOLS and 0 < members < count:
            sentence = (
                f"Step '{step}' wants {count} approvals, but the role '{rule.role}' has"
                f" {members}."
            )
            found = finding(f"/steps/{step}", "too_few", sentence)
            yield _shown(proof, found, "it cannot be planned")
    yield from _to_nobody(proof, directory)


def of_waiting(proof: Proof) -> Iterator[Finding]:
    """
    Steps on which silence leads nowhere, in a circle, or to an approval.
    """
    policy = proof.policy
    for each in (*of_inputs(policy), *of_steps(policy)):
        yield _shown(proof, each, "it is asked for")
    for element, rule in _steps(proof):
        if rule.on_timeout == "remind":
            sentence = (
                f"Step '{rule.id}' may wait for ever: whoever does not answer is"
                " reminded, and nobody else is asked."
            )
            found = finding(element, "endless", sentence)
            yield _shown(proof, found, "it may wait for ever")
        if rule.on_timeout == "escalate":
            yield from _circle(proof, element, rule)


def _steps(proof: Proof) -> Iterator[tuple[str, StepRule]]:
    yield "/defaults", proof.policy.default_step
    for step, rule in proof.policy.steps.items():
        yield f"/steps/{step}", rule


def _circle(proof: Proof, element: str, rule: StepRule) -> Iterator[Finding]:
    asked = [rule.role] if rule.assign in _POOLS and element != "/defaults" else []
    for level in rule.escalate_to:
        if level.role in asked:
            sentence = (
                f"The escalation of step '{rule.id}' goes round in a circle:"
                f" '{level.role}' was asked before and did not answer."
            )
            found = finding(f"{element}/escalateTo", "circle", sentence)
            yield _shown(proof, found, "it comes back to whoever did not answer")
            return
        asked.append(level.role)


def _to_nobody(proof: Proof, directory: Directory) -> Iterator[Finding]:
    for element, rule in _steps(proof):
        roles = [*(level.role for level in rule.escalate_to), rule.fallback_role]
        if rule.on_timeout != "escalate" or element == "/defaults":
            continue
        if any(directory.members(role) for role in (*roles, _POLICY_OWNERS)):
            continue
        sentence = (
            f"The escalation of step '{rule.id}' leads to nobody: none of"
            f" {', '.join(dict.fromkeys(roles))} is there to be asked or told."
        )
        found = finding(f"{element}/escalateTo", "nowhere", sentence)
        yield _shown(proof, found, "it may wait for ever")


def _shown(proof: Proof, found: Finding, says: str) -> Finding:
    """
    The finding with a quote that asks for the part it is about, if any quote does.
    """
    kind, _, rest = found.element.removeprefix("/").partition("/")
    name = rest.partition("/")[0]
    for rule, box in _asking(proof, kind, name):
        tried = proof.found(box, _Asks(proof, rule, kind, name))
        if tried is not None:
            names = proof.cases.names(box)
            return replace(found, examples=(tried.example(says, names),))
    return found


def _asking(proof: Proof, kind: str, name: str) -> Iterator[tuple[Rule, Box]]:
    """
    Boxes of rules that ask for a step, by name or by a rung of its role, or a ladder.
    """
    role = proof.policy.steps[name].role if kind == "steps" else None
    for rule in proof.rules:
        ladder = rule.trigger.ladder
        if kind not in ("steps", "ladders") or name in (ladder, *rule.trigger.require):
            yield from ((rule, box) for box in rule.boxes)
        elif ladder is not None and role is not None:
            rungs = [e for e in proof.ladders[ladder] if e.rung.role == role]
            for rung, box in product(rungs, rule.boxes):
                both = meet(box, rung.box) if rung.box is not None else None
                lower = boxes_of(proof.ladders[ladder][: rung.index])
                rest = proof.space.wholes.uncovered(both or {}, lower, proof.budget())
                first = None if both is None else next(rest, None)
                if first is not None:
                    yield rule, first


@dataclass(frozen=True, slots=True)
class _Asks:
    """
    Whether a rule fires on a quote, and asks the role of a step if it has a ladder.
    """

    proof: Proof
    rule: Rule
    kind: str
    name: str

    def __call__(self, tried: Tried) -> bool:
        if tried.evaluation is None:
            return False
        result = tried.evaluation.triggers[self.rule.index]
        if self.kind != "steps" or self.name in result.require:
            return result.fired
        role = self.proof.policy.steps[self.name].role
        return any(role in rung.roles for rung in result.rungs)
