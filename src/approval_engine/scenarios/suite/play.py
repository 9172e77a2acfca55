"""
One scenario in a database of its own → what failed, as sentences; nothing if it passed.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from approval_engine.errors import ApprovalEngineError, DefinitionError, Refused
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import intake
from approval_engine.scenarios.clock import StoryClock
from approval_engine.scenarios.stage import Stage
from approval_engine.scenarios.suite.judge import differences, look
from approval_engine.scenarios.suite.moves import Moves, Unplayable
from approval_engine.scenarios.suite.probe import Probe
from approval_engine.scenarios.suite.script import (
    Act,
    Expectation,
    Refusal,
    Scenario,
    Step,
)
from approval_engine.store.database import Database

AUTHOR = "system"


def play(scenario: Scenario, path: Path, pattern: Runtime) -> tuple[str, ...]:
    """
    What failed, each with the step it failed in. `path` is an empty, migrated database.

    The first step that goes another way than demanded is the last one that is played.
    `pattern` remembers the documents that it has read for other scenarios.
    """
    database = Database(f"sqlite:///{path}")
    clock = StoryClock(scenario.at)
    stage = Stage(replace(pattern, database=database), clock)
    with closing(database), Probe(path) as probe:
        _found(scenario, stage)
        return tuple(_Playing(scenario, stage, probe).failures())


def _found(scenario: Scenario, stage: Stage) -> None:
    runtime = stage.runtime
    intake.import_directory(runtime, scenario.directory)
    intake.publish_policy(runtime, scenario.policy, AUTHOR)


class _Playing:
    """
    A scenario while it is played; `stuck` once it went another way than demanded.
    """

    def __init__(self, scenario: Scenario, stage: Stage, probe: Probe) -> None:
        self._scenario = scenario
        self._stage = stage
        self._probe = probe
        self._moves = Moves(scenario, stage, probe)
        self._stuck = False

    def failures(self) -> Iterator[str]:
        """
        What fails from the first submit to the end.
        """
        scenario = self._scenario
        submit = Act(action="submit", actor="submitter")
        steps = (Step(does=submit, refused=scenario.refused), *scenario.steps)
        for number, step in enumerate(steps):
            where = f"step {number}" if number else "submit"
            yield from (f"{where}: {sentence}" for sentence in self._take(step))
            if self._stuck:
                return
        yield from (f"end: {sentence}" for sentence in self._judge(scenario.expect))

    def _take(self, step: Step) -> Iterator[str]:
        self._probe.mark()
        try:
            self._moves.make(step.does)
        except (Refused, DefinitionError) as refusal:
            yield from self._refused(step.refused, str(refusal))
        except Unplayable as problem:
            self._stuck = True
            yield str(problem)
        except ApprovalEngineError as broken:
            self._stuck = True
            yield f"It broke: {broken}"
        else:
            if step.refused is not None:
                self._stuck = True
                yield "Expected a refusal, but it was done."
        if not self._stuck:
            yield from self._judge(step.expect)

    def _refused(self, demanded: Refusal | None, sentence: str) -> Iterator[str]:
        if demanded is None:
            self._stuck = True
            yield f"It was refused: {sentence}"
            return
        if demanded.words not in sentence:
            yield f"Expected a refusal with '{demanded.words}', but it is: {sentence}"
        if self._probe.changed():
            yield "Expected the refusal to change nothing, but the database changed."

    def _judge(self, expect: Expectation | None) -> Iterator[str]:
        if expect is None:
            return
        moves = self._moves
        seen = look(self._stage.runtime.database, moves.workflow_id, moves.result)
        yield from differences(expect, seen)
