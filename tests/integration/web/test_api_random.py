"""
Random requests: nothing breaks, and nothing is answered that is not documented.

The short form plays some hundred of them, the same ones each time; the long form, which
`make proof` runs, ten thousand others.
"""

import json
from collections import Counter
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from approval_engine.accounts.tokens import Scope, create
from approval_engine.web import limits
from tests.integration.web.played import (
    FILE,
    OPERATIONS,
    Opened,
    Stage,
    application,
    person_for,
)

EXAMPLES = json.loads(FILE.read_text(encoding="utf-8"))
# What is there, so that not every request is about nothing.
KNOWN = {
    "quoteId": ["Q-2026-0120", "Q-2026-0106"],
    "workflowId": ["WF-8809", "WF-8821"],
    "taskId": ["T-1", "T-20", "T-21", "T-22"],
    "delegationId": ["D-1", "D-2"],
    "webhookId": ["WH-1a2b3c4d"],
    "policy": ["deal-desk"],
    "process": ["deal_review"],
    "version": ["1", "2026.1"],
}
PEOPLE = ("sam", "maria", "fred", "dora", "ada", "carl")
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
]
# Some operations take so little that there are not so many different requests.
SHORT, LONG = 12, 320
MANY = 1_000_000


class Crowd:
    """
    The demo, which people of every office ask at random.
    """

    def __init__(self, stage):
        self.opened = Opened(stage.full)
        runtime = self.opened.runtime
        app = application(runtime)
        # What is too much of all this has tests of its own.
        limits.install(app, MANY, MANY)
        self.schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
        self.tokens = {
            person: create(runtime, person, tuple(Scope), None)[1] for person in PEOPLE
        }
        self.seen = Counter()

    @cache  # noqa: B019 # it lives as long as the tests do
    def cases(self, name):
        operation = self.schema.find_operation_by_id(name)
        return st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE),
        )

    def play(self, name, draw):
        case = draw(self.cases(name))
        if draw(st.booleans()):
            for variable in set(case.path_parameters) & set(KNOWN):
                case.path_parameters[variable] = draw(st.sampled_from(KNOWN[variable]))
        example = EXAMPLES[name].get("body")
        if isinstance(example, dict) and isinstance(case.body, dict):
            case.body = _mixed(draw, example, case.body)
        able = person_for(name)
        person = draw(st.just(able) | st.sampled_from(PEOPLE))
        bearer = {"Authorization": f"Bearer {self.tokens[person]}"}
        answer = case.call(headers=bearer)
        self.seen[answer.status_code] += 1
        # Some checks ask once more, and need to know what was sent besides.
        sent = {"headers": bearer, "transport_kwargs": {"headers": bearer}}
        case.validate_response(answer, checks=CHECKS, **sent)


def _mixed(draw, example, drawn):
    """
    The example with something of what was drawn, or what was drawn alone.
    """
    if not draw(st.booleans()):
        return drawn
    names = draw(st.lists(st.sampled_from(sorted(drawn)), max_size=2)) if drawn else ()
    return {**example, **{name: drawn[name] for name in names}}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    crowd = Crowd(Stage(tmp_path_factory.mktemp("crowd")))
    yield crowd
    told = f"{crowd.seen.total()} requests: {dict(sorted(crowd.seen.items()))}"
    print(f"\n{told}")  # noqa: T201 # figures to quote
    crowd.opened.runtime.database.close()


def ask(crowd, name, **options):
    @settings(
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    @given(st.data())
    def play(data):
        crowd.play(name, data.draw)

    play()


@pytest.mark.parametrize("name", OPERATIONS)
def test_random_requests_get_documented_answers(crowd, name):
    ask(crowd, name, max_examples=SHORT, derandomize=True)


@pytest.mark.proof
@pytest.mark.parametrize("name", OPERATIONS)
def test_ten_thousand_random_requests_get_documented_answers(crowd, name):
    ask(crowd, name, max_examples=LONG)
    assert not any(status >= 500 for status in crowd.seen)
