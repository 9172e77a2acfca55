"""
Routing plans for tests: small ones by hand, random ones of every shape a policy allows.
"""

from decimal import Decimal

from hypothesis import strategies as st

from approval_engine.domain.completion import Completion, Rule
from approval_engine.planner.advice import placed
from approval_engine.planner.plan import (
    EscalationLevel,
    FactSeen,
    PlannedStep,
    Reason,
    RoutingPlan,
    Staffing,
)


def make_level(role="cfo", hours=24):
    return EscalationLevel(role=role, after_hours=Decimal(hours))


def make_reason(trigger="margin", **changes):
    fact = FactSeen(name="margin_pct", value="18.5", test="< 24")
    values = {"trigger": trigger, "reason": "below_floor", "facts": (fact,)}
    return Reason(**{**values, **changes})


def make_step(step_id="finance", **changes):
    values = {
        "id": step_id,
        "role": step_id,
        "chain": "main",
        "stage": 1,
        "completion": Completion(),
        "calendar": "us",
        "sla_hours": Decimal(24),
        "remind_after_hours": (Decimal(16),),
        "escalations": (make_level(),),
        "escalate_mode": "reassign",
        "on_timeout": "escalate",
        "on_exhausted": "hold",
        "ask_everyone": False,
        "required": True,
        "reasons": (make_reason(),),
        "staffing": Staffing(candidates=("fred", "fiona")),
    }
    return PlannedStep(**{**values, **changes})


def make_plan(*steps, process="standard"):
    return RoutingPlan(process=process, steps=steps)


HOURS = st.decimals("0.25", "400", places=2)
NAMES = st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True)
ROLES = st.one_of(NAMES, st.text("abc _-", min_size=1, max_size=70))
"""Of any length, as boxes must hold them; a policy allows `POLICY_ROLES`."""

POLICY_ROLES = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)

COMPLETIONS = st.one_of(
    st.sampled_from(
        [Rule.ANY, Rule.ALL, Rule.FIRST_RESPONSE, Rule.ALL_RESPOND_ANY]
    ).map(lambda rule: Completion(rule=rule)),
    st.integers(1, 4).map(lambda count: Completion(rule=Rule.QUORUM, count=count)),
    st.integers(1, 100).map(
        lambda share: Completion(rule=Rule.PERCENT, percent=Decimal(share))
    ),
)


REQUIRED = st.just(value=True)


@st.composite
def steps(draw, step_id, required=REQUIRED, roles=ROLES):
    levels = draw(st.lists(st.tuples(roles, HOURS), max_size=3))
    return make_step(
        step_id,
        role=draw(roles),
        chain=draw(st.sampled_from(["main", "legal", "tech"])),
        stage=draw(st.integers(1, 3)),
        completion=draw(COMPLETIONS),
        remind_after_hours=tuple(draw(st.lists(HOURS, max_size=4))),
        escalations=tuple(make_level(role, hours) for role, hours in levels),
        ask_everyone=draw(st.booleans()),
        required=draw(required),
    )


@st.composite
def plans(draw, roles=ROLES):
    names = draw(st.lists(NAMES, unique=True, max_size=7))
    return make_plan(*(draw(steps(name, roles=roles)) for name in names))


@st.composite
def plans_with_advice(draw):
    """
    Plans in which some steps are optional, placed as the planner does it.
    """
    names = draw(st.lists(NAMES, unique=True, max_size=7))
    made = tuple(draw(steps(name, st.booleans())) for name in names)
    return make_plan(*placed(made))
