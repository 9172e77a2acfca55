"""
What a policy decides of a step and a drawing must not change: its shape.

The same words stand on the tasks of a definition, so a drawing that was edited can be
held against the plan or the rules that it claims to be drawn from.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from approval_engine.definitions import seats
from approval_engine.definitions.model import Process
from approval_engine.domain.completion import Completion

STEP = "step"
"""The property by which a task belongs to a step."""

STEPS = "steps"
"""The property of a process that lists the steps it was rendered with."""

WORDS = (
    "role",
    "chain",
    "stage",
    "completion",
    "veto",
    "waitForAll",
    "ask",
    "required",
)
"""The properties of a task that make its shape, in the order they are written."""

Shape = Mapping[str, str]
"""The value of each of `WORDS` that is set."""


class Step(Protocol):
    """
    A step as a plan or a policy has it.
    """

    @property
    def id(self) -> str:
        """
        Its id.
        """

    @property
    def role(self) -> str:
        """
        Who is asked.
        """

    @property
    def chain(self) -> str:
        """
        The chain it stands in.
        """

    @property
    def stage(self) -> int:
        """
        Its place in the chain.
        """

    @property
    def completion(self) -> Completion:
        """
        What decides it.
        """

    @property
    def ask_everyone(self) -> bool:
        """
        Whether each person is asked alone.
        """

    @property
    def required(self) -> bool:
        """
        Whether anybody waits for it.
        """


def shape_of(step: Step) -> dict[str, str]:
    """
    The shape of a step.
    """
    completion = step.completion
    return {
        "role": step.role,
        "chain": step.chain,
        "stage": str(step.stage),
        "completion": seats.spoken(completion),
        **({"veto": ",".join(completion.veto)} if completion.veto else {}),
        **({"waitForAll": "true"} if completion.wait_for_all else {}),
        **({"ask": "everyone"} if step.ask_everyone else {}),
        "required": str(step.required).lower(),
    }


def shapes_of(steps: Iterable[Step]) -> dict[str, Shape]:
    """
    The shape of each step, by its id.
    """
    return {step.id: shape_of(step) for step in steps}


def drawn_in(process: Process) -> dict[str, Shape]:
    """
    The shape of each step that a process draws, by its id, as its tasks say it.
    """
    return {
        node.properties[STEP]: {
            word: node.properties[word] for word in WORDS if word in node.properties
        }
        for node in process.nodes()
        if STEP in node.properties
    }
