"""
A judged quote → the hash of everything that can matter to an approval of it.

Two revisions with one fingerprint differ in nothing that a rule reads or the policy
protects: whoever approved the one has approved the other.
"""

from approval_engine.documents import sha256
from approval_engine.policy.changes import IDENTITY, Judged, lines_of, value_of
from approval_engine.policy.reads import Reads


def fingerprint(judged: Judged, reads: Reads) -> str:
    """
    SHA-256 of the canonical facts by name, of the whole quote and of each line.

    `reads` are those of the policy; they are the same for all of its quotes.
    """
    whole = {name: value_of(judged, name) for name in reads.whole | IDENTITY}
    by_line = lines_of(judged) if reads.lines else {}
    lines = {
        line: {name: names.get(name) for name in reads.lines}
        for line, names in by_line.items()
    }
    return sha256({"whole": whole, "lines": lines})
