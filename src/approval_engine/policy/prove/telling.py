"""
How findings are worded, and the one that says what could not be decided.
"""

from collections.abc import Iterable

from approval_engine.policy.finding import Example, Finding
from approval_engine.policy.model import Test, Trigger
from approval_engine.policy.prove.tables import Proof

UNDECIDED = "undecided"


def finding(element: str, code: str, sentence: str, *examples: Example) -> Finding:
    """
    A finding with its examples.
    """
    return Finding(element=element, code=code, sentence=sentence, examples=examples)


def undecided(element: str, subject: str, claim: str) -> Finding:
    """
    What was asked of a part and neither proved nor refuted.
    """
    sentence = (
        f"It could not be decided whether {subject[:1].lower()}{subject[1:]} {claim}:"
        " look at it yourself."
    )
    return finding(element, UNDECIDED, sentence)


def written(tests: Iterable[Test]) -> str:
    """
    A row of tests in words.
    """
    return " and ".join(f"{test.name} {test.text}" for test in tests) or "any quote"


def long_ago(proof: Proof, trigger: Trigger) -> str:
    """
    Why a trigger counts on none of the days that matter.
    """
    if trigger.ends_on is not None and trigger.ends_on < proof.first_day:
        return f"never fires: its last day was {trigger.ends_on}"
    return "never fires: its days lie outside those of the policy"
