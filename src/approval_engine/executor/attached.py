"""
What somebody attaches → a file that may be kept, or the refusal that says why not.
"""

from dataclasses import dataclass
from mimetypes import guess_type

from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.store.attachments import File

_LONGEST_NAME = 200
_OFFICE = "application/vnd.openxmlformats-officedocument"
USUAL_TYPES = frozenset(
    {
        "application/json",
        "application/msword",
        "application/pdf",
        "application/vnd.ms-excel",
        f"{_OFFICE}.presentationml.presentation",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.wordprocessingml.document",
        "image/jpeg",
        "image/png",
        "message/rfc822",
        "text/csv",
        "text/plain",
    }
)
"""What a deal desk attaches; nothing that a browser would run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    How large an attached file may be, in bytes, and of which media types.
    """

    largest: int = 10 * 1024 * 1024
    types: frozenset[str] = USUAL_TYPES


USUAL = Limits()


def limits_of(settings: Settings) -> Limits:
    """
    What may be attached, by the settings.
    """
    types = settings.attachment_types
    return Limits(
        largest=settings.attachment_bytes or USUAL.largest,
        types=frozenset(types) if types else USUAL.types,
    )


def attached(
    kind: str, name: str, media_type: str | None, body: bytes, limits: Limits = USUAL
) -> File:
    """
    The file, with the media type of its name if none is given. Raises InvalidInput.
    """
    what = f"Expected an attachment, but '{name[:80]}'"
    plain = name.isprintable() and not {"/", "\\", '"'} & set(name)
    if not name.strip(". ") or len(name) > _LONGEST_NAME or not plain:
        raise InvalidInput(f"{what} is no plain name of a file.")
    found = (media_type or guess_type(name)[0] or "").partition(";")[0].strip().lower()
    if found not in limits.types:
        known = ", ".join(sorted(limits.types))
        raise InvalidInput(f"{what} is '{found or 'unknown'}', none of {known}.")
    if not 0 < len(body) <= limits.largest:
        size = f"{len(body)} bytes, not 1 to {limits.largest}"
        raise InvalidInput(f"{what} has {size}.")
    return File(kind=kind, name=name, media_type=found, body=body)
