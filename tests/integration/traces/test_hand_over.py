"""
How spans reach a receiver that is well, hangs or is away, from every kind of process.
"""

import json
import os
import runpy
import subprocess
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from approval_engine import traces
from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company
from tests.integration.web.served import GUNICORN, gunicorn

CPQ = Path(sys.executable).with_name("cpq")
SECRET = "a secret key that only tests know"
EXAMPLE = Path(__file__).parents[3] / "examples" / "spans.py"
AWAY = "http://127.0.0.1:1"

SERVED = """
import sys
from importlib.abc import MetaPathFinder
from approval_engine import traces
from approval_engine.web.wsgi import application

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def serve():
    assert client.get("/login").status_code == 200
    print(any(name.startswith("opentelemetry") for name in sys.modules))

client = application().test_client()
serve()
sys.meta_path.insert(0, Missing())
traces.set_up({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, "1")
serve()
"""
"""A server that nobody asked for spans, and one without the extra that was asked."""


@pytest.fixture
def client(company):
    return create_app(Settings(secret_key=SECRET), company.runtime).test_client()


def cpq(*arguments, **environment):
    return subprocess.run(
        [CPQ, *arguments],
        env={"PATH": "/usr/bin:/bin"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_receiver_that_hangs_holds_nobody_up(client, company, collector):
    """
    Everybody is answered, and the process ends, before the receiver answered at all.
    """
    collector.hold()
    assert client.get("/login").status_code == 200
    collector.wait_for(lambda: collector.bodies)
    for _ in range(30):
        assert client.get("/login").status_code == 200
    assert company.started()
    traces.end()

    assert client.get("/login").status_code == 200
    assert collector.answered == 0


def test_what_a_receiver_cannot_keep_up_with_is_dropped(url, record, collector):
    collector.hold()
    record(BSP_MAX_QUEUE_SIZE="4", BSP_MAX_EXPORT_BATCH_SIZE="2")
    for number in range(50):
        with traces.command(f"span {number}"):
            pass
        if number == 1:
            collector.wait_for(lambda: collector.bodies)
    collector.released.set()
    traces.end()
    names = [span.name for span in collector.spans]

    # What was on its way, and the last that found a place.
    assert names[:2] == ["span 0", "span 1"]
    assert set(names[2:]) == {f"span {number}" for number in range(46, 50)}


def test_a_receiver_that_is_away_disturbs_nobody(url, record, caplog):
    record(EXPORTER_OTLP_ENDPOINT=AWAY)
    company = Company(url)
    app = create_app(Settings(secret_key=SECRET), company.runtime)
    assert app.test_client().get("/login").status_code == 200
    assert company.started()
    company.runtime.database.close()
    traces.end()

    assert {each.name.partition(".")[0] for each in caplog.records} <= {
        "approval_engine",
        "opentelemetry",
    }


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_SERVICE_NAME": "cpq"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY, "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY, "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["none", "a name only", "empty", "disabled", "no exporter"],
)
def test_nothing_of_opentelemetry_is_imported_unless_asked_for(variables, monkeypatch):
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    traces.set_up(variables, "1")

    assert not traces.are_on()
    assert traces.command("one") is traces.watch("two") is traces.current()


def test_unasked_nothing_is_imported_and_without_the_extra_everything_works(url):
    Company(url).runtime.database.close()
    known = {"PATH": "/usr/bin:/bin", "CPQ_SECRET_KEY": "k" * 32}
    ended = subprocess.run(
        [sys.executable, "-c", SERVED],
        env=known | {"CPQ_DATABASE_URL": url, "CPQ_LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout.split()) == (0, ["False"] * 2), ended.stderr
    actions = [json.loads(line)["action"] for line in ended.stderr.splitlines()]

    assert actions == ["request", "traces_missing", "request"]


def test_a_command_hands_over_what_it_did_before_it_ends(url, collector):
    Company(url).quote()
    known = {"CPQ_DATABASE_URL": url, "CPQ_USER": "sam"}
    told = known | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_SERVICE_NAME": "deal desk",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
    }
    ended = cpq("approval", "submit", "--quote", "Q-1", **told)
    assert (ended.returncode, ended.stderr) == (0, "")
    command = collector.one("submit")
    assert command.facts["cpq.outcome"] == "applied"
    assert command.service["service.name"] == "deal desk"
    assert command.service["deployment.environment.name"] == "test"

    away = known | {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY}
    ended = cpq("approval", "submit", "--quote", "Q-1", **away)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "status=pending" in ended.stdout


def test_the_example_of_a_receiver_prints_what_comes(url, record, capsys):
    spans = SimpleNamespace(**runpy.run_path(str(EXAMPLE)))
    with ThreadingHTTPServer(("127.0.0.1", 0), spans.Collector) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        record(EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
        company = Company(url)
        workflow = company.started()
        company.runtime.database.close()
        traces.end()
        server.shutdown()
        thread.join()
    lines = capsys.readouterr().out.splitlines()
    told = next(line for line in lines if " create messages " in line)
    command = next(line for line in lines if " submit " in line)

    assert f"cpq.workflow.id={workflow}" in command
    assert f"create messages → {command[:8]} " in told
    assert f"submit → {told[:8]} " in command


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("EXPORTER_OTLP_ENDPOINT", "collector:4318", "an address such as"),
        ("EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://x", "an address such as"),
        ("EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
        ("EXPORTER_OTLP_TIMEOUT", "soon", "a number of seconds above 0"),
        ("EXPORTER_OTLP_TIMEOUT", "nan", "a number of seconds above 0"),
        ("TRACES_EXPORTER", "jaeger", "otlp or none"),
        ("TRACES_SAMPLER", "some", "always_on or"),
        ("TRACES_SAMPLER_ARG", "2", "a share from 0 to 1"),
        ("BSP_MAX_QUEUE_SIZE", "0", "a whole number above 0"),
        ("BSP_SCHEDULE_DELAY", "-1", "a whole number above 0"),
    ],
)
def test_a_malformed_variable_is_refused_in_a_sentence(monkeypatch, name, value, form):
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY, f"OTEL_{name}": value}
    with pytest.raises(InvalidInput) as refused:
        traces.set_up(asked, "1")
    sentence = str(refused.value)

    assert sentence.startswith(f"Expected OTEL_{name} to be {form}")
    assert value not in sentence.replace("0 to 1", "").replace("above 0", "")
    assert not traces.are_on()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BSP_MAX_QUEUE_SIZE", "256", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE of at most"),
        ("SPAN_ATTRIBUTE_COUNT_LIMIT", "abc", "OpenTelemetry does not take"),
    ],
)
def test_what_the_library_would_not_take_is_refused(monkeypatch, name, value, words):
    monkeypatch.setenv(f"OTEL_{name}", value)
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY, f"OTEL_{name}": value}
    with pytest.raises(InvalidInput, match=words):
        traces.set_up(asked, "1")

    assert not traces.are_on()


def test_a_command_with_a_malformed_variable_is_wrong_usage():
    ended = cpq("config", OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318")

    assert ended.returncode == 2
    assert "Expected OTEL_EXPORTER_OTLP_ENDPOINT to be an address" in ended.stderr


@pytest.mark.skipif(
    sys.platform != "linux" or not GUNICORN.exists(),
    reason="There is no gunicorn: it comes with the extra 'server'.",
)
def test_every_process_of_a_server_hands_over_all_it_has(url, tmp_path, collector):
    Company(url).runtime.database.close()
    # Longer than the test: what comes is what the processes send when they end.
    asked = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "3600000",
    }
    with gunicorn(url, tmp_path, **asked) as server:
        for _ in range(20):
            assert server.get("/login")[0] == 200
        assert collector.bodies == []
        assert server.end() == 0
    spans = collector.named("GET /login")

    assert len(spans) == 20
    processes = {span.service["service.instance.id"] for span in spans}
    assert len(processes) == len(collector.bodies)
    lines = [each for each in server.lines() if each.get("route") == "/login"]
    assert {each["trace_id"] for each in lines} == {span.trace for span in spans}
