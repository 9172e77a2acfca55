"""
`cpq policy simulate --sql` and `--table`: which rules fire, asked where quotes lie.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TextIO

import click

from approval_engine.cli.context import Session
from approval_engine.cli.words import plain

if TYPE_CHECKING:
    from approval_engine.operations.rules_there import Differs, Ruled
    from approval_engine.policy.model import Policy

_WORDS: Mapping[bool | None, str] = {True: "fires", False: "automatic", None: "aside"}


def ruled(
    session: Session, policy: "Policy", path: str | None, where: tuple[str, str] | None
) -> None:
    """
    Print the quotes that differ, then the triggers, then the counts.

    As JSON the quotes are all in one list.
    """
    from approval_engine.operations import rules_there

    items: list[dict[str, object]] = []
    with TemporaryFile("w+", encoding="utf-8") as aside:
        told = _listing(items) if session.as_json else _telling(aside)
        runtime = session.runtime
        if where is not None:
            found = rules_there.of_table(runtime, policy, where, told)
        else:
            file = Path(path or "")
            found = rules_there.of_file(runtime, policy, file, told)
        warn_of_negative(found.negative)
        if session.as_json:
            session.document(_document(found, items))
            return
        aside.seek(0)
        for line in aside:
            click.echo(line, nl=False)
    for each in found.triggers:
        session.record(trigger=each.trigger, before=each.before, after=each.after)
    session.record(**found.counts())


def _document(found: "Ruled", items: list[dict[str, object]]) -> dict[str, object]:
    triggers = [
        {"trigger": each.trigger, "before": each.before, "after": each.after}
        for each in found.triggers
    ]
    told = {**found.counts(), "negative": found.negative}
    return {**told, "triggers": triggers, "items": items}


def warn_of_negative(number: int, quotes: Iterable[str] = ()) -> None:
    """
    Say on stderr how many quotes have a negative amount, and the first of them.
    """
    if number:
        named = f", first {', '.join(quotes)}" if quotes else ""
        sentence = (
            f"warning: {number:,} with a negative amount{named}; such quotes are"
            " judged as they are, and lessen the sums"
        )
        click.echo(sentence, err=True)


def _listing(items: list[dict[str, object]]) -> "Callable[[Differs], None]":
    def told(each: "Differs") -> None:
        items.append(
            {
                "quoteId": each.quote,
                "quoteRevision": each.revision,
                "before": _WORDS[each.before],
                "after": _WORDS[each.after],
            }
        )

    return told


def _telling(aside: TextIO) -> "Callable[[Differs], None]":
    def told(each: "Differs") -> None:
        quote = f"quote={plain(each.quote)} revision={each.revision}"
        outcome = f"before={_WORDS[each.before]} after={_WORDS[each.after]}"
        aside.write(f"{quote} {outcome}\n")

    return told
