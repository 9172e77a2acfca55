"""
The newest deployed processes, and the definition that a plan runs on today.

What is current lies in one document, like the directory, so a submit reads it once per
content and finds what it needs by the name that its policy uses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from approval_engine.definitions.bound import bind
from approval_engine.definitions.expand import expand
from approval_engine.definitions.inline import inline
from approval_engine.definitions.render import render
from approval_engine.definitions.shape import shapes_of
from approval_engine.documents import canonical, load
from approval_engine.domain.processes import Role, Version, split
from approval_engine.executor.runtime import Runtime
from approval_engine.planner import frame
from approval_engine.planner.plan import RoutingPlan
from approval_engine.store import catalog
from approval_engine.store.database import Transaction

Shapes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployed:
    """
    A version that may run: a frame by its slots, a pinned process by what it serves.

    `slots` are what each selects, by id; `shapes` those of its steps, by step.
    """

    version: int
    role: Role
    sha256: str
    needs: Mapping[str, str]
    slots: Mapping[str, tuple[str, ...]]
    shapes: Shapes

    def serves(self, plan: RoutingPlan) -> bool:
        """
        Whether the plan may run on it: any plan on a frame, an equal one on others.
        """
        if self.role is Role.FRAME:
            return True
        return self.role is Role.PINNED and self.shapes == shapes_of(plan.approvals)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """
    The definition a plan runs on, and the deployed version it was made of, if one was.

    `passed_over` is a newer version that does not serve the plan.
    """

    xml: bytes
    version: Deployed | None = None
    passed_over: Deployed | None = None


def drawn(
    runtime: Runtime, transaction: Transaction, current: str | None, plan: RoutingPlan
) -> Drawn:
    """
    The definition of a plan by the newest version that serves it, else as we draw it.

    `current` is the hash of the document of the newest versions; None or empty if there
    are none.
    """
    if not current:
        return Drawn(xml=render(plan))
    offered = deployed_in(runtime, transaction, current).get(plan.process, ())
    chosen = next((each for each in offered if each.serves(plan)), None)
    passed = offered[0] if offered and offered[0] is not chosen else None
    if chosen is None:
        return Drawn(xml=render(plan), passed_over=passed)
    xml = catalog.body(transaction, chosen.sha256)
    if chosen.role is Role.FRAME:
        xml = expand(xml, frame.parts(plan, chosen.slots))
    calls, decisions = split(chosen.needs)
    called = {name: catalog.body(transaction, sha) for name, sha in calls.items()}
    xml = bind(inline(xml, called), decisions)
    return Drawn(xml=xml, version=chosen, passed_over=passed)


def deployed_in(
    runtime: Runtime, transaction: Transaction, current: str
) -> Mapping[str, tuple[Deployed, ...]]:
    """
    What the document of that hash lists: by name, newest first.
    """

    def made() -> dict[str, tuple[Deployed, ...]]:
        return _read(catalog.body(transaction, current))

    return runtime.derived(f"deployed:{current}", made)


def listed(found: Iterable[tuple[Version, Mapping[str, Any]]]) -> bytes:
    """
    The document of the newest versions, of all with what they offer, oldest first.

    Behind a frame nothing is listed: it serves every plan that older ones might.
    """
    names: dict[str, list[dict[str, Any]]] = {}
    for version, offers in found:
        entry = {
            "version": version.version,
            "role": str(version.role),
            "sha256": version.runs,
            "needs": dict(version.needs),
            **offers,
        }
        older = names.get(version.name, [])
        kept = [] if version.role is Role.FRAME else older
        names[version.name] = [entry, *kept]
    return canonical(names)


def _read(body: bytes) -> dict[str, tuple[Deployed, ...]]:
    value: Any = load(body)
    return {name: tuple(map(_deployed, each)) for name, each in value.items()}


def _deployed(value: Mapping[str, Any]) -> Deployed:
    return Deployed(
        version=value["version"],
        role=Role(value["role"]),
        sha256=value["sha256"],
        needs=value["needs"],
        slots={slot: tuple(steps) for slot, steps in value["slots"].items()},
        shapes=value["shapes"],
    )
