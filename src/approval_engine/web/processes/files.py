"""
A file as a request brings it: chosen in a form, or coming back with the page.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import PurePath

from flask import request

from approval_engine.definitions.arrange import arrange
from approval_engine.errors import DefinitionError, InvalidInput
from approval_engine.operations import repository

_LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """
    What was uploaded, or came back with the page.
    """

    name: str
    body: bytes

    @property
    def content(self) -> str:
        """
        Its bytes as a form can carry them unchanged.
        """
        return b64encode(self.body).decode()

    @property
    def drawing(self) -> str:
        """
        The same for a viewer, with a diagram if it came without one and is in order.
        """
        try:
            return b64encode(arrange(self.body, self.name)).decode()
        except DefinitionError:
            return self.content

    @property
    def is_dmn(self) -> bool:
        """
        Whether it holds decisions.
        """
        return repository.is_dmn(self.body, self.name)


def uploaded() -> File:
    """
    What was chosen in the form. Raises InvalidInput.
    """
    given = request.files.get("file")
    if given is None or not given.filename:
        sentence = "Choose a file first: a BPMN or a DMN file of Camunda Modeler."
        raise InvalidInput(sentence)
    # Browsers on Windows send names with backslashes.
    name = PurePath(given.filename.replace("\\", "/")).name
    plain = "".join(each for each in name if each.isprintable())
    return File(name=plain[-_LONGEST_NAME:] or "process.bpmn", body=given.read())


def brought() -> File:
    """
    What came back with the page. Raises InvalidInput.
    """
    try:
        body = b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        body = b""
    name = request.form.get("name", "")
    if not body or not name or not name.isprintable() or "/" in name:
        sentence = "The file did not come with the form; choose it and check it again."
        raise InvalidInput(sentence)
    return File(name=name[-_LONGEST_NAME:], body=body)
