"""
`cpq policy simulate`: what a draft changes, on the past or on a file of quotes.
"""

from typing import TYPE_CHECKING

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.progress import watched

if TYPE_CHECKING:
    from approval_engine.operations.trial import Outcome, Tried

_FILE = click.Path(exists=True, dir_okay=False)


@click.command()
@click.option("--policy", "draft", required=True, metavar="FILE", type=_FILE)
@click.option("--quotes", metavar="FILE", type=_FILE, help="Quotes to try it with.")
@click.option("--history", is_flag=True, help="Try it with all that was submitted.")
@pass_session
def simulate(
    session: Session, draft: str, quotes: str | None, *, history: bool
) -> None:
    """
    Ask quotes under the policy in force and under a draft; a line for each difference.

    People, windows and exceptions are those of today. Nothing is stored.
    """
    from approval_engine.operations import simulation
    from approval_engine.policy.load import load
    from approval_engine.policy.reading.words import snake

    if (quotes is None) != history:
        sentence = "Give either --quotes FILE or --history."
        raise click.UsageError(sentence)
    policy = load(session.read(draft))
    if quotes is None:
        runtime = session.runtime
        found = runtime.database.lately(
            lambda: simulation.of_history(runtime, policy, watched=watched)
        )
    else:
        found = simulation.of_file(session.runtime, policy, session.read(quotes))
    if session.as_json:
        session.document(found.view())
        return
    for each in found.changed:
        session.record(**_line(each))
    for step in found.steps:
        session.record(step=step.step, before=step.before, after=step.after)
    session.record(**{snake(name): value for name, value in found.counts().items()})


def _line(tried: "Tried") -> dict[str, object]:
    return {
        "quote": tried.quote,
        "revision": tried.revision,
        "account": tried.account,
        "before": _word(tried.before),
        "after": _word(tried.after),
    }


def _word(outcome: "Outcome") -> str:
    if outcome.refused:
        return "refused"
    return ",".join(outcome.steps) or "automatic"
