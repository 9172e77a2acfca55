"""
`cpq policy canary`: try a version beside the one in force, watch it, promote or stop.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from approval_engine.cli import matrix_proof
from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.values import COMMENT, KEY

if TYPE_CHECKING:
    from approval_engine.executor.answer import Caller
    from approval_engine.executor.commands.canary import Done
    from approval_engine.operations.canary_status import Status
    from approval_engine.operations.canary_wish import Wish

_FILE = click.Path(exists=True, dir_okay=False)
_WHY = click.option(
    "--comment", default="", metavar="C", type=COMMENT, help="Why; others read it."
)


class Number(click.ParamType[Decimal]):
    """
    An exact number with few digits, judged by `fits`.
    """

    name = "number"

    def __init__(self, sentence: str, fits: Callable[[Decimal], bool]) -> None:
        self._sentence = sentence
        self._fits = fits

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """
        The number, or a usage error that says what is expected.
        """
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not (number.is_finite() and self._fits(number)):
            self.fail(f"Expected {self._sentence}, but got '{value}'.", param, ctx)
        return number


def _is_share(number: Decimal) -> bool:
    return 0 < number <= 100 and number * 100 == int(number * 100)  # noqa: PLR2004 percent


SHARE = Number("a share of 0.01 to 100 percent, with two decimals at most", _is_share)
ALPHA = Number("an error rate above 0, up to 0.2", lambda n: 0 < n <= Decimal("0.2"))


@click.group()
def canary() -> None:
    """
    Try a policy version beside the one in force.
    """


@canary.command()
@click.option("--policy", "path", type=_FILE, metavar="FILE", help="What is tried.")
@click.option("--version", metavar="V", help="A version that was tried before.")
@click.option("--shadow", is_flag=True, help="Compare every quote, route none by it.")
@click.option("--share", type=SHARE, metavar="PERCENT", help="So many quotes get it.")
@click.option("--segment", default="", metavar="CONDITION", help="Only quotes with it.")
@click.option("--alpha", type=ALPHA, help="The guard's error rate, default 0.05.")
@click.option("--at-least", type=int, metavar="N", help="Quotes of each first: 20.")
@click.option("--tolerate", multiple=True, metavar="METRIC=TIMES")
@click.option("--accept-fallback", is_flag=True, help="As for publish.")
@matrix_proof.ACCEPT
@KEY
@pass_session
def start(  # noqa: PLR0913, PLR0917 one argument per option
    session: Session,
    path: str | None,
    version: str | None,
    shadow: bool,  # noqa: FBT001 click names it
    share: Decimal | None,
    segment: str,
    alpha: Decimal | None,
    at_least: int | None,
    tolerate: tuple[str, ...],
    accept_fallback: bool,  # noqa: FBT001 click names it
    accepts: tuple[str, ...],
    key: str | None,
) -> None:
    """
    Begin in the shadow, or route a share of the quotes; again with more, it grows.

    Which quotes: SHA-256 over the hash of the version and the id of the quote. Before
    any is routed, what 'policy prove' finds must be accepted, as for publish.
    """
    from approval_engine.operations.canary import start as command
    from approval_engine.operations.canary_wish import Wish

    if shadow == (share is not None):
        raise click.UsageError("Give either --shadow or --share PERCENT.")
    session.require_trust()
    wish = Wish(
        document=session.read(path) if path else None,
        version=version,
        share=None if share is None else int(share * 100),
        segment=segment,
        alpha=None if alpha is None else float(alpha),
        at_least=at_least,
        tolerated=dict(map(_tolerated, tolerate)),
        accept_fallback=accept_fallback,
        accepts=matrix_proof.reasons_of(accepts),
    )
    done = command(session.runtime, wish, _caller(session, key))
    _say(session, done)
    _warn(wish)


@canary.command()
@click.option("--number", type=int, metavar="N", help="Default: the last one.")
@pass_session
def status(session: Session, number: int | None) -> None:
    """
    Where a canary stands, what both versions say, and what its guard sees.
    """
    from approval_engine.operations.canary_status import status as found

    told = found(session.runtime, number)
    if session.as_json:
        session.document(told.view())
        return
    for line in _lines(told):
        session.record(**line)


@canary.command()
@_WHY
@click.option("--accept-fallback", is_flag=True, help="As for publish.")
@matrix_proof.ACCEPT
@KEY
@pass_session
def promote(
    session: Session,
    comment: str,
    key: str | None,
    *,
    accept_fallback: bool,
    accepts: tuple[str, ...],
) -> None:
    """
    Publish the version that is tried, for all quotes; what is found must be accepted.
    """
    from approval_engine.operations.canary import promote as command

    session.require_trust()
    done = command(
        session.runtime,
        _caller(session, key),
        comment,
        accept_fallback=accept_fallback,
        accepts=matrix_proof.reasons_of(accepts),
    )
    _say(session, done)


@canary.command()
@_WHY
@KEY
@pass_session
def stop(session: Session, comment: str, key: str | None) -> None:
    """
    Go back: all quotes get the version in force; running workflows keep theirs.
    """
    from approval_engine.executor.commands.canary import stop as command

    session.require_trust()
    _say(session, command(session.runtime, _caller(session, key), comment))


def _caller(session: Session, key: str | None) -> "Caller":
    from dataclasses import replace

    return replace(session.officer, key=key)


def _say(session: Session, done: "Done") -> None:
    session.record(**done.view())


def _warn(wish: "Wish") -> None:
    from approval_engine.policy.canary import WHOLE

    if wish.share == WHOLE:
        sentence = (
            "warning: No quote stays with the version in force: the guard has nothing"
            " to compare with, and stops nothing."
        )
        click.echo(sentence, err=True)


def _tolerated(text: str) -> tuple[str, float]:
    name, _, times = text.partition("=")
    try:
        return name, float(Decimal(times))
    except InvalidOperation as error:
        sentence = f"Expected METRIC=TIMES such as automatic=1.5, got '{text}'."
        raise click.UsageError(sentence) from error


def _lines(told: "Status") -> Iterator[dict[str, object]]:
    from approval_engine.operations.canary_status import in_words

    view = told.view()
    head = {name: value for name, value in view.items() if name not in _BELOW}
    yield _plain(head)
    if told.look is not None:
        guard = told.look.view()
        yield {
            "guard": "blind" if told.is_blind else "watching",
            **_plain({n: v for n, v in guard.items() if n not in _BELOW}),
        }
        for each in (*guard["arms"], *guard["metrics"]):  # type: ignore[misc] # lists
            yield _plain(each)
    for each in told.differing:
        yield {
            "quote": each.row.quote_id,
            "revision": each.row.quote_revision,
            "workflow": each.row.workflow_id,
            "side": each.row.side,
            "active": in_words(each.active),
            "canary": in_words(each.new),
        }


_BELOW = frozenset({"guard", "items", "arms", "metrics", "sha256"})


def _plain(view: Mapping[str, object]) -> dict[str, object]:
    """
    A JSON object by the names of plain output; what is not there is left out.
    """
    from approval_engine.policy.reading.words import snake

    return {snake(name): value for name, value in view.items() if value is not None}
