"""
The profile → the page that tells analysts what is accepted.
"""

from collections.abc import Iterable, Iterator, Mapping

from approval_engine.definitions.profile import (
    ANY,
    ATTRIBUTES,
    ELEMENTS,
    Element,
    Verdict,
)
from approval_engine.definitions.profile.places import (
    ACTIVITIES,
    EVENTS,
    EXPRESSIONS,
    GATEWAYS,
    NODES,
    bpmn,
)

_INTRODUCTION = """\
# What is accepted in a process

You draw processes in Camunda Modeler, for Camunda Platform 7 or for Camunda 8.
This page lists every element and every attribute that it can write, and what becomes of each.
It is made of the table that `cpq process check` goes by; write it anew with `python -m approval_engine.definitions.profile`.

| verdict | meaning |
|---|---|
| runs | does what it says |
| translated | runs as something else, which is named |
| decorative | is kept in the file and has no effect |
| refused | the file is refused; what to use instead is named |

What other tools add in namespaces of their own is decorative: it never has an effect.
Whatever is in none of these tables is refused, as are a DOCTYPE, entities, processing instructions, other encodings than UTF-8, a comment or half a CDATA section inside an expression, more than 1 MiB, more than 300 nodes, and subprocesses more than five deep.
The namespaces `http://activiti.org/bpmn` and `http://www.camunda.com/fox` of older files are read as `camunda`.

## When something is due

| for | write |
|---|---|
| a duration | `PT24H`, `P2D`, `PT1H30M`, `P2W`; also as `=duration("PT24H")` |
| a repetition | `R3/PT8H` (three times, every 8 hours), `R/PT24H` (again and again) |
| an instant | `2026-03-31T17:00:00+02:00`, always with its offset |
| what is known only then | an expression that gives one of these |

`dueDate` and `followUpDate` of a task may be durations too; they count from when the task opens.

## Properties that we understand

| property | of | value |
|---|---|---|
| `steps` | a call activity of `cpq_plan` | ids of steps with commas between them, `chain:NAME`, or `rest` |
| `step` | a user task | the step of the plan that it stands for |
| `sla` | a user task | `process`: its own durations count, not those of the policy |
| `channel`, `to`, `subject`, `text` | a service or send task with our template | `mail` or `webhook`, names with commas between them, words |
| `kind`, `level`, `role` | a boundary timer | `reminder` or `escalation`, the number of it, who is asked next |
| `outcome` | an end event | `approved`, `rejected`, `returned` or `undecided` |

Other properties are kept and have no effect; what we render carries more of them, which repeat the policy.

## What expressions may say

Conditions are written as `${…}`, `#{…}`, `= …` or plain text, and all mean the same.

| for | write |
|---|---|
| comparing | `amount > 1000`, `region == 'EMEA'`, `region != "APAC"`, `discount_pct >= 12.5` |
| joining | `and`, `or`, `not (…)`, or `&&`, `\\|\\|`, `!` |
| choosing | `region in ("EMEA", "APAC")`, `amount in [10..20)`, `contains(clauses, "exclusivity")` |
| nothing | `region = null`, `empty clauses` |
| dates | `start < date("2026-12-31")` |
| calculating | `amount * 12 / term_months > 1000` |

Names are the inputs of the policy and what the process itself finds out:

| name | value |
|---|---|
| `approved` | whether the last decision of a user task was to approve |
| `decision` | that decision: `"approve"`, `"reject"` or `"return"` |
| `outcome_TASK` | `"approved"`, `"rejected"` or `"returned"`; a hyphen in the id of the task is written `__` |
| a field of a form | what was filled in |
| a result variable | what the decision table answered |

In the completion condition of a task for several people also `nrOfInstances`, `nrOfCompletedInstances`, `nrOfActiveInstances`, `approvals`, `rejections`, `returns` and `vetoes`.
Nothing is called: no Java, no beans, no scripts, no `bpmn:getDataObject`.
A form of an application (`embedded:app:…`) is not shown; the names that conditions behind it read are asked on the task page instead.
"""  # noqa: E501 a page, one sentence to a line

_TITLES = {
    "bpmn": "BPMN 2.0",
    "camunda": "Camunda Platform 7",
    "zeebe": "Camunda 8",
    "bpmndi": "The drawing",
    "dc": "Places in the drawing",
    "di": "Lines in the drawing",
}

_GROUPS = {
    "every element": frozenset({ANY}),
    "every node": bpmn(NODES),
    "every activity": bpmn(ACTIVITIES),
    "every event": bpmn(EVENTS),
    "every gateway": bpmn(GATEWAYS),
    "every expression": bpmn(EXPRESSIONS),
}


def page() -> str:
    """
    The whole page in Markdown.
    """
    return "\n".join((_INTRODUCTION, *_elements(), *_attributes())) + "\n"


def _elements() -> Iterator[str]:
    yield "## Elements\n"
    for prefix, title in _TITLES.items():
        rows = [r for n, r in ELEMENTS.items() if n.partition(":")[0] == prefix]
        yield f"### {title}: elements\n\n| element | stands in | verdict | what |"
        yield "|---|---|---|---|"
        for (within, verdict, words), names in _together(rows).items():
            yield f"| {_code(names)} | {within} | {verdict} | {_cell(words)} |"
        yield ""


def _attributes() -> Iterator[str]:
    yield "## Attributes\n\n| attribute | of | verdict | values | what |"
    yield "|---|---|---|---|---|"
    of: dict[tuple[str, ...], list[str]] = {}
    for row in ATTRIBUTES.values():
        values = ", ".join(f"`{value}`" for value in sorted(row.values))
        key = (row.name, row.verdict, values, row.words)
        of.setdefault(key, []).append(row.element)
    for (name, verdict, values, words), elements in of.items():
        owner = _places(elements)
        yield f"| `{name}` | {owner} | {verdict} | {values} | {_cell(words)} |"


def _of_element(row: Element) -> tuple[str, Verdict, str]:
    return _places(row.within), row.verdict, row.words


def _together(
    rows: Iterable[Element],
) -> Mapping[tuple[str, Verdict, str], list[str]]:
    found: dict[tuple[str, Verdict, str], list[str]] = {}
    for row in rows:
        found.setdefault(_of_element(row), []).append(row.name)
    return found


def _places(names: Iterable[str]) -> str:
    """
    The elements, those that have a common name under that.
    """
    left = set(names)
    spoken: list[str] = []
    for group, members in _GROUPS.items():
        if members <= left:
            spoken.append(group)
            left -= members
    return ", ".join((*spoken, *filter(None, [_code(sorted(left))])))


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name.removeprefix('bpmn:')}`" for name in names)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
