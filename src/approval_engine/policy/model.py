"""
The typed policy: what a document says after it was read, with every condition parsed.

Values only; reading is `load`, meaning is `evaluate` and `authority`.
Names follow the keys of the document in snake_case, with its defaults filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from approval_engine.domain.completion import Completion
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions.tree import Expression, UnaryTest


class InputType(StrEnum):
    """
    The type of an input; `money` is in the policy's currency.
    """

    NUMBER = "number"
    MONEY = "money"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    LIST = "list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregate:
    """
    An input computed from the lines: `function` is sum, max, min, count or avg.

    Over no line it is `empty`; without one such a quote is refused.
    """

    function: str
    of: str
    where: Mapping[str, str]
    empty: Value = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """
    One fact the policy reads: given by the quote, or derived by `aggregate` or `expr`.
    """

    name: str
    type: InputType
    worse: str | None = None  # "higher" | "lower"
    optional: bool = False
    values: tuple[str, ...] = ()
    aggregate: Aggregate | None = None
    expr: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """
    One cell: the input's (or line field's) name, the test, and its text as written.
    """

    name: str
    test: UnaryTest
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    All of these tests must hold; in document order.
    """

    tests: tuple[Test, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """
    A rule: any of `rows` fires it. `effect` is None or "refuse".

    `starts_on` is the first day it is valid, `ends_on` the last; None means unbounded.
    """

    id: str
    reason: str
    rows: tuple[Row, ...]
    each_line: bool = False
    require: tuple[str, ...] = ()
    ladder: str | None = None
    inform: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    effect: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """
    What one role may sign off: all of `may` together, where `within` holds.

    `committee` is the number of rungs below it of which `quorum` together stand in.
    """

    role: str
    may: tuple[Test, ...] = ()
    within: tuple[Test, ...] = ()
    unlimited: bool = False
    committee: int | None = None
    quorum: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """
    Rungs of rising authority. `mode` is first_sufficient or chain.
    """

    name: str
    rungs: tuple[Rung, ...]
    mode: str = "first_sufficient"


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """
    Working time: local `opens`–`closes` as minutes after midnight, weekdays 0 = Monday.

    `holidays` is a country or subdivision code, or None.
    """

    name: str
    time_zone: str
    opens: int
    closes: int
    weekdays: frozenset[int]
    holidays: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SlaRule:
    """
    Hours that apply where every test holds; the last rule has no test.
    """

    hours: Decimal
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalation:
    """
    The next role to ask; `after_hours` None means the step's own hours again.
    """

    role: str
    after_hours: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRule:
    """
    How one step is run, with the policy's defaults already filled in.

    `match` pairs directory attribute with input name. `assign` is pool,
    manager_of_submitter, least_loaded, round_robin, or `user:ID`.
    """

    id: str
    role: str
    chain: str
    stage: int
    completion: Completion
    required: bool
    fyi: bool
    calendar: str
    sla: tuple[SlaRule, ...]
    remind_after_hours: tuple[Decimal, ...]
    escalate_to: tuple[Escalation, ...]
    escalate_mode: str
    on_timeout: str
    on_exhausted: str
    fallback_role: str
    dedupe: str
    assign: str
    ask_everyone: bool
    match: Mapping[str, str]
    distinct_approvers: bool = False
    pause_on_info: bool = False
    delegate_grace_hours: Decimal | None = None
    delta: Mapping[str, Decimal] | None = None
    bulk: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessRule:
    """
    Which process definition a quote gets where every test holds.
    """

    use: str
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """
    Which set of exchange rates counts, and as of when it is frozen.
    """

    name: str
    on: str = "first_submit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    One immutable policy version. `sha256` is over `documents.in_order`.

    `inputs` are in an order in which each comes after those its expression reads;
    `line_inputs` are read of single lines only, so a quote need not state them.

    `steps` are the declared ones, in document order; `default_step` is the pattern for
    a role that a ladder or an escalation names without declaring a step.
    """

    name: str
    version: str
    sha256: str
    currency: str
    starts_on: date | None
    ends_on: date | None
    approval_valid_days: int | None
    no_trigger: str  # auto_approve | refuse
    protected: tuple[str, ...]
    calendars: Mapping[str, Calendar]
    inputs: tuple[Input, ...]
    triggers: tuple[Trigger, ...]
    ladders: Mapping[str, Ladder]
    steps: Mapping[str, StepRule]
    default_step: StepRule
    processes: tuple[ProcessRule, ...]
    line_inputs: frozenset[str] = frozenset()
    rates: Rates | None = None
