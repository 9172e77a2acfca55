"""
Prints the spans that a server, a worker or a command sends, one a line.

    python examples/spans.py --port 4318

It is there to look at them without installing anything that collects traces. It decodes
with what the extra `traces` brings along; the product needs
`OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318` in its environment.
"""

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)


class Collector(BaseHTTPRequestHandler):
    """
    Takes what is posted as OTLP over HTTP.
    """

    def do_POST(self):
        """
        Print the spans of one batch, in the order in which they ended.
        """
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    print(line(span), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """
        Say nothing of the requests themselves.
        """


def line(span):
    """
    Trace, span and parent by their first digits, what it was, how long, what is said.
    """
    ids = (span.trace_id, span.span_id, span.parent_span_id)
    shown = " ".join(each.hex()[:8].ljust(8) for each in ids)
    took = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
    facts = " ".join(f"{each.key}={value(each)}" for each in span.attributes)
    links = "".join(f" → {each.trace_id.hex()[:8]}" for each in span.links)
    return f"{shown} {took:8.1f} ms  {span.name}{links}  {facts}"


def value(fact):
    """
    A value, whatever type it has.
    """
    return getattr(fact.value, fact.value.WhichOneof("value"))


def main():
    """
    Serve until Ctrl-C.
    """
    options = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    options.add_argument("--port", type=int, default=4318)
    port = options.parse_args().port
    with ThreadingHTTPServer(("127.0.0.1", port), Collector) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
