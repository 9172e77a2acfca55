"""
Two clean policies, and faults that are planted into copies of them.

The demo policy is the one that `cpq seed` publishes; the larger one has thirty rules in
bands and refuses what none of them sees.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from approval_engine.documents import load
from approval_engine.documents import parse as parsed
from approval_engine.policy.load import load_published
from approval_engine.policy.quotes import read_directory

DATA = files("approval_engine.scenarios") / "data"
DEMO = load((DATA / "approval_matrix.json").read_bytes())
PEOPLE = load((DATA / "directory.json").read_bytes())

_REGIONS = ("AMER", "EMEA", "APAC")


def _rule(name, when, require, **more):
    return {"id": name, "reason": "band", "when": when, "require": require, **more}


def _bands():
    """
    Discount by segment in four bands each, which see every quote there is.
    """
    asked = {
        "a": ["deal_desk"],
        "b": ["manager"],
        "c": ["manager", "director"],
        "d": ["manager", "director", "vp"],
    }
    ends = {"SMB": (10, 20, 30), "ENT": (15, 25, 40)}
    for segment, (low, middle, high) in ends.items():
        tests = {
            "a": f"< {low}",
            "b": f"[{low}..{middle})",
            "c": f"[{middle}..{high})",
            "d": f">= {high}",
        }
        for band, test in tests.items():
            when = {"segment": f'"{segment}"', "discount_pct": test}
            yield _rule(f"{segment.lower()}_{band}", when, asked[band])


def _floors():
    for number, region in enumerate(_REGIONS):
        floor = 24 + 2 * number
        near = {"region": f'"{region}"', "margin_pct": f"< {floor}"}
        far = {"region": f'"{region}"', "margin_pct": f"< {floor - 8}"}
        yield _rule(f"floor_{region.lower()}", near, ["finance"])
        yield _rule(f"deep_{region.lower()}", far, ["finance", "cfo"])


def _sizes():
    for number, line in enumerate(("HW", "SW", "SRV")):
        least = 100_000 * (number + 1)
        when = {"product_line": f'"{line}"', "amount": f">= {least}"}
        yield _rule(f"size_{line.lower()}", when, ["director"])
        when = {"product_line": f'"{line}"', "amount": f">= {least * 5}"}
        yield _rule(f"huge_{line.lower()}", when, ["director", "cfo"])


def _terms():
    yield _rule("term", {"term_months": "> 36"}, ["deal_desk"])
    yield _rule("long_term", {"term_months": "> 60"}, ["deal_desk", "vp"])
    yield _rule("payment", {"payment_days": "> 45"}, ["finance"])
    yield _rule("long_payment", {"payment_days": "> 90"}, ["finance", "cfo"])
    named = [
        {"clauses": 'list contains(?, "liability-cap")'},
        {"clauses": 'list contains(?, "exclusivity")', "amount": ">= 50000"},
    ]
    yield _rule("clause", named, ["legal"])
    yield _rule(
        "rush", {"closes_on": '< date("2026-10-15")', "rushed": "true"}, ["deal_desk"]
    )
    rebate = [
        {"rebate_pct": "not(null) and > 5"},
        {"rebate_pct": "null", "rushed": "true"},
    ]
    yield _rule("rebate", rebate, ["finance"])
    season = {"region": '"APAC"', "payment_days": "> 30"}
    yield _rule("season", season, ["finance"], until="2026-12-31")
    yield {
        "id": "authority",
        "reason": "above_authority",
        "when": {"discount_pct": ">= 12", "amount": ">= 20000", "segment": '"ENT"'},
        "ladder": "sales",
    }
    yield {
        "id": "embargo",
        "reason": "not_permitted",
        "when": {"screening": '"blocked"'},
        "effect": "refuse",
    }


LARGE = {
    "policy": "large",
    "version": "1",
    "currency": "USD",
    "noTrigger": "refuse",
    "inputs": [
        {"name": "margin_pct", "type": "number", "worse": "lower"},
        {"name": "discount_pct", "type": "number", "worse": "higher"},
        {"name": "amount", "type": "money", "worse": "higher"},
        {"name": "term_months", "type": "number", "worse": "higher"},
        {"name": "payment_days", "type": "number", "worse": "higher"},
        {"name": "rebate_pct", "type": "number", "optional": True, "worse": "higher"},
        {"name": "closes_on", "type": "date"},
        {"name": "rushed", "type": "boolean"},
        {
            "name": "clauses",
            "type": "list",
            "values": ["liability-cap", "exclusivity", "audit"],
        },
        {"name": "product_line", "type": "string"},
        {"name": "screening", "type": "string", "values": ["clear", "blocked"]},
        {"name": "region", "type": "string", "values": list(_REGIONS)},
        {"name": "segment", "type": "string", "values": ["SMB", "ENT"]},
    ],
    "triggers": [*_bands(), *_floors(), *_sizes(), *_terms()],
    "ladders": {
        "sales": [
            {"role": "manager", "may": {"discount_pct": "< 20", "amount": "< 100000"}},
            {"role": "director", "may": {"discount_pct": "< 30", "amount": "< 400000"}},
            {"role": "vp", "may": {"discount_pct": "< 45", "amount": "< 900000"}},
            {"role": "cro", "unlimited": True},
        ]
    },
    "steps": {
        "manager": {"escalateTo": [{"role": "director"}]},
        "director": {"escalateTo": [{"role": "vp"}, {"role": "cro"}]},
        "vp": {"escalateTo": [{"role": "cro"}]},
        "finance": {"escalateTo": [{"role": "cfo"}]},
        "cfo": {},
        "legal": {},
        "deal_desk": {"completion": {"quorum": 2}},
    },
    "processes": [
        {"when": {"segment": '"ENT"'}, "use": "deal_review"},
        {"use": "standard"},
    ],
}


@dataclass(frozen=True, kw_only=True)
class Planted:
    """
    A policy with one fault, the people, and what must be found where.
    """

    name: str
    document: dict
    people: dict
    code: str
    element: str


def policy_of(document):
    # What the form of a document is, is judged where it is loaded.
    return load_published(parsed(json.dumps(document).encode(), "policy.json"))


def directory_of(people):
    return read_directory(parsed(json.dumps(people).encode(), "directory.json"))


def planted() -> Iterator[Planted]:
    """
    Every fault in every place that the generators below know.
    """
    for base, document in (("demo", DEMO), ("large", LARGE)):
        for plant in (*_IN_BOTH, *(_IN_LARGE if base == "large" else ())):
            for name, change, code, element in plant(document):
                changed, people = copy.deepcopy(document), copy.deepcopy(PEOPLE)
                change(changed, people)
                yield Planted(
                    name=f"{base}: {name}",
                    document=changed,
                    people=people,
                    code=code,
                    element=element,
                )


Change = Callable[[dict, dict], None]


def _at(document, trigger):
    ids = [each["id"] for each in document["triggers"]]
    return ids.index(trigger)


def _rows(trigger):
    when = trigger["when"]
    return when if isinstance(when, list) else [when]


def _set(index, name, text, row=0) -> Change:
    def change(document, people):
        _rows(document["triggers"][index])[row][name] = text

    return change


def _without_null(document):
    read = {
        n
        for t in document["triggers"]
        if not t.get("each")
        for r in _rows(t)
        for n in r
    }
    for number, each in enumerate(document["inputs"]):
        if each["name"] not in read or each.get("optional"):
            continue
        if each["name"] not in {"margin_pct", "payment_days", "region", "screening"}:
            continue

        def change(changed, people, number=number):
            changed["inputs"][number]["optional"] = True

        first = next(
            i
            for i, t in enumerate(document["triggers"])
            if not t.get("each") and any(each["name"] in row for row in _rows(t))
        )
        yield f"no null for {each['name']}", change, "null", f"/triggers/{first}/when"


def _empty(document):
    for name, text in (("payment", "[90..60]"), ("term", "> 60 and < 48")):
        index = _at(document, name)
        (read,) = _rows(document["triggers"][index])[0]
        yield (
            f"empty {name}",
            _set(index, read, text),
            "never",
            f"/triggers/{index}/when",
        )


def _repeated(document):
    index = _at(document, "clause")
    text = 'list contains(?, "liability-cap") and list contains(?, "exclusivity")'

    def narrower(changed, people):
        changed["triggers"][index]["when"].append({"clauses": text})

    yield "a narrower row", narrower, "hidden", f"/triggers/{index}/when/2"

    def again(changed, people):
        trigger = changed["triggers"][_at(changed, "payment")]
        days = trigger["when"]["payment_days"].split()[-1]
        higher = {"payment_days": f"> {int(days) + 10}"}
        trigger["when"] = [higher, trigger["when"]]

    index = _at(document, "payment")
    yield "a row within another", again, "hidden", f"/triggers/{index}/when/0"


def _refused_anyway(document):
    def change(changed, people):
        changed["triggers"].append(
            _rule("blocked", {"screening": '"blocked"', "amount": "> 5"}, ["legal"])
        )

    yield "refused anyway", change, "hidden", f"/triggers/{len(document['triggers'])}"


def _ladders(document):
    def ends(changed, people):
        del changed["ladders"]["sales"][-1]

    def hole(changed, people):
        changed["ladders"]["sales"][-1] = {
            "role": "cro",
            "may": {"discount_pct": ">= 45", "amount": "> 0"},
        }

    def regional(changed, people):
        changed["ladders"]["sales"][-1]["in"] = {"region": '"EMEA"'}

    def generous(changed, people):
        rungs = changed["ladders"]["sales"]
        rungs[1]["may"] = dict.fromkeys(rungs[1]["may"], "< 9999999")

    def strict(changed, people):
        rungs = changed["ladders"]["sales"]
        rungs[0]["may"]["discount_pct"] = "< 5"
        rungs[1]["may"]["discount_pct"] = "< 5"

    yield "a ladder that ends", ends, "ends", "/ladders/sales"
    yield "a hole in a ladder", hole, "nobody", "/ladders/sales"
    yield "a top of one region", regional, "nobody", "/ladders/sales"
    yield "a rung in vain", generous, "hidden", "/ladders/sales/2"
    yield "a rung below all", strict, "hidden", "/ladders/sales/1"


def _limits(document):
    def change(changed, people):
        for user in people["users"]:
            if user["id"] in people["roles"]["cro"]:
                user["limits"] = {"amount": "< 2000000"}

    yield "limits below the rung", change, "nobody", "/ladders/sales/3"


def _backwards(document):
    index = _at(document, "payment")
    days = document["triggers"][index]["when"]["payment_days"].split()[-1]
    band = f"[{days}..{int(days) + 15})"
    yield "a cap", _set(index, "payment_days", band), "fewer", f"/triggers/{index}/when"
    index = _at(document, "term")
    yield (
        "turned round",
        _set(index, "term_months", "< 12"),
        "fewer",
        f"/triggers/{index}/when",
    )

    def upside(changed, people):
        changed["ladders"]["sales"][0]["may"]["amount"] = "not([50000..70000])"

    place = f"/triggers/{_first_reader(document, 'amount')}/when"
    yield "a rung with a gap", upside, "fewer", place


def _first_reader(document, name):
    ladder = {n for rung in document["ladders"]["sales"] for n in rung.get("may", ())}
    return next(
        i
        for i, t in enumerate(document["triggers"])
        if any(name in row for row in _rows(t)) or ("ladder" in t and name in ladder)
    )


def _people(document):
    def nobody(changed, people):
        people["roles"]["legal"] = []

    def one(changed, people):
        people["roles"]["deal_desk"] = people["roles"]["deal_desk"][:1]

    def top(changed, people):
        people["roles"]["cro"] = []

    step = "board" if "board" in document["steps"] else "deal_desk"
    yield "nobody for a step", nobody, "unstaffed", "/steps/legal"
    yield "too few for a quorum", one, "too_few", f"/steps/{step}"
    where = "director" if document is LARGE else "vp"
    yield "nobody at the top", top, "unstaffed", f"/steps/{where}"


def _waiting(document):
    def circle(changed, people):
        changed["steps"]["finance"]["escalateTo"] = [
            {"role": "cfo"},
            {"role": "finance"},
        ]

    def twice(changed, people):
        changed["steps"]["vp"]["escalateTo"] = [
            {"role": "cro"},
            {"role": "cfo"},
            {"role": "cro"},
        ]

    def endless(changed, people):
        changed["steps"]["legal"]["onTimeout"] = "remind"

    def nowhere(changed, people):
        people["roles"]["deal_desk"] = []

    yield "a circle", circle, "circle", "/steps/finance/escalateTo"
    yield "a role twice", twice, "circle", "/steps/vp/escalateTo"
    yield "reminders for ever", endless, "endless", "/steps/legal"
    yield "an end with nobody", nowhere, "nowhere", "/steps/cfo/escalateTo"


def _whole(document):
    index = _at(document, "term")

    def always(changed, people):
        changed["triggers"][index]["when"] = [
            {"term_months": "<= 48"},
            {"term_months": "> 48"},
        ]

    def over(changed, people):
        changed["triggers"][index]["until"] = "2026-01-31"

    def process(changed, people):
        changed["processes"] = [
            {"when": {"segment": 'not("SMB")'}, "use": "one"},
            {"when": {"segment": '"ENT"'}, "use": "two"},
            {"use": "standard"},
        ]

    def hours(changed, people):
        changed["steps"]["finance"]["slaHours"] = [
            {"when": {"amount": ">= 100"}, "hours": 4},
            {"when": {"amount": ">= 500"}, "hours": 2},
            {"hours": 24},
        ]

    yield "a rule for all", always, "always", f"/triggers/{index}/when"
    yield "a rule that is over", over, "never", f"/triggers/{index}/when"
    yield "a process in vain", process, "hidden", "/processes/1"
    yield "hours in vain", hours, "hidden", "/steps/finance/slaHours/1"


def _gaps(document):
    for name, text in (
        ("smb_a", "< 9.5"),
        ("smb_b", "(10..20)"),
        ("ent_c", "[25..39)"),
        ("ent_d", "> 40"),
    ):
        index = _at(document, name)
        yield f"a gap at {name}", _set(index, "discount_pct", text), "gap", "/triggers"


def _overlaps(document):
    for name, text, other in (
        ("smb_b", "[10..20]", "smb_c"),
        ("ent_b", "[15..27)", "ent_c"),
        ("ent_c", "[25..50)", "ent_d"),
    ):
        index, place = _at(document, name), _at(document, other)
        yield (
            f"{name} runs on",
            _set(index, "discount_pct", text),
            "overlap",
            f"/triggers/{place}/when",
        )


_IN_BOTH = (
    _without_null,
    _empty,
    _repeated,
    _refused_anyway,
    _ladders,
    _limits,
    _backwards,
    _people,
    _waiting,
    _whole,
)
_IN_LARGE = (_gaps, _overlaps)
