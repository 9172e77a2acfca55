"""
The one module that knows OpenTelemetry: spans of this process → a receiver of OTLP.

They are sent in batches by a thread of their own; what it cannot keep up with is
dropped, so nobody ever waits for a receiver.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from threading import Event, Thread, local

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from approval_engine.traces.live import Begin, Live, current
from approval_engine.traces.span import SILENT, Facts, Kind, Origin, Span

NAME = "cpq"
"""What the service is called unless OTEL_SERVICE_NAME says otherwise."""

_CREATE = "create messages"
_CREATED = {"messaging.system": "cpq", "messaging.operation.type": "create"}
_UNNAMED = "unknown_service"


class Recorder:
    """
    Makes the spans of one process.
    """

    def __init__(self, version: str) -> None:
        # Without a handler the library would write to the stderr of every command.
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=_resource(version), id_generator=self._ids, shutdown_on_exit=False
        )
        self._exporter = OTLPSpanExporter()
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("approval_engine", version)
        # A process that ends cannot begin a thread any more.
        self._over = Event()
        self._closing = Thread(target=self._close, daemon=True)
        self._closing.start()

    def _close(self) -> None:
        self._over.wait()
        self._provider.shutdown()

    def end(self, within_s: float) -> None:
        """
        Send what is left; what a receiver does not take in time is given up.
        """
        self._over.set()
        self._closing.join(within_s)
        if self._closing.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call] # the library's own

    def current(self) -> Live | None:
        """
        The span that this runs in.
        """
        return current()

    def served(self, headers: Mapping[str, str]) -> Span:
        """
        A request, as a part of the trace that its headers name.
        """
        # Baggage is not taken in: it may hold whatever somebody put into it.
        around = TraceContextTextMapPropagator().extract(headers, Context())
        return self._begun("request", Kind.SERVER, around=around)

    def command(self, name: str) -> Span:
        """
        A command, which tells of the messages that will come of it.
        """
        begin = Begin(name=name, kind=SpanKind.INTERNAL, tells=self._tell)
        return Live(self._tracer, begin)

    def watch(self, name: str) -> Span:
        """
        A span that begins to be one once something comes of it.
        """
        begin = Begin(name=name, kind=SpanKind.INTERNAL, waits=True)
        return Live(self._tracer, begin)

    def within(self, name: str, kind: Kind, facts: Facts) -> Span:
        """
        A part of the current span, if it is one already.
        """
        outer = current()
        if outer is None or outer.waits:
            return SILENT
        return self._begun(name, kind, facts)

    def message(self, name: str, facts: Facts, origins: Iterable[Origin]) -> Span:
        """
        One try to send, in the trace of the first origin, with links to the others.
        """
        contexts = [self._context(origin) for origin in dict.fromkeys(origins)]
        around = set_span_in_context(NonRecordingSpan(contexts[0]), Context())
        outer = current()
        links = [Link(each) for each in contexts[1:]]
        links += [Link(outer.context)] if outer is not None else []
        begin = Begin(
            name=name,
            kind=SpanKind.CLIENT,
            facts=facts,
            around=around,
            links=links,
        )
        return Live(self._tracer, begin)

    def _begun(
        self,
        name: str,
        kind: Kind,
        facts: Facts | None = None,
        around: Context | None = None,
    ) -> Span:
        begin = Begin(
            name=name, kind=SpanKind[kind.name], facts=facts or {}, around=around
        )
        return Live(self._tracer, begin)

    def _tell(self, span: Live, origins: Iterable[Origin]) -> None:
        """
        Begin the trace of what is sent of each of these: it is stored nowhere.

        Whoever sends the messages, in another process and maybe days later, finds that
        trace by workflow and time. Links lead from one trace to the other and back.
        """
        back = (Link(span.context),)
        for origin in origins:
            with self._ids.chosen(_derived(origin)):
                made = self._tracer.start_span(
                    _CREATE, Context(), SpanKind.PRODUCER, _CREATED, back
                )
            if made.is_recording():
                span.lead_to(made.get_span_context())
            made.end()

    def _context(self, origin: Origin) -> SpanContext:
        trace_id, span_id = _derived(origin)
        # The same question as when the trace began, so it has the same answer.
        asked = self._provider.sampler.should_sample(
            Context(), trace_id, _CREATE, SpanKind.PRODUCER, _CREATED
        )
        is_wanted = asked.decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags.SAMPLED if is_wanted else 0
        return SpanContext(
            trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags)
        )


class _Ids(RandomIdGenerator):
    """
    Random ids, but for a span whose ids follow from what it is about.
    """

    def __init__(self) -> None:
        self._here = local()

    @contextmanager
    def chosen(self, ids: tuple[int, int]) -> Iterator[None]:
        """
        The next root gets these ids, of its trace and its own.
        """
        self._here.ids = ids
        try:
            yield
        finally:
            self._here.ids = None

    def generate_trace_id(self) -> int:
        """
        The id of a trace, of 128 bits.
        """
        ids = getattr(self._here, "ids", None)
        return ids[0] if ids else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """
        The id of a span, of 64 bits.
        """
        ids = getattr(self._here, "ids", None)
        return ids[1] if ids else super().generate_span_id()


def _derived(origin: Origin) -> tuple[int, int]:
    # The id alone is not enough: many commands move one workflow.
    digest = sha256("\n".join(origin).encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _resource(version: str) -> Resource:
    found = Resource.create({SERVICE_VERSION: version})
    if str(found.attributes[SERVICE_NAME]).startswith(_UNNAMED):
        found = found.merge(Resource({SERVICE_NAME: NAME}))
    return found
