"""
A command → a span of it, while anybody wants to know: which one, of what, what came.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from approval_engine import traces
from approval_engine.executor.answer import Answer
from approval_engine.traces.span import Facts

P = ParamSpec("P")
R = TypeVar("R")

_ID = re.compile(r"WF-[0-9]{1,12}")


def command(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Around a command of that name.

    Its second argument is what it is asked about: a wish with an `action` is called by
    that.
    """

    def around(carry: Callable[P, R]) -> Callable[P, R]:
        @wraps(carry)
        def carried(*args: P.args, **kwargs: P.kwargs) -> R:
            if not traces.are_on():
                return carry(*args, **kwargs)
            about = args[1] if len(args) > 1 else None
            with traces.command(str(getattr(about, "action", name))) as span:
                span.note(_named(about))
                answer = carry(*args, **kwargs)
                span.note(_said(answer))
                return answer

        return carried

    return around


def _named(about: object) -> Facts:
    named = getattr(about, "workflow", about)
    # Whatever somebody types for an id is told to nobody.
    if isinstance(named, str) and _ID.fullmatch(named):
        return {"cpq.workflow.id": named}
    return {}


def _said(answer: object) -> Facts:
    match answer:
        case Answer() as given:
            return {
                "cpq.workflow.id": given.workflow,
                "cpq.workflow.status": given.status,
                "cpq.outcome": "replayed" if given.replayed else given.result,
            }
        case (_, Answer() as given):
            return _said(given)
        case None | False:
            return {"cpq.outcome": "nothing"}
    return {"cpq.outcome": "done"}
