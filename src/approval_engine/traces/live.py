"""
A span that is recorded, and the one that each thread is in.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from threading import RLock
from types import TracebackType
from typing import Self

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from approval_engine.errors import DefinitionError, Refused, StepUpRequired
from approval_engine.traces.span import Facts, Origin, Span

SLOW_S = 1.0
"""A look for something to do that takes so long is told of in any case."""

_REFUSALS = (Refused, StepUpRequired, DefinitionError)
_NANOSECONDS = 10**9

_BEGINNING = RLock()
_CURRENT: ContextVar["Live | None"] = ContextVar("span", default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Begin:
    """
    How a span begins: within the current one, or in the context `around`.

    One that `waits` begins to be one once something is said of it, or within it.
    `tells` is called with what was promised in it, after it has succeeded.
    """

    name: str
    kind: SpanKind
    facts: Facts = field(default_factory=dict)
    around: Context | None = None
    links: Sequence[Link] = ()
    waits: bool = False
    tells: "Callable[[Live, Iterable[Origin]], None] | None" = None


class Live(Span):
    """
    A span of OpenTelemetry with what the database took for it.
    """

    __slots__ = (
        "_began_ns",
        "_begin",
        "_outer",
        "_promised",
        "_seconds",
        "_span",
        "_statements",
        "_token",
        "_tracer",
    )

    def __init__(self, tracer: Tracer, begin: Begin) -> None:
        self._tracer = tracer
        self._begin = begin
        self._outer: Live | None = None
        self._span: api.Span | None = None
        self._token: Token[Live | None] | None = None
        self._promised: dict[Origin, None] = {}
        self._began_ns = 0
        self._seconds = 0.0
        self._statements = 0

    @property
    def waits(self) -> bool:
        """
        Whether nothing has come of it yet.
        """
        return self._span is None

    @property
    def context(self) -> SpanContext:
        """
        By which it is known to others; from here on it is told of.
        """
        return self._begun().get_span_context()

    @property
    def trace(self) -> str:
        """
        The id of its trace as 32 hexadecimal digits.
        """
        return f"{self.context.trace_id:032x}"

    def __enter__(self) -> Self:
        self._outer = _CURRENT.get()
        self._token = _CURRENT.set(self)
        self._began_ns = time.time_ns()
        if not self._begin.waits:
            self._begun()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _CURRENT.reset(self._token)
        if kind is not None:
            self._broke(kind)
        elif self._promised:
            self._tell()
        if self._span is None and self._lasted_s() < SLOW_S:
            return
        span = self._begun()
        if self._statements or self._seconds:
            span.set_attribute("cpq.db.statements", self._statements)
            span.set_attribute("cpq.db.seconds", round(self._seconds, 6))
        span.end()

    def note(self, facts: Facts) -> None:
        """
        Say this of it.
        """
        self._begun().set_attributes(facts)

    def rename(self, name: str) -> None:
        """
        Call it otherwise.
        """
        self._begun().update_name(name)

    def fail(self, kind: str) -> None:
        """
        It failed, with a word for how.
        """
        self._begun().set_attribute("error.type", kind)
        self._begun().set_status(Status(StatusCode.ERROR))

    def promise(self, origin: Origin) -> None:
        """
        Messages may come of this, if the command around it succeeds.
        """
        holder = self._holder()
        if holder is not None:
            holder._promised[origin] = None  # noqa: SLF001 one of its own kind

    def headers(self) -> dict[str, str]:
        """
        `traceparent` and, if it came with one, `tracestate`.
        """
        found: dict[str, str] = {}
        context = api.set_span_in_context(self._begun(), Context())
        TraceContextTextMapPropagator().inject(found, context)
        return found

    def asked(self, seconds: float, statements: int) -> None:
        """
        So long the database took, for so many statements.
        """
        self._seconds += seconds
        self._statements += statements

    def lead_to(self, other: SpanContext) -> None:
        """
        Link to a span of another trace.
        """
        self._begun().add_link(other)

    def _begun(self) -> api.Span:
        # Threads that share a round may both have something to say of it.
        with _BEGINNING:
            if self._span is None:
                self._span = self._made()
            return self._span

    def _made(self) -> api.Span:
        begin = self._begin
        around = begin.around
        if around is None:
            outer = self._outer
            around = Context()
            if outer is not None:
                around = api.set_span_in_context(outer._begun(), around)  # noqa: SLF001 one of its own kind
        return self._tracer.start_span(
            begin.name,
            around,
            begin.kind,
            begin.facts,
            begin.links,
            self._began_ns,
            record_exception=False,
            set_status_on_exception=False,
        )

    def _broke(self, kind: type[BaseException]) -> None:
        # Its sentence is left out: it names people and quotes.
        if issubclass(kind, _REFUSALS):
            self.note({"cpq.outcome": "refused", "cpq.refusal": kind.__name__})
        else:
            self.note({"cpq.outcome": "failed"})
            self.fail(kind.__name__)

    def _tell(self) -> None:
        if self._outer is not None and self._outer._holder() is not None:  # noqa: SLF001 one of its own kind
            # It is a part of another command, and undone with it.
            for origin in self._promised:
                self._outer.promise(origin)
        elif self._begin.tells is not None:
            self._begin.tells(self, self._promised)

    def _holder(self) -> "Live | None":
        if self._begin.tells is not None or self._outer is None:
            return self if self._begin.tells is not None else None
        return self._outer._holder()  # noqa: SLF001 one of its own kind

    def _lasted_s(self) -> float:
        return (time.time_ns() - self._began_ns) / _NANOSECONDS


def current() -> Live | None:
    """
    The span that this runs in.
    """
    return _CURRENT.get()
