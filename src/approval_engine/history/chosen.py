"""
The first event of a workflow → by which rule a canary gave the quote its version.
"""

from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event
from approval_engine.policy import canary

Line = dict[str, object]


def line(first: Event) -> Line:
    """
    One line of what explains a workflow; empty if no canary routed quotes then.

    `hash` is the place of the quote among all, as a fraction, `share` percent points.
    """
    data: Any = load(first.data.encode())
    said = data.get("canary")
    if said is None:
        return {}
    told = {
        "canary": said["version"],
        "side": said["side"],
        "policy": data["policyVersion"],
        "rule": said["rule"],
        "share": said["share"],
        "hash": said["hash"],
        "segment": said.get("segment"),
        "earlier": said.get("earlier"),
        "because": _words(said),
    }
    return {name: value for name, value in told.items() if value is not None}


def foreseen(canaried: canary.Canary, choice: canary.Choice) -> str:
    """
    The same in words, of a quote that was not submitted yet.
    """
    return _words(canary.recorded(canaried, choice, ""))


def _words(said: Any) -> str:  # noqa: ANN401 JSON
    return canary.told(
        said["version"], said["rule"], said["share"], said["hash"], said["side"]
    )
