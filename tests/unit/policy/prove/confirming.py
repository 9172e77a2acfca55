"""
What an example claims, asked of the plain evaluator through a quote's document.
"""

import json
from datetime import date
from decimal import Decimal

from approval_engine.documents import parse
from approval_engine.errors import DefinitionError
from approval_engine.policy.authority import personal_limits_hold
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.quotes import read_quotes


def document_of(quote):
    """
    The quote as a file states it.
    """

    def stated(value):
        if isinstance(value, tuple):
            return list(value)
        return f"{value:f}" if isinstance(value, Decimal) else value

    return {
        "id": quote.id,
        "revision": quote.revision,
        "submittedBy": quote.submitted_by,
        "account": quote.account,
        "currency": quote.currency,
        "lines": [],
        **{name: stated(value) for name, value in quote.inputs.items()},
    }


def judged(policy, example):
    """
    The evaluation and the codes of the problems; one of them is empty.
    """
    body = json.dumps(document_of(example.quote)).encode()
    (quote,) = read_quotes(parse(body, "example.json"))
    try:
        return evaluate(policy, quote, example.on), ()
    except DefinitionError as error:
        return None, tuple(each.code for each in error.problems)


def fired(evaluation):
    return {each.id for each in evaluation.triggers if each.fired}


def confirm(policy, directory, finding):
    """
    Fails unless every example shows what its finding says.
    """
    found = [judged(policy, example) for example in finding.examples]
    claim = _CLAIMS.get(finding.code, _is_judged)
    assert claim(policy, directory, finding, found), (finding, found)


def place(finding):
    parts = finding.element.strip("/").split("/")
    return [int(part) if part.isdigit() else part for part in parts]


def _gap(policy, directory, finding, found):
    return all(evaluation and not fired(evaluation) for evaluation, _ in found)


def _null(policy, directory, finding, found):
    return all("missing" in codes for _, codes in found)


def _never(policy, directory, finding, found):
    kind, index, *_ = place(finding)
    evaluations = [evaluation for evaluation, _ in found]
    assert all(evaluations)
    if kind != "triggers" or len(policy.triggers[index].rows) > 1:
        return True
    return not any(e.triggers[index].fired for e in evaluations)


def _fires(policy, directory, finding, found):
    kind, index, *_ = place(finding)
    if kind != "triggers":
        return _is_judged(policy, directory, finding, found)
    return all(evaluation.triggers[index].fired for evaluation, _ in found)


def _nobody(policy, directory, finding, found):
    ((evaluation, codes),) = found
    if evaluation is None:
        return "above_the_top" in codes
    rung = policy.ladders[place(finding)[1]].rungs[place(finding)[2]]
    needed = [each for t in evaluation.triggers for each in t.rungs]
    return any(rung.role in each.roles for each in needed) and not any(
        personal_limits_hold(user, {**evaluation.inputs, **each.measures})
        for each in needed
        for user in directory.members(rung.role)
    )


def readers(policy, name):
    """
    The triggers that read a name in their rows or on their ladder.
    """
    tests = {
        each.id: [t for row in each.rows for t in row.tests]
        + [t for rung in rungs_of(policy, each) for t in (*rung.may, *rung.within)]
        for each in policy.triggers
    }
    return {each for each, found in tests.items() if name in {t.name for t in found}}


def rungs_of(policy, trigger):
    return policy.ladders[trigger.ladder].rungs if trigger.ladder else ()


def height(policy, evaluation, rules):
    """
    How many steps these rules ask for, and how high they go on their ladders.
    """
    results = [each for each in evaluation.triggers if each.id in rules and each.fired]
    if any(each.effect for each in results):
        return 1_000_000
    steps = {step for each in results for step in each.require}
    asked = {(rung.ladder, rung.roles) for each in results for rung in each.rungs}
    return len(steps) + sum(
        [rung.role for rung in policy.ladders[name].rungs].index(roles[-1]) + 1
        for name, roles in asked
    )


def _fewer(policy, directory, finding, found):
    (better, _), (worse, _) = found
    changed = [n for n, v in better.inputs.items() if worse.inputs[n] != v]
    (moved,) = (e for e in policy.inputs if e.name in changed and e.expr is None)
    rules = readers(policy, moved.name)
    before, after = (height(policy, each, rules) for each in (better, worse))
    a, b = better.inputs[moved.name], worse.inputs[moved.name]
    return (a < b) == (moved.worse == "higher") and after < before


def _overlap(policy, directory, finding, found):
    ((evaluation, _),) = found
    return evaluation.triggers[place(finding)[1]].fired and len(fired(evaluation)) > 1


def _is_judged(policy, directory, finding, found):
    return all(evaluation is not None for evaluation, _ in found)


_CLAIMS = {
    "gap": _gap,
    "null": _null,
    "never": _never,
    "always": _fires,
    "hidden": _fires,
    "ends": _nobody,
    "nobody": _nobody,
    "fewer": _fewer,
    "overlap": _overlap,
}

ON = date(2026, 10, 5)
