"""
Every element and attribute of a file against the profile: nothing passes unseen.
"""

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, short
from approval_engine.definitions.profile import (
    ANY,
    ATTRIBUTES,
    ELEMENTS,
    Attribute,
    Element,
    Verdict,
)
from approval_engine.definitions.reading.source import Source, children

_OURS = ("bpmn:", "bpmndi:", "dc:", "di:", "camunda:", "zeebe:", "modeler:")
_EXTENSION = "bpmn:extensionElements"
_DIAGRAM = ("bpmndi:", "di:")
_CDATA = "<![CDATA["

# What would be executed, or would bring in other files, if anything read it.
_HARMFUL = ("http://www.w3.org/2001/XInclude", "http://spiffworkflow.org/")

_MISPLACED = {
    ("bpmn:timerEventDefinition", "bpmn:startEvent"): (
        "a process starts when a quote is submitted: remove the trigger"
    ),
}


def check(source: Source) -> bool:
    """
    Note what the profile refuses; False if this is no BPMN at all.
    """
    if source.root.tag != f"{BPMN}definitions":
        found = short(str(source.root.tag))
        source.refuse(
            source.root, "element", f"Expected BPMN definitions, but got {found}."
        )
        return False
    _Guard(source).walk(source.root, ELEMENTS["bpmn:definitions"])
    return True


class _Guard:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.foreign: set[str] = set()

    def walk(self, element: etree._Element, row: Element) -> None:
        for name, value in element.attrib.items():
            self.attribute(element, row.name, str(name), str(value))
        if row.text:
            self.text(element, row)
            return
        stray = _says(element.text)
        for child in element:
            stray = stray or _says(child.tail)
            if isinstance(child.tag, str):
                self.child(child, row.name, element)
        if stray:
            sentence = f"Expected no text in {row.name}, but there is some: remove it."
            self.source.refuse(element, "text", sentence)

    def child(self, child: etree._Element, parent: str, of: etree._Element) -> None:
        name = short(str(child.tag))
        if not name.startswith(_OURS):
            self.stranger(child, name, parent)
            return
        row = ELEMENTS.get(name)
        place = _owner(parent, of)
        if row is None:
            self.refuse(child, place, "nobody knows it: remove it")
        elif row.verdict is Verdict.REFUSED:
            self.refuse(child, place, row.words)
        else:
            if not _stands_well(row, parent, of):
                self.refuse(child, place, _why_misplaced(row, place))
            elif row.noted:
                self.source.note(child, f"{name} is {row.verdict}: {row.words}.")
            self.walk(child, row)

    def refuse(self, element: etree._Element, place: str, words: str) -> None:
        sentence = f"Expected no {short(str(element.tag))} in {place}; {words}."
        self.source.refuse(element, "element", sentence)

    def stranger(self, element: etree._Element, name: str, parent: str) -> None:
        """
        What other tools have added; it never did anything.
        """
        space = name[1:].partition("}")[0] if name.startswith("{") else ""
        placed = parent == _EXTENSION or parent.startswith(_DIAGRAM)
        if not space or not placed or space.startswith(_HARMFUL):
            self.refuse(element, parent, "it is not BPMN: remove it")
        else:
            self.tell(element, space)

    def attribute(
        self, element: etree._Element, owner: str, name: str, value: str
    ) -> None:
        spoken = short(name)
        row = ATTRIBUTES.get((owner, spoken))
        if row is None and owner.startswith("bpmn:"):
            row = ATTRIBUTES.get((ANY, spoken))
        if row is None:
            self.unknown(element, owner, spoken)
        elif row.verdict is Verdict.REFUSED:
            sentence = f"Expected no {spoken} on {owner}; {row.words}."
            self.source.refuse(element, "attribute", sentence)
        elif row.values and _without_prefix(element, spoken, value) not in row.values:
            self.source.refuse(element, "attribute", _other_value(row, value))
        elif row.noted:
            sentence = f"{spoken} is {row.verdict}: {row.words}."
            self.source.note(element, sentence)

    def unknown(self, element: etree._Element, owner: str, name: str) -> None:
        if name.startswith("{") and not name[1:].startswith(_HARMFUL):
            self.tell(element, name[1:].partition("}")[0])
            return
        known = sorted(of for of, other in ATTRIBUTES if other == name and of != ANY)
        where = f"it belongs on {', '.join(known[:4])}" if known else "nobody knows it"
        sentence = f"Expected no {name} on {owner}; {where}."
        self.source.refuse(element, "attribute", sentence)

    def tell(self, element: etree._Element, space: str) -> None:
        if space not in self.foreign:
            self.foreign.add(space)
            sentence = f"What {space} adds is decorative: it never has an effect here."
            self.source.note(element, sentence)

    def text(self, element: etree._Element, row: Element) -> None:
        for child in children(element):
            inner = ELEMENTS.get(short(str(child.tag)))
            if inner and inner.verdict is Verdict.REFUSED:
                self.child(child, row.name, element)
                return
        if len(element) or (row.verdict is not Verdict.DECORATIVE and _halved(element)):
            sentence = (
                f"Expected only text in {row.name}, but a comment, an element or half a"
                " CDATA section splits it: write it in one piece."
            )
            self.source.refuse(element, "split_text", sentence)


def _says(text: str | None) -> bool:
    return text is not None and not text.isspace() and text != ""


def _stands_well(row: Element, parent: str, element: etree._Element) -> bool:
    extends = parent == _EXTENSION
    place = _owner(parent, element)
    if row.name.startswith("bpmn:") and extends:
        return False
    if ANY in row.within and place.startswith("bpmn:"):
        return row.name.startswith("bpmn:") or extends
    if place not in row.within:
        return False
    return extends or not place.startswith("bpmn:") or row.name.startswith(_DRAWN)


_DRAWN = ("bpmn:", "bpmndi:")


def _owner(parent: str, element: etree._Element) -> str:
    """
    The element that is extended, where the parent only holds extensions.
    """
    holder = element.getparent()
    if parent == _EXTENSION and holder is not None:
        return short(str(holder.tag))
    return parent


def _why_misplaced(row: Element, place: str) -> str:
    why = _MISPLACED.get((row.name, place))
    if why is not None:
        return why
    known = ", ".join(sorted(row.within)[:4]).replace(ANY, "extensionElements")
    return f"it belongs in {known}" if known else "it stands alone"


def _other_value(row: Attribute, value: str) -> str:
    wanted = " or ".join(repr(known) for known in sorted(row.values)[:4])
    return f"Expected {row.name} to be {wanted}, but got {value[:60]!r}: {row.words}."


def _without_prefix(element: etree._Element, name: str, value: str) -> str:
    """
    The value, without its own prefix where it names a type of BPMN.
    """
    if name != "xsi:type":
        return value
    prefix, _, local = value.strip().rpartition(":")
    return local if f"{{{element.nsmap.get(prefix or None)}}}" == BPMN else value


def _halved(element: etree._Element) -> bool:
    """
    Whether only a part of the text stands in a CDATA section.
    """
    written = etree.tostring(element, encoding="unicode", with_tail=False)
    if _CDATA not in written:
        return False
    body = written[written.index(">") + 1 : written.rindex("</")].strip()
    whole = body.startswith(_CDATA) and body.endswith("]]>")
    return not whole or body.count(_CDATA) > 1
