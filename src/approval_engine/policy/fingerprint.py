"""
A judged quote → the hash of everything that can matter to an approval of it.

Two revisions with one fingerprint differ in nothing that a rule reads or the policy
protects: whoever approved the one has approved the other.
"""

from approval_engine.documents import sha256
from approval_engine.policy.changes import IDENTITY, Judged, lines_of, value_of
from approval_engine.policy.reads import of_each_line, of_the_whole


def fingerprint(judged: Judged) -> str:
    """
    SHA-256 of the canonical facts by name, of the whole quote and of each line.
    """
    policy = judged.policy
    on_lines = of_each_line(policy)
    facts = {
        "whole": {
            name: value_of(judged, name) for name in of_the_whole(policy) | IDENTITY
        },
        "lines": {
            line: {name: names.get(name) for name in on_lines}
            for line, names in lines_of(judged).items()
        }
        if on_lines
        else {},
    }
    return sha256(facts)
