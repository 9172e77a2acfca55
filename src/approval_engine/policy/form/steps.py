"""
The fields of a step: whom it asks, how many must say yes, and what happens in time.
"""

from dataclasses import replace

from approval_engine.documents import JsonValue
from approval_engine.policy.form.fields import Field, Key, Kind, get
from approval_engine.policy.form.making import (
    SILENT,
    choice,
    flag,
    number,
    same,
    text,
)
from approval_engine.policy.form.parts import Known


def step_fields(
    names: Known, part: JsonValue, *, defaults: bool = False
) -> tuple[Field, ...]:
    """
    Everything a step says; for the pattern of all steps without what only one can say.
    """
    own = () if defaults else (text("role", "Role", empty="called like the step"),)
    only = () if defaults else _matching()
    found = (*own, *_asking(), *_counting(), *_timing(names, part), *_habits(), *only)
    if not defaults:
        return found
    silent = "as usual"
    return tuple(
        replace(each, empty=silent) if each.empty == SILENT else each for each in found
    )


def _asking() -> tuple[Field, ...]:
    return (
        Field(
            path=("assign",),
            label="Who of the role",
            empty=SILENT,
            hint="pool, manager_of_submitter, least_loaded, round_robin or user:NAME",
        ),
        text("chain", "Chain", empty=SILENT),
        Field(path=("stage",), label="Stage", kind=Kind.NUMBER, empty=SILENT),
        flag("required", "Waited for"),
        flag("fyi", "Told only"),
    )


def _counting() -> tuple[Field, ...]:
    rules = (
        ("any", "one approval"),
        ("first_response", "the first answer"),
        ("all", "all approve"),
        ("all_respond_any", "all answer, one approves"),
        ("quorum", "so many approve"),
        ("percent", "so many percent approve"),
    )
    path = ("completion",)
    return (
        choice("rule", "Enough is", rules, SILENT, (*path, "rule")),
        Field(path=(*path, "number"), label="so many", kind=Kind.NUMBER),
        Field(path=(*path, "veto"), label="May stop it alone", kind=Kind.WORDS),
        flag("waitForAll", "Wait for all answers", "no", (*path, "waitForAll")),
        choice("ask", "Seats", (("everyone", "one for each person"),), SILENT),
    )


def _timing(names: Known, part: JsonValue) -> tuple[Field, ...]:
    levels = get(part, ("escalateTo",))
    count = len(levels) if isinstance(levels, list) else 0
    hours = get(part, ("slaHours",))
    single = not isinstance(hours, list)
    return (
        choice("calendar", "Calendar", same(names.calendars), SILENT),
        *((number("slaHours", "Working hours to answer"),) if single else ()),
        Field(
            path=("remindAfterHours",),
            label="Remind after hours",
            kind=Kind.NUMBERS,
            empty=SILENT,
        ),
        *(each for level in range(count + 1) for each in _level(level)),
        choice(
            "escalateMode",
            "Then",
            (("reassign", "the next instead"), ("add", "the next beside")),
            SILENT,
        ),
        choice(
            "onTimeout",
            "When the time is over",
            (
                ("escalate", "go to the next"),
                ("remind", "remind"),
                ("hold", "wait, tell the deal desk"),
                ("reject", "count as rejected"),
                ("approve", "count as approved"),
            ),
            SILENT,
        ),
        flag("approveOnTimeout", "Silence may approve", "no"),
        choice(
            "onExhausted",
            "When nobody is left",
            (("hold", "wait"), ("reject", "reject")),
            SILENT,
        ),
        text("fallbackRole", "If the role has nobody, ask", empty=SILENT),
        number("delegateGraceHours", "Extra hours for a stand-in"),
        flag("pauseOnInfo", "The clock waits for answers"),
    )


def _level(index: int) -> tuple[Field, ...]:
    which = "First" if not index else "Then"
    path: tuple[Key, ...] = ("escalateTo", index)
    return (
        Field(path=(*path, "role"), label=f"{which} escalate to", empty="nobody"),
        Field(
            path=(*path, "afterHours"),
            label="after hours",
            kind=Kind.NUMBER,
            empty="its time again",
        ),
    )


def _habits() -> tuple[Field, ...]:
    return (
        choice(
            "dedupe",
            "Who has approved a step before",
            (
                ("off", "is asked again"),
                ("consecutive", "is not asked twice in a row"),
                ("plan", "is not asked twice at all"),
            ),
            SILENT,
        ),
        flag("distinctApprovers", "Nobody twice in a review"),
        flag("bulk", "Several at once"),
    )


def _matching() -> tuple[Field, ...]:
    return (
        Field(
            path=("match",),
            label="Only people whose",
            kind=Kind.PAIRS,
            hint="attribute=input, such as region=region",
            empty="anybody of the role",
        ),
        Field(
            path=("delta",),
            label="Ask again only if worse by",
            kind=Kind.PAIRS,
            hint="input=number, such as margin_pct=1",
            empty="anything",
        ),
    )
