"""
A draft → what the pages of its form show, with every problem at its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_engine.documents import JsonValue
from approval_engine.errors import NotFound
from approval_engine.operations import policy_drafts
from approval_engine.operations.drafts_judged import Verdict, judge
from approval_engine.policy.finding import Finding
from approval_engine.policy.form.blocks import Section
from approval_engine.policy.form.fields import get
from approval_engine.policy.form.view import ShownBlock, view
from approval_engine.policy.model import Policy
from approval_engine.store.drafts import Draft
from approval_engine.web import context
from approval_engine.web.policies import library

_SECTIONS: Mapping[str, Section] = {
    "triggers": Section.RULES,
    "ladders": Section.LADDERS,
    "steps": Section.STEPS,
    "defaults": Section.STEPS,
    "inputs": Section.INPUTS,
}
"""Where a part of the document is filled in; all else is among the terms."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    A sentence on a draft, the page and part it belongs to, and the field it is about.

    `example` is a quote that shows it, in words.
    """

    section: Section
    part: str
    at: str
    sentence: str
    example: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """
    What the panel beside the form says, and what the draft means if it is sound.
    """

    problems: tuple[Told, ...]
    findings: tuple[Told, ...]
    notes: tuple[str, ...]
    policy: Policy | None = None

    @property
    def verdict(self) -> str:
        """
        How many problems there are.
        """
        count = len(self.problems)
        return f"{count or 'No'} {'problem' if count == 1 else 'problems'}"

    def at(self, name: str) -> tuple[str, ...]:
        """
        The sentences about one field.
        """
        every = (*self.problems, *self.findings)
        return tuple(each.sentence for each in every if each.at == name)

    def inside(self, name: str) -> bool:
        """
        Whether anything is wrong with a part or with what is in it.
        """
        return any(
            each.at == name or each.at.startswith(f"{name}/") for each in self.problems
        )


def opened(draft_id: str) -> Draft:
    """
    The draft of that id. Raises NotFound.
    """
    with context.runtime().database.read() as transaction:
        return policy_drafts.find(transaction, draft_id)


def compared(draft: Draft) -> library.Published:
    """
    What a draft is compared with: the version in force, else the one it began as.
    """
    active = library.in_force()
    return library.published(active.sha256 if active else draft.base)


def section_of(word: str) -> Section:
    """
    The page of that name. Raises NotFound.
    """
    if word not in set(Section):
        sentence = f"The form of a policy has no page '{word[:40]}'."
        raise NotFound(sentence)
    return Section(word)


def judged(value: dict[str, JsonValue], base: str, *, quick: bool = False) -> Judged:
    """
    Everything that is to be said of a document, at the fields that it is about.
    """
    verdict = judge(context.runtime(), value, base, quick=quick)
    return placed(value, verdict)


def placed(value: dict[str, JsonValue], verdict: Verdict) -> Judged:
    """
    A verdict with the field of each sentence.
    """
    names: dict[Section, frozenset[str]] = {}

    def told(element: str, sentence: str, example: str = "") -> Told:
        section = _SECTIONS.get(
            element.partition("/")[2].partition("/")[0], Section.TERMS
        )
        if section not in names:
            names[section] = frozenset(_names(view(value, section)))
        return Told(
            section=section,
            part=_part(value, element),
            at=_nearest(names[section], element),
            sentence=sentence,
            example=example,
        )

    return Judged(
        problems=tuple(told(e.element, e.sentence) for e in verdict.problems),
        findings=tuple(
            told(e.element, e.sentence, _shown(e)) for e in verdict.findings
        ),
        notes=verdict.notes,
        policy=verdict.policy,
    )


def _shown(finding: Finding) -> str:
    return " · ".join(each.sentence for each in finding.examples)


def _part(value: dict[str, JsonValue], element: str) -> str:
    """
    What people call the part of the document that a place lies in; empty if none.
    """
    kind, _, rest = element.removeprefix("/").partition("/")
    key = rest.partition("/")[0]
    found = value.get(kind)
    if isinstance(found, list) and key.isdecimal():
        part = get(found, (int(key),))
        return str(get(part, ("id",)) or get(part, ("name",)) or "")
    return key if isinstance(found, dict) and key in found else ""


def _names(blocks: Iterable[ShownBlock]) -> tuple[str, ...]:
    return tuple(name for block in blocks for name in block.names())


def _nearest(names: frozenset[str], element: str) -> str:
    """
    The longest name that is that place or one above it; empty for the whole page.
    """
    # Step by step upwards: a long ladder has as many problems as it has names.
    while element and element not in names:
        element = element.rpartition("/")[0]
    return element
