"""
Triggers, rungs and steps of a policy document ↔ the rules of decision tables.

A part is one of them as a table sees it: what each of its rules tests and says. Both
ways stand side by side, so that what was exported means the same when it comes back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_engine.definitions.dmn.literals import Form, json_of, value_of
from approval_engine.documents import JsonValue
from approval_engine.domain.quote import Value

Object = Mapping[str, JsonValue]

MAY = "may "
IN = "in "
"""What stands before the name of an input in the label of a column of a ladder."""

TRIGGER = {
    "reason": Form.TEXT,
    "require": Form.TEXTS,
    "ladder": Form.TEXT,
    "inform": Form.TEXTS,
    "needs": Form.TEXTS,
    "effect": Form.TEXT,
    "each": Form.TEXT,
    "from": Form.DAY,
    "until": Form.DAY,
}
RUNG = {
    "role": Form.TEXT,
    "unlimited": Form.FLAG,
    "committee": Form.NUMBER,
    "quorum": Form.NUMBER,
    "from": Form.DAY,
    "until": Form.DAY,
}
STEP = {
    "role": Form.TEXT,
    "match": Form.PAIRS,
    "chain": Form.TEXT,
    "stage": Form.NUMBER,
    "completion": Form.TEXT,
    "veto": Form.TEXTS,
    "waitForAll": Form.FLAG,
    "ask": Form.TEXT,
    "required": Form.FLAG,
    "fyi": Form.FLAG,
    "assign": Form.TEXT,
    "calendar": Form.TEXT,
    "slaHours": Form.NUMBER,
    "remindAfterHours": Form.NUMBERS,
    "escalateTo": Form.TEXTS,
    "escalateAfterHours": Form.NUMBERS,
    "escalateMode": Form.TEXT,
    "onTimeout": Form.TEXT,
    "approveOnTimeout": Form.FLAG,
    "onExhausted": Form.TEXT,
    "fallbackRole": Form.TEXT,
    "dedupe": Form.TEXT,
    "distinctApprovers": Form.FLAG,
    "pauseOnInfo": Form.FLAG,
    "delegateGraceHours": Form.NUMBER,
    "delta": Form.PAIRS,
    "bulk": Form.FLAG,
}
"""The outputs of a table by name, in their order, and the form of each."""

_COUNTED = ("quorum", "percent")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """
    One rule: the texts of its tests by column, and what it says by output.
    """

    tests: Mapping[str, str]
    said: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    One trigger, rung or step: its id or number, and its rules; at least one.
    """

    key: str
    lines: tuple[Line, ...]


def trigger_part(trigger: Object) -> Part:
    """
    The rules of a trigger: one per row, which all say the same.
    """
    said = _said(trigger, TRIGGER)
    when = trigger.get("when")
    rows = when if isinstance(when, list) else [when]
    lines = (Line(tests=_tests(row), said=said) for row in rows)
    return Part(key=str(trigger.get("id")), lines=tuple(lines))


def trigger_of(part: Part) -> dict[str, JsonValue]:
    """
    The trigger of these rules.
    """
    rows: list[JsonValue] = [dict(line.tests) for line in part.lines]
    said = _json(part.lines[0].said, TRIGGER)
    when = rows[0] if len(rows) == 1 else rows
    return {"id": part.key, **said, "when": when}


def rung_part(number: int, rung: Object) -> Part:
    """
    The one rule of a rung.
    """
    said = dict(_said(rung, RUNG, "committee"))
    committee = rung.get("committee")
    if isinstance(committee, dict):
        said["committee"] = value_of(committee["of"], Form.NUMBER)
        said["quorum"] = value_of(committee["quorum"], Form.NUMBER)
    elif committee is not None:
        said["committee"] = value_of(committee, Form.NUMBER)
    tests = {
        **{MAY + name: text for name, text in _tests(rung.get("may")).items()},
        **{IN + name: text for name, text in _tests(rung.get("in")).items()},
    }
    return Part(key=str(number), lines=(Line(tests=tests, said=said),))


def rung_of(part: Part) -> dict[str, JsonValue]:
    """
    The rung of this rule.
    """
    (line,) = part.lines
    rung = _json(line.said, RUNG)
    quorum = rung.pop("quorum", None)
    if quorum is not None:
        rung["committee"] = {"quorum": quorum, "of": rung.get("committee")}
    for key, sign in (("may", MAY), ("in", IN)):
        tests: dict[str, JsonValue] = {
            name.removeprefix(sign): text
            for name, text in line.tests.items()
            if name.startswith(sign)
        }
        if tests:
            rung[key] = tests
    return rung


def step_part(name: str, step: Object) -> Part:
    """
    The rules of a step: one per rule for its hours, which say the same but for these.
    """
    said = {
        **_said(step, STEP, "completion", "escalateTo", "slaHours"),
        **_completion(step.get("completion")),
        **_escalations(step.get("escalateTo")),
    }
    hours = step.get("slaHours")
    if not isinstance(hours, list):
        hours = [{"hours": hours}] if hours is not None else [{}]
    return Part(
        key=name,
        lines=tuple(
            Line(
                tests=_tests(rule.get("when")),
                said={**said, **_hours(rule.get("hours"))},
            )
            for rule in hours
            if isinstance(rule, dict)
        ),
    )


def step_of(part: Part) -> dict[str, JsonValue]:
    """
    The step of these rules.
    """
    step = _json(part.lines[0].said, STEP)
    _put_completion(step)
    _put_escalations(step)
    if len(part.lines) > 1 or part.lines[0].tests:
        step["slaHours"] = [_hour_rule(line) for line in part.lines]
    return step


def _said(
    source: Object, forms: Mapping[str, Form], *special: str
) -> Mapping[str, Value]:
    return {
        key: value_of(source[key], form)
        for key, form in forms.items()
        if source.get(key) is not None and key not in special
    }


def _json(said: Mapping[str, Value], forms: Mapping[str, Form]) -> dict[str, JsonValue]:
    return {
        key: json_of(said[key], form)
        for key, form in forms.items()
        if said.get(key) is not None
    }


def _tests(row: JsonValue) -> dict[str, str]:
    cells = row.items() if isinstance(row, dict) else ()
    return {name: str(text).strip() for name, text in cells}


def _hours(hours: JsonValue) -> Mapping[str, Value]:
    return {} if hours is None else {"slaHours": value_of(hours, Form.NUMBER)}


def _hour_rule(line: Line) -> JsonValue:
    rule: dict[str, JsonValue] = {"when": dict(line.tests)} if line.tests else {}
    hours = line.said.get("slaHours")
    if hours is not None:
        rule["hours"] = json_of(hours, Form.NUMBER)
    return rule


def _completion(said: JsonValue) -> Mapping[str, Value]:
    if not isinstance(said, dict):
        return {} if said is None else {"completion": str(said)}
    word = str(said.get("rule", "any"))
    for key in _COUNTED:
        if key in said:
            word = f"{key} {value_of(said[key], Form.NUMBER):f}"
    return {"completion": word, **_said(said, STEP, "completion")}


def _put_completion(step: dict[str, JsonValue]) -> None:
    word = step.get("completion")
    rule, _, count = word.partition(" ") if isinstance(word, str) else ("", "", "")
    keys = [key for key in ("veto", "waitForAll") if key in step]
    more: dict[str, JsonValue] = {key: step.pop(key) for key in keys}
    if rule in _COUNTED:
        number: JsonValue = int(count) if count.isdigit() else count
        step["completion"] = {rule: number, **more}
    elif more:
        step["completion"] = {"rule": word if word is not None else "any", **more}


def _escalations(said: JsonValue) -> Mapping[str, Value]:
    if not isinstance(said, list):
        return {}
    levels = [level for level in said if isinstance(level, dict)]
    roles = tuple(str(level.get("role")) for level in levels)
    hours = [level.get("afterHours") for level in levels]
    timed = any(each is not None for each in hours)
    after = {"escalateAfterHours": value_of(hours, Form.NUMBERS)} if timed else {}
    return {"escalateTo": roles, **after}


def _put_escalations(step: dict[str, JsonValue]) -> None:
    roles, hours = step.get("escalateTo"), step.pop("escalateAfterHours", None)
    if not isinstance(roles, list):
        return
    after = hours if isinstance(hours, list) else [None] * len(roles)
    step["escalateTo"] = [
        {"role": role} if each is None else {"role": role, "afterHours": each}
        for role, each in zip(roles, after, strict=False)
    ]


def differing(lines: Iterable[Line], *but: str) -> tuple[str, ...]:
    """
    The outputs in which rules of one part say different things, except for some.
    """
    first, *others = lines
    keys = dict.fromkeys(key for line in (first, *others) for key in line.said)
    return tuple(
        key
        for key in keys
        if key not in but
        and any(line.said.get(key) != first.said.get(key) for line in others)
    )
