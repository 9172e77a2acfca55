"""
A receiver of OTLP over HTTP on this machine: it decodes what comes.
"""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

PATIENCE_S = 60


@dataclass(frozen=True)
class Seen:
    """
    One span as it came over the wire; ids are hexadecimal.
    """

    name: str
    kind: int
    trace: str
    id: str
    parent: str
    links: tuple
    facts: dict
    failed: bool
    nanoseconds: int
    service: dict


@dataclass
class Collector:
    """
    A receiver. While it is told to `hold` nobody gets an answer.
    """

    port: int = 0
    bodies: list = field(default_factory=list)
    answered: int = 0
    came: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.released.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def hold(self):
        self.released.clear()

    @property
    def spans(self):
        return [span for body in tuple(self.bodies) for span in decoded(body)]

    def named(self, *names):
        return [span for span in self.spans if span.name in names]

    def one(self, name):
        (span,) = self.named(name)
        return span

    def parts(self, span):
        return [each for each in self.spans if each.parent == span.id]

    def wait_for(self, found):
        """
        Wait until that is so, however busy the machine is.
        """
        for _ in range(PATIENCE_S * 20):
            if found():
                return
            self.came.wait(0.05)
            self.came.clear()
        raise AssertionError([span.name for span in self.spans])


def decoded(body):
    message = ExportTraceServiceRequest.FromString(body)
    for resource in message.resource_spans:
        service = values(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    name=span.name,
                    kind=span.kind,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    links=tuple(
                        (x.trace_id.hex(), x.span_id.hex()) for x in span.links
                    ),
                    facts=values(span.attributes),
                    failed=span.status.code == 2,
                    nanoseconds=span.end_time_unix_nano - span.start_time_unix_nano,
                    service=service,
                )


def values(attributes):
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value"))
        for each in attributes
    }


@contextmanager
def collecting():
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            assert self.headers["Content-Type"] == "application/x-protobuf"
            collector.bodies.append(body)
            collector.came.set()
            collector.released.wait(PATIENCE_S)
            try:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                # Whoever asked did not wait for it.
                return
            collector.answered += 1

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    collector.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield collector
    finally:
        collector.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
