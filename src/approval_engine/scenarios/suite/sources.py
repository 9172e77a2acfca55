"""
What a scenario names → the document meant: a file, one of the deal desk, or itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from approval_engine.documents import Document, JsonValue, parse, pointer
from approval_engine.documents.node import Node
from approval_engine.domain.people import Directory
from approval_engine.errors import DefinitionError
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy
from approval_engine.policy.quotes import read_directory, read_quotes
from approval_engine.scenarios import world

SEEDED = {"directory": world.DIRECTORY, "policy": world.POLICY}
"""The packaged document that the word "seeded" stands for."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """
    A document, and where it stands in its file if it is only a part of that.
    """

    document: Document
    place: str = ""


class Sources:
    """
    Finds and checks documents, each once; problems in them go to the scenario's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, Document] = {}
        self._checked: dict[tuple[str, str], object] = {}

    def directory(self, node: Node) -> tuple[Document, Directory] | None:
        """
        The directory that is meant; None after noting what is wrong.
        """
        return self._checked_by(node, self._named(node), read_directory)

    def policy(self, node: Node) -> tuple[Document, Policy] | None:
        """
        The policy that is meant; None after noting what is wrong.
        """
        return self._checked_by(node, self._named(node), load)

    def quote(self, node: Node) -> Document | None:
        """
        The quote that is meant, in its first revision; None after noting what is wrong.
        """
        source = self._named(node)
        if source is not None and isinstance(source.document.value, list):
            source = _only_one(node, source.document)
        found = self._checked_by(node, source, read_quotes)
        return found[0] if found else None

    def _named(self, node: Node) -> Source | None:
        if node.value is None:
            # That it is missing was noted by whoever needs it.
            return None
        if isinstance(node.value, dict):
            return _part(node.document, node.place, node.value)
        name = node.text()
        if not name:
            return None
        kind = node.place.rpartition("/")[2]
        if name == "seeded" and kind in SEEDED:
            return Source(document=world.document(SEEDED[kind]))
        if kind == "quote" and (quote := _seeded_quote(name)):
            return quote
        return self._file(node, kind, name)

    def _file(self, node: Node, kind: str, name: str) -> Source | None:
        folders = (self._folder, world.FOLDER)
        paths = [path for folder in folders if (path := folder / name).is_file()]
        if not paths:
            sentence = f"Expected a file or a known {kind}, but there is no '{name}'."
            node.problem("source", sentence)
            return None
        path = paths[0]
        if path not in self._files:
            try:
                self._files[path] = parse(path.read_bytes(), str(path))
            except DefinitionError as error:
                node.problems.extend(error.problems)
                return None
        return Source(document=self._files[path])

    def _checked_by(
        self, node: Node, source: Source | None, read: Callable[[Document], T]
    ) -> tuple[Document, T] | None:
        if source is None:
            return None
        document, place = source.document, source.place
        key = (document.file, place)
        if key not in self._checked:
            try:
                self._checked[key] = read(document)
            except DefinitionError as error:
                node.problems.extend(
                    replace(problem, element=place + problem.element.rstrip("/"))
                    for problem in error.problems
                )
                return None
        # One place in one file is read by one reader only.
        return document, self._checked[key]  # type: ignore[return-value] # by that reader


def _only_one(node: Node, document: Document) -> Source | None:
    values = document.value
    if isinstance(values, list) and len(values) == 1:
        return _part(document, pointer("", 0), values[0])
    sentence = "Expected a file with one quote, but it has another number of them."
    node.problem("source", sentence)
    return None


def _part(document: Document, place: str, value: JsonValue) -> Source:
    """
    A part of a document as one of its own, whose problems name the same lines.
    """
    offsets = {
        there.removeprefix(place): offset
        for there, offset in document.offsets.items()
        if there == place or there.startswith(f"{place}/")
    }
    return Source(document=replace(document, value=value, offsets=offsets), place=place)


def _seeded_quote(name: str) -> Source | None:
    quotes = world.document(world.QUOTES)
    values = quotes.value if isinstance(quotes.value, list) else []
    for index, value in enumerate(values):
        if isinstance(value, dict) and value.get("id") == name:
            return _part(quotes, pointer("", index), value)
    return None
