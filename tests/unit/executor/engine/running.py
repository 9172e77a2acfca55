"""
A process that is run step by step, stored and loaded in between.
"""

import hashlib

from approval_engine.executor import engine
from approval_engine.executor.engine.codec import decode, encode
from approval_engine.executor.engine.restore import capture, restore


def compiled(process, tables=None):
    sha256 = hashlib.sha256(repr(process).encode()).hexdigest()
    return engine.compile_process(process, sha256, tables or {})


class Run:
    """
    One process. Its state must be the same whether it was stored in between or not.
    """

    def __init__(self, process, tables=None, facts=None):
        self.definition = compiled(process, tables)
        self.facts = facts or {}
        self._take(engine.start(self.definition, self.facts))

    def do(self, *elements, fields=None, **outcomes):
        """
        Complete user tasks, one after the other.
        """
        for element in elements:
            snapshot = engine.complete(
                self.definition,
                self.state,
                element,
                outcomes,
                fields or {},
                self.facts,
            )
            self._take(snapshot)
        return self

    def fire(self, *timers):
        """
        Let timers fire, wherever they wait.
        """
        for name in timers:
            waiting = [t for t in self.snapshot.position.timers if t.element == name]
            occurrence = waiting[0].occurrence if waiting else 1
            snapshot = engine.fire(
                self.definition, self.state, name, occurrence, self.facts
            )
            self._take(snapshot)
        return self

    @property
    def state(self):
        return self.snapshot.state

    @property
    def open(self):
        return [task.element for task in self.snapshot.position.tasks]

    @property
    def timers(self):
        return [timer.element for timer in self.snapshot.position.timers]

    @property
    def ended(self):
        return self.snapshot.position.ended

    def _take(self, snapshot):
        self.snapshot = snapshot
        sha256 = self.definition.sha256
        marking = decode(snapshot.state, sha256)
        assert encode(marking) == snapshot.state
        assert engine.position(self.definition, snapshot.state) == snapshot.position
        if marking.ended is None:
            assert snapshot.position.tasks or snapshot.position.timers
            again = capture(restore(self.definition.process, marking), sha256)
            assert again == marking
        else:
            assert snapshot.position.tasks == snapshot.position.timers == ()
