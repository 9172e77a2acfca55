"""
A file of quotes → the same with hashes in place of attached contents, and these.

A `content` in base64 or a `path` beside the file is taken; a `sha256` or `reference`
alone says that the content is kept elsewhere.
"""

import base64
import binascii
from dataclasses import replace
from pathlib import Path

from approval_engine.documents import Document, JsonValue
from approval_engine.errors import DocumentError, InvalidInput, Problem
from approval_engine.executor.attached import Limits, attached
from approval_engine.store.attachments import File

_GIVEN = ("content", "path")


def without_contents(
    document: Document, limits: Limits, folder: Path | None
) -> tuple[Document, tuple[File, ...]]:
    """
    The document to keep and the files in it; what is no attachment stays as it is.

    `folder` is where paths lead to, and nowhere outside; None allows none. Raises
    DocumentError with every file that may not be kept.
    """
    taker = _Taker(document, limits, folder)
    values = document.value
    found: JsonValue
    if isinstance(values, list):
        found = [taker.quote(each, f"/{number}") for number, each in enumerate(values)]
    else:
        found = taker.quote(values, "")
    if taker.problems:
        raise DocumentError(*taker.problems)
    return replace(document, value=found), tuple(taker.files)


class _Taker:
    """
    Takes the contents out of one document, and notes what is wrong with them.
    """

    def __init__(self, document: Document, limits: Limits, folder: Path | None) -> None:
        self.files: list[File] = []
        self.problems: list[Problem] = []
        self._document = document
        self._limits = limits
        self._folder = folder

    def quote(self, value: JsonValue, place: str) -> JsonValue:
        attachments = value.get("attachments") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(attachments, list):
            return value
        found: list[JsonValue] = [
            self._attachment(each, f"{place}/attachments/{number}")
            for number, each in enumerate(attachments)
        ]
        return {**value, "attachments": found}

    def _attachment(self, value: JsonValue, place: str) -> JsonValue:
        given = [key for key in _GIVEN if isinstance(value, dict) and key in value]
        if not isinstance(value, dict) or not given:
            return value
        try:
            file = self._file(value)
        except InvalidInput as refusal:
            problem = self._document.problem(place, "attachment", str(refusal))
            self.problems.append(problem)
            return value
        except (binascii.Error, ValueError):
            # What is no base64 is a matter of form, and said with the rest of it.
            return value
        claimed = value.get("sha256")
        if claimed not in {None, file.sha256}:
            sentence = f"Expected content with the hash {claimed}."
            where = f"{place}/{given[0]}"
            self.problems.append(self._document.problem(where, "disagrees", sentence))
        self.files.append(file)
        rest = {key: part for key, part in value.items() if key not in _GIVEN}
        return {**rest, "sha256": file.sha256}

    def _file(self, value: dict[str, JsonValue]) -> File:
        name, media = value.get("name"), value.get("mediaType", value.get("media_type"))
        body = (
            base64.b64decode(str(value["content"]), validate=True)
            if "content" in value
            else self._read(str(value["path"]))
        )
        words = (str(name or ""), str(media) if media else None)
        return attached("quote", *words, body, self._limits)

    def _read(self, path: str) -> bytes:
        what = f"Expected an attachment, but '{path[:80]}'"
        if self._folder is None:
            raise InvalidInput(f"{what} is a path, which only a file may name.")
        home = self._folder.resolve()
        found = (home / path).resolve()
        if not found.is_relative_to(home):
            raise InvalidInput(f"{what} lies outside the folder of the file.")
        try:
            # One byte more than allowed is enough to know that it is too large.
            with found.open("rb") as file:
                return file.read(self._limits.largest + 1)
        except OSError as error:
            raise InvalidInput(f"{what} cannot be read: {error.strerror}.") from error
