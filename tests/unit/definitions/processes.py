"""
Processes for tests, written as ways: `process("start > A > xor > end", "xor > A")`.

The beginning of an id says what a node is (`KINDS`); any other id is a user task. Lines
count the nodes in the order in which they are first named, from 1.
"""

from dataclasses import replace
from itertools import pairwise

from approval_engine.definitions.model import (
    SPLITS_BY_CONDITION,
    Clock,
    Event,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Signal,
    Timer,
    Work,
)
from approval_engine.policy.conditions import parse_condition

KINDS = {
    "start": Kind.START,
    "end": Kind.END,
    "stop": Kind.END,  # terminates
    "fail": Kind.END,  # throws an error: `fail_rejected` throws `rejected`
    "raise": Kind.END,  # throws an escalation: `raise_late` throws `late`
    "xor": Kind.EXCLUSIVE,
    "and": Kind.PARALLEL,
    "or": Kind.INCLUSIVE,
    "slot": Kind.SLOT,
    "call": Kind.CALL,
    "rule": Kind.RULE,
    "notice": Kind.NOTICE,
    "wait": Kind.CATCH,
}
SIGNALS = {"stop": Signal.TERMINATE, "fail": Signal.ERROR, "raise": Signal.ESCALATION}
WORK = Work(groups=("sales",))


def timer(text="PT24H", *, repeats=None, at=None):
    """
    A timer of a span, of a cycle if `repeats` is given (0 too), or of an instant.
    """
    if at is not None:
        return Timer(clock=Clock.DATE, at=at)
    clock = Clock.DURATION if repeats is None else Clock.CYCLE
    return Timer(clock=clock, span=text, repeats=repeats)


def node(node_id, **changes):
    """
    A node of the kind that its id says.
    """
    word, _, rest = node_id.partition("_")
    word = word.rstrip("0123456789")
    kind = KINDS.get(word, Kind.TASK)
    event = None
    if kind is Kind.END:
        signal = SIGNALS.get(word, Signal.NONE)
        coded = signal in {Signal.ERROR, Signal.ESCALATION}
        event = Event(signal=signal, code=(rest or None) if coded else None)
    elif kind is Kind.CATCH:
        event = Event(signal=Signal.TIMER, timer=timer())
    work = WORK if kind is Kind.TASK else None
    made = Node(id=node_id, kind=kind, event=event, work=work)
    return replace(made, **changes)


def boundary(node_id, on, signal=Signal.TIMER, **changes):
    """
    A boundary event on a host: of a timer, or of an error or escalation by its `code`.
    """
    clock = changes.pop("timer", None)
    code = changes.pop("code", None)
    if signal is Signal.TIMER and clock is None:
        clock = timer()
    event = Event(signal=signal, code=code, timer=clock)
    made = Node(id=node_id, kind=Kind.BOUNDARY, host=on, event=event)
    return replace(made, **changes)


def subprocess(node_id, body, **changes):
    """
    An embedded subprocess with the graph of its body.
    """
    return Node(id=node_id, kind=Kind.SUBPROCESS, body=body, **changes)


def graph(*ways, nodes=(), conditions=None, defaults=None, names=None):
    """
    A graph of ways such as `xor > A > end`; the flow from A to end has the id `A>end`.

    `nodes` replace those that the ways would make. `conditions` are texts by flow,
    `defaults` name the target of a gateway's default flow, `names` name flows and
    nodes.
    """
    special = {each.id: each for each in nodes}
    order: dict[str, None] = {}
    flows: dict[str, Flow] = {}
    for way in ways:
        steps = [step.strip() for step in way.split(">")]
        order |= dict.fromkeys(steps)
        for source, target in pairwise(steps):
            flows[f"{source}>{target}"] = Flow(
                id=f"{source}>{target}", source=source, target=target
            )
    order |= dict.fromkeys(special)
    return Graph(
        nodes=tuple(
            _finished(special.get(each) or node(each), line, defaults, names)
            for line, each in enumerate(order, start=1)
        ),
        flows=tuple(_labelled(flow, conditions, names) for flow in flows.values()),
    )


def process(*ways, **parts):
    """
    A process of one graph, see there, whose gateways all decide.
    """
    return Process(id="process", graph=scope(*ways, **parts))


def scope(*ways, **parts):
    """
    A graph in which gateways without any condition ask for the target that is wanted.
    """
    made = graph(*ways, **parts)
    return replace(
        made,
        nodes=tuple(_deciding(made, each) for each in made.nodes),
        flows=tuple(_decided(made, each) for each in made.flows),
    )


def _deciding(made, each):
    if each.kind not in SPLITS_BY_CONDITION or not _is_open(made, each.id):
        return each
    return replace(each, default=made.outgoing[each.id][-1].id)


def _decided(made, flow):
    source = made.by_id[flow.source]
    if source.kind not in SPLITS_BY_CONDITION or not _is_open(made, source.id):
        return flow
    if flow is made.outgoing[source.id][-1]:
        return flow
    return _labelled(flow, {flow.id: f"wanted = '{flow.target}'"}, {flow.id: flow.name})


def _is_open(made, gateway):
    flows = made.outgoing[gateway]
    stated = any(flow.condition for flow in flows) or made.by_id[gateway].default
    return len(flows) > 1 and not stated


def _finished(made, line, defaults, names):
    default = (defaults or {}).get(made.id)
    return replace(
        made,
        line=line,
        name=(names or {}).get(made.id, made.name),
        default=f"{made.id}>{default}" if default else made.default,
    )


def _labelled(flow, conditions, names):
    text = (conditions or {}).get(flow.id, "")
    condition = parse_condition(text) if text else None
    name = (names or {}).get(flow.id, "")
    return replace(flow, condition=condition, text=text, name=name)
