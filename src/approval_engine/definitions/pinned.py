"""
A process that draws steps itself, held against the policy that owns them.

Order may be tightened and work added; who must approve is for the policy to change.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from approval_engine.definitions.guarded import Guard, guards_of, reached, way_round
from approval_engine.definitions.model import Node, Process
from approval_engine.definitions.shape import STEP, STEPS, Shape, drawn_in, shape_of
from approval_engine.errors import Problem
from approval_engine.policy.model import Policy, StepRule

OWNER = "the policy says who must approve, so change that"


def problems(process: Process, policy: Policy, file: str) -> tuple[Problem, ...]:
    """
    Every step that was deleted or weakened, with the way that shows it.
    """
    judge = _Judge(process, policy, file)
    return (
        *judge.deleted(),
        *judge.changed(),
        *judge.passed_by(),
        *judge.loosened(),
    )


def changed_steps(process: Process, policy: Policy, file: str) -> tuple[Problem, ...]:
    """
    The steps that the policy has not, or not as the process draws them.
    """
    return tuple(_Judge(process, policy, file).changed())


class _Judge:
    """
    One process, its steps and the policy beside them.
    """

    def __init__(self, process: Process, policy: Policy, file: str) -> None:
        self.process = process
        self.policy = policy
        self.file = file
        self.drawn = drawn_in(process)
        self.tasks = {
            node.properties[STEP]: node
            for node in process.nodes()
            if STEP in node.properties
        }

    def deleted(self) -> Iterator[Problem]:
        """
        Steps that the file was rendered with and has no more.
        """
        listed = self.process.properties.get(STEPS, "")
        gone = [step for step in listed.split(",") if step and step not in self.tasks]
        way = way_round(self.process, Guard(node="", said=None)) or ()
        for step in gone:
            sentence = (
                f"Expected a task of step '{step}', but it was deleted, so a quote"
                f" passes without it ({spoken(way)}); {OWNER}."
            )
            yield self._problem("step-deleted", None, sentence)

    def changed(self) -> Iterator[Problem]:
        """
        Steps whose shape is not that of the policy.
        """
        for step, shape in self.drawn.items():
            rule = _rule_of(self.policy, step)
            if rule is None:
                sentence = (
                    f"Expected a step of policy '{self.policy.name}', but it has none"
                    f" called '{step}'; {OWNER}."
                )
                yield self._problem("step-unknown", self.tasks[step], sentence)
                continue
            yield from self._differences(step, shape, shape_of(rule))

    def _differences(self, step: str, drawn: Shape, ruled: Shape) -> Iterator[Problem]:
        for word in dict.fromkeys((*ruled, *drawn)):
            wanted, got = ruled.get(word), drawn.get(word)
            if wanted == got:
                continue
            sentence = (
                f"Expected {word} {_quoted(wanted)} at step '{step}', as policy"
                f" '{self.policy.name}' has it, but the task says {_quoted(got)};"
                f" {OWNER}."
            )
            yield self._problem("step-changed", self.tasks[step], sentence)

    def passed_by(self) -> Iterator[Problem]:
        """
        Tasks of steps that an approved end does not wait for.
        """
        told: set[str] = set()
        for guard in guards_of(self.process):
            way = way_round(self.process, guard)
            if way is None or guard.node in told:
                continue
            told.add(guard.node)
            said = f"is {next(iter(guard.said.values()))}" if guard.said else "is open"
            sentence = (
                f"Expected no approved end while '{guard.node}' {said}, but"
                f" {spoken(way)} leads to one."
            )
            yield self._problem("unguarded", self._node(guard.node), sentence)

    def loosened(self) -> Iterator[Problem]:
        """
        Steps that can be asked before the stage that comes first.
        """
        for first, later in permutations(self.tasks, 2):
            one, other = self.drawn[first], self.drawn[later]
            if one.get("chain") != other.get("chain") or not _before(one, other):
                continue
            guard = Guard(node=self.tasks[first].id, said=None)
            way = reached(self.process, guard, self.tasks[later].id)
            if way is not None:
                sentence = (
                    f"Expected step '{later}' of stage {other['stage']} after"
                    f" step '{first}' of stage {one['stage']}, but {spoken(way)}"
                    " asks it before."
                )
                yield self._problem("order-loosened", self.tasks[later], sentence)

    def _node(self, identity: str) -> Node | None:
        return next((n for n in self.process.nodes() if n.id == identity), None)

    def _problem(self, code: str, node: Node | None, sentence: str) -> Problem:
        return Problem(
            file=self.file,
            line=(node or self.process).line or 1,
            code=code,
            element=node.id if node else "/",
            sentence=sentence,
        )


def spoken(way: tuple[Node, ...]) -> str:
    """
    A way through a process as a person reads it off the diagram.
    """
    return " → ".join(" ".join(node.name.split()) or node.id for node in way)


def _rule_of(policy: Policy, step: str) -> StepRule | None:
    rungs = {rung.role for ladder in policy.ladders.values() for rung in ladder.rungs}
    if step in rungs and step not in policy.steps:
        return replace(policy.default_step, id=step, role=step)
    return policy.steps.get(step)


def _before(one: Shape, other: Shape) -> bool:
    stages = one.get("stage", ""), other.get("stage", "")
    # An optional step is waited for by nobody.
    waited = one.get("required") != "false"
    return (
        waited
        and all(s.isdecimal() for s in stages)
        and int(stages[0]) < int(stages[1])
    )


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else f"'{value}'"
