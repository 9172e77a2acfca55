"""
An uploaded file → what a draft says then: a document, or tables over what it said.
"""

from approval_engine.documents import JsonValue, in_order, load, parse
from approval_engine.errors import InvalidInput
from approval_engine.operations import policy_drafts
from approval_engine.store.drafts import Draft

_TABLES = (".dmn", ".xml")


def read(
    draft: Draft, body: bytes, file: str
) -> tuple[dict[str, JsonValue], tuple[str, ...]]:
    """
    The document, and in sentences what to look at again.

    Raises DefinitionError with every problem of a file that cannot be read.
    """
    if file.lower().endswith(_TABLES):
        return _of_tables(draft, body, file)
    value = load(in_order(parse(body, file).value))
    if not isinstance(value, dict):
        sentence = f"Expected a policy in '{file[:100]}', but it is another document."
        raise InvalidInput(sentence)
    return value, ()


def _of_tables(
    draft: Draft, body: bytes, file: str
) -> tuple[dict[str, JsonValue], tuple[str, ...]]:
    from approval_engine.definitions.dmn.importing import imported
    from approval_engine.definitions.dmn.read import read as read_tables

    base = parse(in_order(policy_drafts.value_of(draft)), "draft")
    found = imported(read_tables(body, file), base)
    return dict(found.document), found.notes
