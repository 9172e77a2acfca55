"""
A file of booked orders → those of them that no valid approval stands behind.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from approval_engine.documents import parse
from approval_engine.documents.document import placed
from approval_engine.documents.node import Node, decimal_of
from approval_engine.documents.table import read_table
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.errors import DocumentError, Problem
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.population.report import Row, amount_of
from approval_engine.store import population as store
from approval_engine.store.population import Submission

_WHOLE = re.compile("[1-9][0-9]{0,8}", re.ASCII)
_KEYS = ("quote", "revision", "amount", "fingerprint")


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """
    One order as it was booked; None is what the file does not say.
    """

    quote: str
    revision: int | None = None
    amount: Decimal | None = None
    fingerprint: str | None = None


def read_booked(body: bytes, file: str) -> tuple[Booked, ...]:
    """
    The orders in a CSV file with a heading, or in a JSON list, in their order.

    Raises DocumentError with every problem.
    """
    is_json = body.lstrip()[:1] in {b"[", b"{"}
    found, problems = _json(body, file) if is_json else _csv(body, file)
    if problems:
        raise DocumentError(*problems)
    return tuple(found)


def judge_booked(runtime: Runtime, orders: Iterable[Booked]) -> Iterator[Row]:
    """
    A row for each order without a valid approval, with the reason, in their order.
    """
    orders = tuple(orders)
    reviews: dict[str, list[Submission]] = {}
    with runtime.database.read() as transaction:
        for each in store.of_quotes(transaction, (order.quote for order in orders)):
            reviews.setdefault(each.quote_id, []).append(each)
    for order in orders:
        if (problem := _problem(order, reviews.get(order.quote, []))) is not None:
            yield {
                "booked": order.quote,
                "revision": order.revision,
                "amount": None if order.amount is None else format(order.amount, "f"),
                "problem": problem,
            }


def _problem(order: Booked, reviews: list[Submission]) -> str | None:
    if not reviews:
        return "never_submitted"
    mine = [r for r in reviews if order.revision in {None, r.quote_revision}]
    if not mine:
        return "other_revision"
    # What counts is the newest review: one that was approved before it is replaced.
    last = mine[-1]
    if last.status != WorkflowStatus.APPROVED:
        return f"not_approved:{last.status}"
    if order.amount is not None and order.amount != amount_of(last):
        return "other_amount"
    if order.fingerprint not in {None, last.fingerprint}:
        return "other_fingerprint"
    return None


def _json(body: bytes, file: str) -> tuple[list[Booked], list[Problem]]:
    document = parse(body, file)
    root = Node(document, document.value)
    if not isinstance(root.value, list):
        root.wants("a list of booked orders")
    found = [_order(node) for node in root.elements()]
    return found, root.problems


def _order(node: Node) -> Booked:
    for key in node.names():
        if key not in _KEYS:
            node.child(key).problem("unknown_key", f"Expected no key '{key}' here.")
    return Booked(
        quote=node.child("quote").text(),
        revision=node.child("revision").whole(1) if node.has("revision") else None,
        amount=node.child("amount").decimal() if node.has("amount") else None,
        fingerprint=(
            node.child("fingerprint").text() if node.has("fingerprint") else None
        ),
    )


def _csv(body: bytes, file: str) -> tuple[list[Booked], list[Problem]]:
    names, rows = read_table(body, file, "the orders")
    if "quote" not in names or not set(names) <= set(_KEYS):
        sentence = f"Expected a heading with quote and any of {', '.join(_KEYS[1:])}."
        return [], [placed(file, 1, "", "heading", sentence)]
    found: list[Booked] = []
    problems: list[Problem] = []
    for row in rows:
        order = _cells(row.cells) if row.fits else None
        if order is None:
            sentence = "Expected a quote, a whole revision and an exact amount."
            problems.append(placed(file, row.line, "", "order", sentence))
        else:
            found.append(order)
    return found, problems


def _cells(row: Mapping[str, str]) -> Booked | None:
    cells = {key: row.get(key, "").strip() for key in _KEYS}
    revision, amount = cells["revision"], cells["amount"]
    whole = _WHOLE.fullmatch(revision) is not None
    exact = decimal_of(amount) is not None
    if not cells["quote"] or (revision and not whole) or (amount and not exact):
        return None
    return Booked(
        quote=cells["quote"],
        revision=int(revision) if revision else None,
        amount=decimal_of(amount) if amount else None,
        fingerprint=cells["fingerprint"] or None,
    )
