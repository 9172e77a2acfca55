"""
How the profile is written: rows that give a verdict on elements and on attributes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

ANY = "*"
"""In place of an element: every one of the BPMN namespace."""


@unique
class Verdict(StrEnum):
    """
    What becomes of a thing in a file.
    """

    RUNS = "runs"
    TRANSLATED = "translated"  # runs as something else, which the words name
    DECORATIVE = "decorative"  # kept in the file, without effect
    REFUSED = "refused"  # the words say why, and what to use instead


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """
    The verdict on one element; `within` are the elements it may stand in or extend.

    What extends an element stands in its `extensionElements`. `text` holds text and
    nothing else. `noted` ones are told to whoever checks a file.
    """

    name: str
    verdict: Verdict
    words: str
    within: frozenset[str] = frozenset()
    text: bool = False
    noted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """
    The verdict on one attribute of one element; `values` are all it may have, if any.
    """

    name: str
    element: str
    verdict: Verdict
    words: str
    values: frozenset[str] = frozenset()
    noted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """
    Several names with one verdict, each a word of a text; `prefix` is theirs.
    """

    prefix: str
    verdict: Verdict
    names: str
    words: str

    def elements(
        self, within: str, *, text: bool = False, noted: bool = False
    ) -> Iterator[Element]:
        """
        The names as elements that may stand in others, those of BPMN without prefix.
        """
        places = frozenset(named("bpmn", within))
        for name in named(self.prefix, self.names):
            yield Element(
                name=name,
                verdict=self.verdict,
                words=self.words,
                within=places,
                text=text,
                noted=noted,
            )

    def attributes(
        self, of: str, values: str = "", *, noted: bool = False
    ) -> Iterator[Attribute]:
        """
        The names as attributes of elements; without prefix they are written without.
        """
        for element in named("bpmn", of):
            for name in self.names.split():
                yield Attribute(
                    name=f"{self.prefix}:{name}" if self.prefix else name,
                    element=element,
                    verdict=self.verdict,
                    words=self.words,
                    values=frozenset(values.split()),
                    noted=noted,
                )


def named(prefix: str, words: str) -> Iterator[str]:
    """
    The names in a text, with the prefix where they have none.
    """
    for name in words.split():
        yield name if ":" in name or name == ANY else f"{prefix}:{name}"
