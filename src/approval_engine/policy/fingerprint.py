"""
A judged quote → the hash of everything that can matter to an approval of it.

Two revisions with one fingerprint differ in nothing that a rule reads or the policy
protects: whoever approved the one has approved the other.
"""

from approval_engine.documents import sha256
from approval_engine.policy.changes import IDENTITY, Judged, lines_of, value_of
from approval_engine.policy.reads import Reads, reads_beside


def fingerprint(judged: Judged, reads: Reads) -> str:
    """
    SHA-256 of the canonical facts by name, of the whole quote and of each line.

    `reads` are those of the policy; they are the same for all of its quotes. What its
    rules demand to see of this one counts too, and what an exception bounds.
    """
    beside = reads_beside(judged.policy, judged.evaluation)
    named = reads.whole | beside.whole | IDENTITY
    whole = {name: value_of(judged, name) for name in named}
    read = reads.lines | beside.lines
    by_line = lines_of(judged) if read else {}
    lines = {
        line: {name: names.get(name) for name in read}
        for line, names in by_line.items()
    }
    return sha256({"whole": whole, "lines": lines})
