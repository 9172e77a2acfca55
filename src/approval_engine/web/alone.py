"""
One process that serves by itself, with threads; told to stop, it stops in order.

It says so first for as long as a load balancer needs to hear it, takes nothing new
then, finishes what is under way, and returns.
"""

import select
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore  # type: ignore[import-untyped] # it ships no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped] # the same
from waitress.server import create_server  # type: ignore[import-untyped] # the same
from waitress.task import WSGITask  # type: ignore[import-untyped] # the same

from approval_engine.executor.warming import settle
from approval_engine.web import stopping

FINISH_S = 30
"""How long what is under way may take until it is cut off."""

_TICK_S = 0.2
_PATIENCE_S = 1
"""How long somebody may be connected before he asks."""

_AT_ONCE = 2
_CUT_OFF = 3


class _Task(WSGITask):  # type: ignore[misc] # the same
    """
    One answer; while the server stops it says that the connection ends with it.
    """

    def build_response_header(self) -> bytes:
        """
        The head of the answer, as bytes.
        """
        if stopping.has_begun():
            # Whoever keeps his connection must ask elsewhere the next time.
            self.set_close_on_finish()
        head: bytes = super().build_response_header()
        return head


class _Channel(HTTPChannel):  # type: ignore[misc] # the same
    """
    One connection.
    """

    task_class = _Task

    @property
    def is_busy(self) -> bool:
        """
        Whether a request has come, in part at least, of which the answer is not out.
        """
        begun = self.requests or self.request is not None or self.total_outbufs_len
        return bool(begun) or self._is_new

    @property
    def _is_new(self) -> bool:
        # Nothing has come yet, but it may be on the way.
        silent = self.last_activity == self.creation_time
        return bool(silent and time.time() - self.creation_time < _PATIENCE_S)


class Server:
    """
    Serves the application on a socket that is bound already, once `run` is called.
    """

    def __init__(self, app: Flask, bound: socket.socket) -> None:
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app, map=self._sockets, sockets=[bound], ident=None
        )
        self._server.channel_class = _Channel
        self._told = 0
        # From here on, so that whoever is told of the server may stop it.
        signal.signal(signal.SIGTERM, self._tell)
        signal.signal(signal.SIGINT, self._tell)

    def run(self, drain_s: float) -> None:
        """
        Serve until SIGTERM or Ctrl-C.

        After SIGTERM it goes on for `drain_s` seconds more, unless told once more.
        """
        settle()
        self._serve_until(lambda: self._told > 0)
        stopping.begin()
        self._serve_until(lambda: self._told >= _AT_ONCE, drain_s)
        self._take_nothing_new()
        self._serve_until(lambda: self._told >= _CUT_OFF or self._is_idle(), FINISH_S)
        self._server.task_dispatcher.shutdown(timeout=0)
        wasyncore.close_all(self._sockets)

    def _tell(self, number: int, frame: FrameType | None) -> None:
        del frame
        # Whoever sits before it and presses Ctrl-C is no load balancer.
        self._told += _AT_ONCE if number == signal.SIGINT else 1
        self._server.pull_trigger()

    def _serve_until(
        self, over: Callable[[], bool], at_most_s: float | None = None
    ) -> None:
        """
        Serve until that is so; with `at_most_s` no longer than so many seconds.
        """
        begun = time.monotonic()
        while not over() and (
            at_most_s is None or time.monotonic() - begun < at_most_s
        ):
            wasyncore.loop(_TICK_S, map=self._sockets, count=1)

    def _take_nothing_new(self) -> None:
        # Whoever has connected by now is answered; the next one finds nobody.
        while select.select([self._server.socket], [], [], 0)[0]:
            self._server.handle_accept()
        wasyncore.dispatcher.close(self._server)

    def _is_idle(self) -> bool:
        """
        Whether nobody waits for an answer; connections that are only kept are closed.
        """
        channels = tuple(self._server.active_channels.values())
        for channel in channels:
            channel.will_close |= not channel.is_busy
        return not channels
