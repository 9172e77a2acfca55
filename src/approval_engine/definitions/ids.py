"""
A step's id → the ids and names that a process definition uses for it.

They speak and are stable, so that diagrams diff: a step keeps its ids whatever else is
in the plan. Ids of different things never meet, whatever a policy calls its steps.
"""

import re

SUBMITTED = "submitted"
APPROVED = "approved"
REJECTED = "rejected"
RETURNED = "returned"
UNDECIDED = "undecided"

LEVEL_AT_THE_END = re.compile(r"_\d+$")
SEPARATORS_IN_A_ROW = re.compile(r"[-_]{2}")


def task(step: str) -> str:
    """
    The user task of a step.
    """
    return f"task_{step}"


def decided(step: str) -> str:
    """
    The gateway behind the user task of a step.
    """
    return f"decided_{step}"


def outcome(step: str) -> str:
    """
    The variable that holds the outcome of a step, such as `outcome_finance`.
    """
    return _variable("outcome", step)


def due_at(step: str) -> str:
    """
    The variable that holds the due instant of a step's task.
    """
    return _variable("due_at", step)


def approvers(step: str) -> str:
    """
    The variable that holds the people who are asked one by one.
    """
    return _variable("approvers", step)


def noted(step: str) -> str:
    """
    The end event behind a step that nobody waits for.
    """
    return f"noted_{step}"


def remind(step: str, number: int) -> str:
    """
    The timer of a reminder, counted from 1.
    """
    return f"remind_{step}_{number}"


def reminded(step: str, number: int) -> str:
    """
    The end event that a reminder leads to.
    """
    return f"reminded_{step}_{number}"


def due(step: str, level: int) -> str:
    """
    The timer of an escalation level; `due_finance` for the first, then `due_finance_2`.
    """
    return f"due_{_levelled(step, level)}"


def escalated(step: str, level: int) -> str:
    """
    The end event that an escalation level leads to.
    """
    return f"escalated_{_levelled(step, level)}"


def _levelled(step: str, level: int) -> str:
    # Level 1 is left out only where the end of the step's id cannot be read as one.
    if level == 1 and not LEVEL_AT_THE_END.search(step):
        return step
    return f"{step}_{level}"


def _variable(prefix: str, step: str) -> str:
    # A condition would read a hyphen as a minus.
    if SEPARATORS_IN_A_ROW.search(step):
        # Steps are written in lower case, so capitals keep these apart from the rest.
        return f"{prefix}_" + step.replace("_", "U").replace("-", "H")
    return f"{prefix}_" + step.replace("-", "__")
