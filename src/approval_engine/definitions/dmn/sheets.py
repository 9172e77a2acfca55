"""
A policy document → the decision tables that it is exported as, and what they lack.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from approval_engine.definitions.dmn.literals import TYPES, Form, feel, listed
from approval_engine.definitions.dmn.model import HitPolicy
from approval_engine.definitions.dmn.parts import (
    IN,
    MAY,
    RUNG,
    STEP,
    TRIGGER,
    Object,
    Part,
    rung_part,
    step_part,
    trigger_part,
)
from approval_engine.documents import JsonValue
from approval_engine.policy.conditions import Kind
from approval_engine.policy.lines import LINE_KINDS

TRIGGERS = "triggers"
STEPS = "steps"
LADDER = "ladder_"
INPUT = "input_"
"""The ids of decisions and inputs, of which the last two go on with a name."""

_TYPES = {"money": "number", Kind.STRING: "string", Kind.BOOLEAN: "boolean"}
_HELD = frozenset({"policy", "triggers", "ladders", "steps"})
_ALWAYS = frozenset({"trigger", "reason", "require", "role"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """
    An input column: `key` is how rules name it, `name` the input that it reads.
    """

    key: str
    name: str
    type_ref: str
    values: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """
    One table: columns, outputs with their types, and rules of texts.

    `ids` has the id of each rule, which is unique in the file.
    """

    id: str
    name: str
    hit_policy: HitPolicy
    heads: tuple[Head, ...]
    outputs: tuple[tuple[str, str], ...]
    ids: tuple[str, ...]
    rules: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """
        The inputs that it reads, each once.
        """
        return tuple(dict.fromkeys(head.name for head in self.heads))


def sheets(policy: Object) -> tuple[Sheet, ...]:
    """
    The tables of a policy that was loaded without a problem; the triggers are first.
    """
    inputs = {
        str(each["name"]): each for each in objects(policy.get("inputs")).values()
    }
    triggers = [trigger_part(each) for each in objects(policy["triggers"]).values()]
    steps = [step_part(*each) for each in objects(policy["steps"]).items()]
    return (
        _sheet(
            (TRIGGERS, "Triggers", HitPolicy.COLLECT),
            ("trigger", TRIGGER, Form.TEXT),
            triggers,
            inputs,
        ),
        *(
            _sheet(
                (LADDER + name, f"Ladder {name}", HitPolicy.FIRST),
                ("", RUNG, Form.TEXT),
                [rung_part(*each) for each in rungs(ladder).items()],
                inputs,
            )
            for name, ladder in ladders(policy).items()
        ),
        _sheet((STEPS, "Steps", HitPolicy.FIRST), ("step", STEP, None), steps, inputs),
    )


def requirement(sheet: Sheet, name: str) -> str:
    """
    The id of the edge from an input to a table.
    """
    return f"{sheet.id}.needs.{name}"


def lacking(policy: Object) -> tuple[str, ...]:
    """
    A sentence on each thing in a policy that its tables do not hold.
    """
    return tuple(_lacking(policy))


def ladders(policy: Object) -> Mapping[str, JsonValue]:
    """
    The ladders of a policy, by name.
    """
    found = policy.get("ladders")
    return found if isinstance(found, dict) else {}


def rungs(ladder: JsonValue) -> Mapping[int, Object]:
    """
    The rungs of a ladder by their number from 1.
    """
    found = ladder.get("rungs") if isinstance(ladder, dict) else ladder
    return {int(place) + 1: rung for place, rung in objects(found).items()}


def objects(value: JsonValue) -> Mapping[str, Object]:
    """
    The objects in a list by their place from 0, or in an object by their keys.
    """
    pairs: Iterable[tuple[object, JsonValue]]
    pairs = value.items() if isinstance(value, dict) else enumerate(_list(value))
    return {str(key): each for key, each in pairs if isinstance(each, dict)}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _sheet(
    named: tuple[str, str, HitPolicy],
    keyed: tuple[str, Mapping[str, Form], Form | None],
    parts: Sequence[Part],
    inputs: Mapping[str, Object],
) -> Sheet:
    """
    A table of parts whose key is an output, or an input if its form is None.
    """
    identity, name, hit_policy = named
    key, forms, form = keyed
    lines = [(part.key, line) for part in parts for line in part.lines]
    heads = _heads([test for _, line in lines for test in line.tests], inputs)
    used = {output for _, line in lines for output in line.said} | _ALWAYS
    outputs = [output for output in forms if output in used]
    rules = [
        (
            [line.tests.get(head.key, "") for head in heads],
            [feel(line.said.get(output)) for output in outputs],
        )
        for _, line in lines
    ]
    types = [(output, TYPES[forms[output]]) for output in outputs]
    if key:
        own = [feel(each) for each, _ in lines]
        place = 0 if form is None else 1
        for cell, rule in zip(own, rules, strict=True):
            rule[place].insert(0, cell)
        if form is None:
            values = listed(dict.fromkeys(part.key for part in parts))
            own_head = Head(key=key, name=key, type_ref="string", values=values)
            heads = (own_head, *heads)
        else:
            types = [(key, TYPES[form]), *types]
    return Sheet(
        id=identity,
        name=name,
        hit_policy=hit_policy,
        heads=tuple(heads),
        outputs=tuple(types),
        ids=tuple(_ids(identity, parts)),
        rules=tuple((tuple(cells), tuple(entries)) for cells, entries in rules),
    )


def _ids(identity: str, parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        for number, _ in enumerate(part.lines, start=1):
            yield f"{identity}.{part.key}.{number}"


def _heads(keys: Iterable[str], inputs: Mapping[str, Object]) -> tuple[Head, ...]:
    """
    The columns that rules use, in the order of the policy; those of lines come last.
    """
    order = list(inputs)
    used = dict.fromkeys(keys)
    found = [_head(key, inputs) for key in used]

    def rank(head: Head) -> tuple[bool, int]:
        place = order.index(head.name) if head.name in inputs else len(order)
        return head.key.startswith(IN), place

    return tuple(sorted(found, key=rank))


def _head(key: str, inputs: Mapping[str, Object]) -> Head:
    name = key.removeprefix(MAY).removeprefix(IN)
    declared = inputs.get(name)
    if declared is None:
        kind = LINE_KINDS.get(name, Kind.NUMBER)
        return Head(key=key, name=name, type_ref=_TYPES.get(kind, "number"))
    type_ref = str(declared.get("type"))
    values = [str(each) for each in _list(declared.get("values"))]
    return Head(
        key=key,
        name=name,
        type_ref=_TYPES.get(type_ref, type_ref),
        values=listed(values),
    )


def _lacking(policy: Object) -> Iterator[str]:
    others = [key for key in policy if key not in _HELD]
    said = ", ".join(f"'{key}'" for key in others if key != "inputs")
    yield f"The tables do not hold {said}: to import them, name a policy that does."
    yield (
        "Of 'inputs' they hold names, types and values of those that they test, but not"
        " money, what is worse, what is optional and where inputs come from."
    )
    for trigger in objects(policy["triggers"]).values():
        if "each" in trigger:
            yield (
                f"Trigger '{trigger['id']}' judges each line: the table says so in"
                " 'each', but elsewhere a table judges one case."
            )
    for name, ladder in ladders(policy).items():
        if isinstance(ladder, dict) and ladder.get("mode") == "chain":
            yield f"The table of ladder '{name}' does not hold its mode 'chain'."
