"""
How gunicorn runs the product: `gunicorn --config python:approval_engine.web.server`.

What stands here under a name of gunicorn's is a setting of it; its options and
GUNICORN_CMD_ARGS go before it. Nothing that is imported here may hold a connection.
"""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from threading import Timer
from types import FrameType
from typing import Any

from approval_engine.config import load
from approval_engine.errors import ApprovalEngineError, InvalidInput
from approval_engine.logs import configuration
from approval_engine.web import stopping

try:
    _SETTINGS = load(os.environ)
except InvalidInput as error:
    sys.exit(str(error))

_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_COUNTED = ("counter_*.db", "histogram_*.db")

wsgi_app = "approval_engine.web.wsgi:application()"
# Each process makes its own application after the fork, with connections of its own.
preload_app = False
# Few threads and several processes: threads of one process wait for each other.
worker_class = "gthread"
threads = 2
if "WEB_CONCURRENCY" not in os.environ:
    workers = max(2, os.cpu_count() or 1)
timeout = 60
graceful_timeout = 30
logconfig_dict = configuration(_SETTINGS.log_format, _SETTINGS.log_level)
# What a proxy says of the client is read in one place, by CPQ_TRUSTED_PROXIES.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True


def on_starting(server: Any) -> None:  # noqa: ANN401 gunicorn has no types
    """
    Prepare what the processes share, and refuse in a sentence what none could serve.
    """
    del server
    # The library looks for the folder when it is first imported.
    folder = Path(os.environ.get(_SHARED_FOLDER) or _own_folder())
    folder.mkdir(parents=True, exist_ok=True)
    # Counting begins with the server; what an earlier one left would be counted again.
    for pattern in _COUNTED:
        for old in folder.glob(pattern):
            old.unlink()
    from approval_engine.web.wsgi import check

    try:
        check()
    except ApprovalEngineError as error:
        _clean()
        sys.exit(str(error))


def when_ready(server: Any) -> None:  # noqa: ANN401 gunicorn has no types
    """
    Let SIGTERM be told to the load balancer first, if it shall have time to hear it.
    """
    del server
    if _SETTINGS.drain_seconds:
        stop = signal.getsignal(signal.SIGTERM)

        def drain(number: int, frame: FrameType | None) -> None:
            del frame
            # Asked a second time it stops at once.
            signal.signal(number, stop)
            stopping.begin()
            again = Timer(_SETTINGS.drain_seconds, os.kill, (os.getpid(), number))
            again.daemon = True
            again.start()

        signal.signal(signal.SIGTERM, drain)


def post_worker_init(worker: Any) -> None:  # noqa: ANN401 gunicorn has no types
    """
    Whatever a process needs for its first request is there by now, and stays.
    """
    from approval_engine.executor.warming import settle

    del worker
    settle()


def pre_request(worker: Any, req: Any) -> None:  # noqa: ANN401 gunicorn has no types
    """
    Let nobody keep his connection any more once a stop is announced.
    """
    del worker
    if stopping.has_begun():
        req.force_close()


def on_exit(server: Any) -> None:  # noqa: ANN401 gunicorn has no types
    """
    Leave nothing behind that nobody asked to keep.
    """
    del server
    _clean()


_OWN: list[str] = []


def _own_folder() -> str:
    _OWN.append(tempfile.mkdtemp(prefix="cpq-metrics-"))
    os.environ[_SHARED_FOLDER] = _OWN[0]
    return _OWN[0]


def _clean() -> None:
    while _OWN:
        shutil.rmtree(_OWN.pop(), ignore_errors=True)
