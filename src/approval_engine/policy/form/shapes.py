"""
A part as it is written ↔ the same part with one shape for what has several spellings.
"""

from copy import deepcopy

from approval_engine.documents import JsonValue
from approval_engine.policy.form.fields import get

_COUNTED = ("quorum", "percent")


def spread(part: JsonValue) -> JsonValue:
    """
    A copy in which completion and committee are objects with named parts.
    """
    copy = deepcopy(part)
    if not isinstance(copy, dict):
        return copy
    if "completion" in copy:
        copy["completion"] = _completion(copy["completion"])
    committee = copy.get("committee")
    if isinstance(committee, int) and not isinstance(committee, bool):
        copy["committee"] = {"quorum": committee, "of": committee}
    return copy


def folded(changed: JsonValue, written: JsonValue) -> JsonValue:
    """
    The changed copy in the spelling of a document; `written` is the part before.
    """
    if not isinstance(changed, dict):
        return changed
    if "completion" in changed:
        changed["completion"] = _said(changed["completion"])
        if changed["completion"] in (None, {}):
            del changed["completion"]
    _fold_committee(changed, written)
    levels = changed.get("escalateTo")
    if isinstance(levels, list) and levels != get(written, ("escalateTo",)):
        kept = [each for each in levels if get(each, ("role",))]
        changed["escalateTo"] = kept
        if not kept:
            del changed["escalateTo"]
    return changed


def _completion(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return {"rule": value}
    if not isinstance(value, dict) or {"rule", "number"} & set(value):
        return value
    counted = next((key for key in _COUNTED if key in value), None)
    if counted is None:
        return value
    rest = {key: each for key, each in value.items() if key != counted}
    return {"rule": counted, "number": value[counted], **rest}


def _said(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        return value
    rest = {k: each for k, each in value.items() if k not in ("rule", "number")}
    rule = value.get("rule")
    if rule in _COUNTED:
        # Without a number it is not sound, and is told so at its place.
        return {str(rule): value.get("number", ""), **rest}
    if rule is None:
        return rest
    return {"rule": rule, **rest} if rest else rule


def _fold_committee(changed: dict[str, JsonValue], written: JsonValue) -> None:
    before, now = get(written, ("committee",)), changed.get("committee")
    if isinstance(before, int) and now == {"quorum": before, "of": before}:
        changed["committee"] = before
