"""
The end events that say how a workflow ended, whoever drew them.
"""

from approval_engine.definitions import ids
from approval_engine.definitions.model import Kind, Node

VERDICTS = (ids.APPROVED, ids.REJECTED, ids.RETURNED, ids.UNDECIDED)


def verdict_of(node: Node) -> str | None:
    """
    What an end event says: by its property `outcome`, else by its id or its name.

    None for an end that only ends its branch.
    """
    if node.kind is not Kind.END:
        return None
    said = (node.properties.get("outcome"), node.id, node.name)
    words = (word.strip().lower() for word in said if word)
    return next((word for word in words if word in VERDICTS), None)
