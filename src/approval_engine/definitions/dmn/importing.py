"""
Decision tables and the rest of a policy → a policy document, judged like any other.

What the tables do not hold comes from a base. A part that they left as it was is taken
from the base as it stands there, so that an import without a change changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from approval_engine.definitions.dmn.inputs import declared
from approval_engine.definitions.dmn.intake import (
    Notes,
    Source,
    Taken,
    source_of,
    take,
)
from approval_engine.definitions.dmn.model import Definitions
from approval_engine.definitions.dmn.parts import (
    Object,
    Part,
    rung_of,
    rung_part,
    step_of,
    step_part,
    trigger_of,
    trigger_part,
)
from approval_engine.definitions.dmn.places import WHOLE, Places
from approval_engine.definitions.dmn.sheets import (
    LADDER,
    STEPS,
    TRIGGERS,
    ladders,
    objects,
    rungs,
)
from approval_engine.documents import Document, JsonValue, in_order, parse
from approval_engine.documents import load as loaded
from approval_engine.errors import DmnError, PolicyError
from approval_engine.policy.load import load

_ASSUMED: Object = {"version": "1", "currency": "USD"}
_NO_NAME = re.compile(r"[\s=,]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """
    A policy document that `load` accepts, and in sentences what to look at again.
    """

    document: Object
    notes: tuple[str, ...]


def imported(
    definitions: Definitions, base: Document | None = None, version: str | None = None
) -> Imported:
    """
    The policy of a DMN file; without a base, what is missing is assumed and noted.

    `version` is what it is to be, if not that of the base.

    Raises DmnError with everything that is wrong, at its place in the DMN file, or in
    the base where it comes from there.
    """
    intake = _Intake(definitions, base)
    for decision in definitions.decisions.values():
        source = source_of(decision, intake.notes)
        if source is not None:
            intake.taken[decision.id] = take(source, intake.notes)
            intake.sources.append(source)
    document = intake.document() | ({"version": version} if version else {})
    if intake.notes.problems:
        told = dict.fromkeys(intake.notes.problems)
        raise DmnError(*sorted(told, key=lambda each: each.line))
    body = in_order(document)
    try:
        load(parse(body, definitions.file))
    except PolicyError as error:
        placed = intake.places.problem
        raise DmnError(*(placed(each, base) for each in error.problems)) from error
    value = loaded(body)
    found = value if isinstance(value, dict) else {}
    return Imported(document=found, notes=tuple(dict.fromkeys(intake.notes.sentences)))


class _Intake:
    """
    One import: the tables taken from the file, and what of the base they replace.
    """

    def __init__(self, definitions: Definitions, base: Document | None) -> None:
        self.definitions = definitions
        self.old: Object = base.value if base and isinstance(base.value, dict) else {}
        self.notes = Notes(file=definitions.file)
        self.places = Places(file=definitions.file)
        self.sources: list[Source] = []
        self.taken: dict[str, tuple[Taken, ...]] = {}

    def document(self) -> dict[str, JsonValue]:
        """
        The document of all tables and of the rest of the base.
        """
        found = self._ladders()
        made: dict[str, JsonValue] = {
            "inputs": declared(self.old, self.sources, self.taken, self.notes),
            "triggers": self._triggers(),
            **({"ladders": found} if found or "ladders" in self.old else {}),
            "steps": self._steps(),
        }
        if self.old:
            self._compare_names()
            return {**self.old, **made}
        said = " and ".join(f"{key} '{value}'" for key, value in _ASSUMED.items())
        self.notes.sentences.append(f"No base policy was named, so {said} are assumed.")
        name = _NO_NAME.sub("-", self.definitions.name.strip()) or "policy"
        return {"policy": name, **_ASSUMED, **made}

    def _triggers(self) -> JsonValue:
        if TRIGGERS not in self.taken:
            if self._keeps("triggers", TRIGGERS):
                return self.old["triggers"]
            sentence = f"Expected a decision with the id '{TRIGGERS}'."
            self.notes.problem(WHOLE, "missing", sentence)
            return []
        old = {str(t.get("id")): t for t in objects(self.old.get("triggers")).values()}
        self.places.add_triggers(self.taken[TRIGGERS])
        return [
            _unless_same(each.part, old.get(each.part.key), trigger_part, trigger_of)
            for each in self.taken[TRIGGERS]
        ]

    def _steps(self) -> JsonValue:
        if STEPS not in self.taken:
            if self._keeps("steps", STEPS):
                return self.old["steps"]
            return {name: {} for name in self._required()}
        old = objects(self.old.get("steps"))
        self.places.add_steps(self.taken[STEPS])
        return {
            each.part.key: _unless_same(
                each.part,
                old.get(each.part.key),
                partial(step_part, each.part.key),
                step_of,
            )
            for each in self.taken[STEPS]
        }

    def _ladders(self) -> dict[str, JsonValue]:
        """
        The ladders of the base, with those of the file in their places.
        """
        found = dict(ladders(self.old))
        for name in found:
            if LADDER + name not in self.taken:
                self._keeps("ladders", LADDER + name)
        for identity, taken in self.taken.items():
            if identity.startswith(LADDER):
                name = identity.removeprefix(LADDER)
                before = found.get(name)
                where = "rungs" if isinstance(before, dict) else ""
                at = self.definitions.decisions[identity].place
                self.places.add_ladder(name, where, at, taken)
                old = rungs(before)
                new: list[JsonValue] = [_rung(each.part, old) for each in taken]
                found[name] = (
                    {**before, where: new} if isinstance(before, dict) else new
                )
        return found

    def _keeps(self, key: str, table: str) -> bool:
        if key not in self.old:
            return False
        sentence = f"The file has no table '{table}', so that of the base is kept."
        self.notes.sentences.append(sentence)
        return True

    def _required(self) -> tuple[str, ...]:
        parts = (taken.part for taken in self.taken.get(TRIGGERS, ()))
        said = (part.lines[0].said.get("require") for part in parts)
        names = (str(n) for each in said if isinstance(each, tuple) for n in each)
        return tuple(dict.fromkeys(names))

    def _compare_names(self) -> None:
        file, kept = self.definitions.name.strip(), str(self.old.get("policy"))
        if file not in {"", kept}:
            sentence = f"The file is named '{file}', but the name '{kept}' is kept."
            self.notes.sentences.append(sentence)


def _unless_same(
    part: Part,
    before: Object | None,
    part_of: Callable[[Object], Part],
    made: Callable[[Part], dict[str, JsonValue]],
) -> JsonValue:
    """
    What a part is in a document: as it was before, where that means the same.
    """
    if before is None:
        return made(part)
    old = dict(before)
    return old if part_of(before) == part else _like(made(part), old)


def _rung(part: Part, old: Mapping[int, Object]) -> JsonValue:
    """
    A rung, as it stands in the base wherever there is one that means the same.
    """
    here = dict(old.get(int(part.key), {}))
    for number, before in ((int(part.key), here), *old.items()):
        if rung_part(number, before).lines == part.lines:
            return dict(before)
    return _like(rung_of(part), here)


def _like(made: JsonValue, before: JsonValue) -> JsonValue:
    """
    The same value with the keys of its objects in the order that they had before.
    """
    if isinstance(made, dict) and isinstance(before, dict):
        keys = (*(key for key in before if key in made), *made)
        return {key: _like(made[key], before.get(key)) for key in dict.fromkeys(keys)}
    if isinstance(made, list) and isinstance(before, list):
        return [_like(*pair) for pair in zip_longest(made, before[: len(made)])]
    return made
