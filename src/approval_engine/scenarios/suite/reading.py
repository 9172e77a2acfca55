"""
A scenario file → the scenarios in it, or every problem in it and in what it names.
"""

from pathlib import Path

from approval_engine.documents import Document
from approval_engine.documents.node import Node
from approval_engine.errors import DocumentError
from approval_engine.scenarios.suite.expecting import read_expectation, read_refusal
from approval_engine.scenarios.suite.script import Scenario, Step
from approval_engine.scenarios.suite.sources import Sources
from approval_engine.scenarios.suite.steps import read_step
from approval_engine.scenarios.suite.words import Names, read_instant, refuse_others

_NEEDED = ("name", "directory", "policy", "quote", "at")
_KEYS = frozenset({*_NEEDED, "steps", "refused", "expect"})


def read_scenarios(document: Document, folder: Path) -> tuple[Scenario, ...]:
    """
    The scenarios of a file in its order; what they name is looked up in `folder` first.

    Raises DocumentError with the problems of all files that are involved.
    """
    root = Node(document, document.value)
    if not isinstance(root.value, list):
        root.wants("a list of scenarios")
    sources = Sources(folder)
    found = [(node, _scenario(node, sources)) for node in root.elements()]
    told: set[str] = set()
    for node, scenario in found:
        name = scenario.name if scenario else ""
        if name and name in told:
            sentence = f"Expected scenario '{name}' once."
            node.child("name").problem("duplicate", sentence)
        told.add(name)
    if root.problems:
        here = document.file
        order = sorted(root.problems, key=lambda p: (p.file != here, p.file, p.line))
        raise DocumentError(*order)
    return tuple(scenario for _, scenario in found if scenario)


def _scenario(node: Node, sources: Sources) -> Scenario | None:
    """
    The scenario at this node; None if a document of it is missing or wrong.
    """
    if not isinstance(node.value, dict):
        node.wants("a scenario as an object")
        return None
    refuse_others(node, _KEYS)
    for key in _NEEDED:
        if not node.has(key):
            node.problem("missing", f"Expected a value for '{key}'.")
    directory = sources.directory(node.child("directory"))
    policy = sources.policy(node.child("policy"))
    quote = sources.quote(node.child("quote"))
    names = Names(
        directory=directory[1] if directory else None,
        policy=policy[1] if policy else None,
    )
    name = node.child("name").text() if node.has("name") else ""
    at = read_instant(node.child("at")) if node.has("at") else None
    steps = _steps(node.child("steps"), names)
    refused = read_refusal(node.child("refused"))
    expect = read_expectation(node.child("expect"), names)
    if directory is None or policy is None or quote is None or at is None:
        return None
    return Scenario(
        name=name,
        directory=directory[0],
        policy=policy[0],
        quote=quote,
        at=at,
        steps=steps,
        refused=refused,
        expect=expect,
    )


def _steps(node: Node, names: Names) -> tuple[Step, ...]:
    if node.value is not None and not isinstance(node.value, list):
        node.wants("a list of steps")
    return tuple(read_step(step, names) for step in node.elements())
