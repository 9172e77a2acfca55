"""
A process that records, a receiver of what it records, and a company to record of.
"""

import os

import pytest

from approval_engine import __version__, traces
from tests.integration.executor.company import Company
from tests.integration.notifications.receivers import serving_hook, serving_mail
from tests.integration.traces.collector import collecting


@pytest.fixture
def collector():
    with collecting() as found:
        yield found


@pytest.fixture
def record(monkeypatch, collector):
    """
    Records from here on, to the collector unless the variables say otherwise.
    """

    def record(**variables):
        known = {"EXPORTER_OTLP_ENDPOINT": collector.url} | variables
        for name, value in known.items():
            monkeypatch.setenv(f"OTEL_{name}", value)
        traces.set_up(os.environ, __version__)
        assert traces.are_on()

    yield record
    # What a held receiver would get now is not what a test is about.
    collector.released.set()
    traces.end()


@pytest.fixture
def url(request, fresh_database):
    return fresh_database(getattr(request, "param", "sqlite"), ready=True)


@pytest.fixture
def company(url, record):
    record()
    company = Company(url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def mailbox():
    with serving_mail() as box:
        yield box


@pytest.fixture
def hook():
    with serving_hook() as found:
        yield found
