"""
Random approval processes: a policy of steps, and a drawing around its slot.
"""

from itertools import count

from tests.proof.tokens import Choice, Fork, Loop, Row, Step, Task

PEOPLE = 3
ROLES = {
    f"role{step}": tuple(f"p{step}{n}" for n in range(PEOPLE)) for step in range(1, 13)
} | {"deal_desk": ("dora", "dirk", "dean"), "director": ("dana",), "admin": ("ada",)}

RULES = (
    *(
        ("any", None),
        ("first_response", None),
        ("all", None),
        ("all_respond_any", None),
    ),
    *(("quorum", 1), ("quorum", 2), ("percent", 50), ("percent", 67)),
)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions"'
    ' targetNamespace="urn:approval-engine:process">'
)


def steps(dice):
    """
    Between one and twelve steps in chains and stages, as a policy has them.
    """
    found = {}
    for number in range(1, dice.choice([1, 2, 3, 3, 4, 5, 6, 12]) + 1):
        found[f"step{number}"] = {
            "chain": f"chain{dice.randint(1, 3)}",
            "stage": dice.randint(1, 3),
            "rule": dice.choice(RULES),
            # No two of them are over at the same moment.
            "late": 20 + number / 4,
            "silence": dice.choice([None, None, None, "reject", "approve"]),
            "climbs": dice.random() < 1 / 4,
        }
    return found


def policy(name, version, process, found):
    """
    The policy that requires all of these steps, whatever the quote.
    """
    return {
        "policy": name,
        "version": version,
        "currency": "USD",
        "inputs": [
            {"name": "discount_pct", "type": "number"},
            {"name": "amount", "type": "money"},
        ],
        "triggers": [
            {
                "id": "always",
                "reason": "always",
                "when": {"discount_pct": ">= 0"},
                "require": list(found),
            }
        ],
        "processes": [{"use": process}],
        "calendars": {
            "default": {"timeZone": "UTC", "hours": "00:00-24:00", "days": "Mon-Sun"}
        },
        "defaults": {"slaHours": 20, "fallbackRole": "deal_desk", "dedupe": "off"},
        "steps": {step: _rule(step, told) for step, told in found.items()},
    }


def _rule(step, told):
    word, number = told["rule"]
    completion = word if number is None else {word: number}
    rule = {
        "role": step.replace("step", "role"),
        "chain": told["chain"],
        "stage": told["stage"],
        "completion": completion,
        "slaHours": told["late"],
        "remindAfterHours": [7],
        "onTimeout": told["silence"] or ("escalate" if told["climbs"] else "remind"),
    }
    if told["silence"] == "approve":
        rule["approveOnTimeout"] = True
    if told["climbs"] and not told["silence"]:
        rule["escalateTo"] = [{"role": "director", "afterHours": told["late"]}]
    return rule


def plan(found):
    """
    How the steps follow each other: chains side by side, their stages in order.
    """
    chains = {}
    for step, told in found.items():
        stages = chains.setdefault(told["chain"], {})
        stages.setdefault(told["stage"], []).append(
            Step(
                name=step,
                late=told["late"] if told["silence"] else None,
                rule=told["rule"],
                people=PEOPLE,
                silence=told["silence"],
            )
        )
    return Fork(
        [
            Row([Fork(stages[number]) for number in sorted(stages)])
            for stages in chains.values()
        ]
    )


class Frame:
    """
    A random drawing with one slot for the policy: `root` reads it, `xml` draws it.
    """

    def __init__(self, dice, name, found):
        self._dice, self._numbers = dice, count(1)
        self._parts = []
        before = [self._part(2) for _ in range(dice.randint(0, 2))]
        after = [self._part(2) for _ in range(dice.randint(0, 1))]
        self.root = Row([*before, plan(found), *after])
        self.xml = self._drawn(name, before, after)

    def _part(self, depth):
        kinds = ("task", "late", "loop") + ("choice", "fork") * (depth > 0)
        kind = self._dice.choice(kinds)
        if kind == "fork":
            rows = range(self._dice.randint(2, 3))
            return Fork([Row([self._part(depth - 1)]) for _ in rows])
        number = next(self._numbers)
        name = f"own{number}"
        if kind == "choice":
            ways = [self._row(depth - 1) for _ in range(2)]
            return Choice(asks=Task(name), yes=ways[0], no=ways[1])
        if kind == "loop":
            return Loop(name)
        return Task(name, late=5 + number / 4 if kind == "late" else None)

    def _row(self, depth):
        return Row([self._part(depth) for _ in range(self._dice.randint(0, 2))])

    def _drawn(self, name, before, after):
        self._add('<bpmn:startEvent id="submitted" />')
        last = "submitted"
        for part in before:
            last = self._draw(part, last)
        last = self._slot(last)
        for part in after:
            last = self._draw(part, last)
        self._add('<bpmn:endEvent id="approved" name="Approved" />')
        self._flow(last, "approved")
        process = "\n".join(self._parts)
        errors = "".join(
            f'<bpmn:error id="error_{word}" name="{word}" errorCode="{word}" />'
            for word in ("rejected", "returned")
        )
        return (
            f'{HEAD}<bpmn:process id="{name}" name="{name}" isExecutable="true"'
            f' camunda:historyTimeToLive="P180D">{process}</bpmn:process>{errors}'
            "</bpmn:definitions>"
        ).encode()

    def _draw(self, part, last):
        if isinstance(part, Fork):
            return self._fork(part, last)
        if isinstance(part, Choice):
            return self._choice(part, last)
        if isinstance(part, Row):
            for each in part.parts:
                last = self._draw(each, last)
            return last
        return self._task(part, last)

    def _task(self, part, last):
        name = part.name
        if isinstance(part, Loop):
            self._gate("exclusive", f"again_{name}")
            self._flow(last, f"again_{name}")
            last = f"again_{name}"
        self._user(name)
        self._flow(last, name)
        if isinstance(part, Loop):
            self._gate("exclusive", f"right_{name}", default=f"back_{name}")
            self._flow(name, f"right_{name}")
            self._flow(f"right_{name}", f"again_{name}", name=f"back_{name}")
            return f"right_{name}", f"${{outcome_{name} == 'approved'}}"
        if part.late is None:
            return name
        self._add(
            f'<bpmn:boundaryEvent id="late_{name}" attachedToRef="{name}">'
            f'<bpmn:timerEventDefinition id="timer_{name}"><bpmn:timeDuration'
            f' xsi:type="bpmn:tFormalExpression">PT{int(part.late * 60)}M'
            "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        )
        self._gate("exclusive", f"on_{name}")
        self._flow(name, f"on_{name}")
        self._flow(f"late_{name}", f"on_{name}")
        return f"on_{name}"

    def _choice(self, part, last):
        name = part.asks.name
        self._user(name)
        self._flow(last, name)
        self._gate("exclusive", f"which_{name}", default=f"no_{name}")
        self._flow(name, f"which_{name}")
        self._gate("exclusive", f"met_{name}")
        # A gate on either way, so that an empty one is drawn as well.
        for word in ("yes", "no"):
            self._gate("exclusive", f"{word}_way_{name}")
        yes = f"${{outcome_{name} == 'approved'}}"
        self._flow((f"which_{name}", yes), f"yes_way_{name}")
        self._flow(f"which_{name}", f"no_way_{name}", name=f"no_{name}")
        for word, row in (("yes", part.yes), ("no", part.no)):
            self._flow(self._draw(row, f"{word}_way_{name}"), f"met_{name}")
        return f"met_{name}"

    def _fork(self, part, last):
        number = next(self._numbers)
        for end in ("fork", "join"):
            self._gate("parallel", f"{end}{number}")
        self._flow(last, f"fork{number}")
        for each in part.parts:
            self._flow(self._draw(each, f"fork{number}"), f"join{number}")
        return f"join{number}"

    def _slot(self, last):
        self._add(
            '<bpmn:callActivity id="policy" name="Policy"'
            ' camunda:modelerTemplate="approval-engine.slot" calledElement="cpq_plan">'
            "<bpmn:extensionElements><camunda:properties>"
            '<camunda:property name="steps" value="rest" />'
            "</camunda:properties></bpmn:extensionElements>"
            "</bpmn:callActivity>"
        )
        self._flow(last, "policy")
        for word in ("rejected", "returned"):
            self._add(
                f'<bpmn:boundaryEvent id="policy_{word}" attachedToRef="policy">'
                f'<bpmn:errorEventDefinition id="catches_{word}"'
                f' errorRef="error_{word}" /></bpmn:boundaryEvent>'
                f'<bpmn:endEvent id="{word}" name="{word.title()}" />'
            )
            self._flow(f"policy_{word}", word)
        return "policy"

    def _user(self, name):
        self._add(
            f'<bpmn:userTask id="{name}" name="{name}"'
            ' camunda:candidateGroups="deal_desk" />'
        )

    def _gate(self, kind, name, default=None):
        more = f' default="{default}"' if default else ""
        self._add(f'<bpmn:{kind}Gateway id="{name}"{more} />')

    def _flow(self, source, target, name=None):
        source, condition = source if isinstance(source, tuple) else (source, None)
        name = name or f"flow{next(self._numbers)}"
        text = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{condition}</bpmn:conditionExpression>"
            if condition
            else ""
        )
        self._add(
            f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}"'
            f' targetRef="{target}">{text}</bpmn:sequenceFlow>'
        )

    def _add(self, text):
        self._parts.append(text)
