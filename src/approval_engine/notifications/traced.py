"""
One try to send messages → a span in the trace of the command that they come of.

It tells kind and number of the try, never whom they go to: ids of messages hold that.
"""

from collections.abc import Sequence

from approval_engine import traces
from approval_engine.store.delivery import MARK, Claimed
from approval_engine.traces.span import SILENT, Span


def trying(messages: Sequence[Claimed]) -> Span:
    """
    Around one try to send these messages together; at least one.
    """
    if not traces.are_on():
        return SILENT
    first = messages[0]
    channel = "webhook" if first.recipient.startswith(MARK) else "mail"
    origins = ((each.workflow_id, each.created_at) for each in messages)
    return traces.message(
        f"send {channel}",
        {
            "messaging.system": "cpq",
            "messaging.operation.type": "send",
            "messaging.batch.message_count": len(messages),
            "cpq.channel": channel,
            "cpq.message.kind": ",".join(sorted({each.kind for each in messages})),
            "cpq.message.attempt": max(each.attempts for each in messages),
        },
        origins,
    )


def failed(error: Exception, *, dead: bool) -> None:
    """
    The try did not succeed; `dead` if it was the last one.
    """
    span = traces.current()
    span.note({"cpq.outcome": "dead" if dead else "failed"})
    span.fail(type(error).__name__)
