"""
The standard variables of OpenTelemetry → whether spans are to be sent, and where to.

They are named as everywhere else, so that one setting serves all programs of a house;
what the library would only grumble about is refused here in a sentence.
"""

from collections.abc import Mapping
from typing import Any

from approval_engine.config.forms import WEB, Form, parsed
from approval_engine.errors import InvalidInput

PREFIX = "OTEL_"
_PLACES = ("EXPORTER_OTLP_TRACES_ENDPOINT", "EXPORTER_OTLP_ENDPOINT")
_SAMPLERS = ("always_on", "always_off", "traceidratio")
_MOST_DIGITS = 9
_QUEUE, _BATCH = 2048, 512
"""What the library goes by where nothing is said."""


def traces_wanted(environ: Mapping[str, str]) -> bool:
    """
    Whether these variables ask for spans: they name a receiver, or the exporter `otlp`.

    Raises InvalidInput with the variable and its form if they do and one is malformed.
    """
    if _read(environ, "SDK_DISABLED").lower() == "true":
        return False
    exporter = _read(environ, "TRACES_EXPORTER")
    named = any(_read(environ, place) for place in _PLACES)
    if exporter == "none" or not (named or exporter):
        return False
    for name, form in _FORMS.items():
        if text := _read(environ, name):
            parsed(text, f"{PREFIX}{name}", form)
    _must_fit(environ)
    return True


def _must_fit(environ: Mapping[str, str]) -> None:
    most = int(_read(environ, "BSP_MAX_QUEUE_SIZE") or _QUEUE)
    batch = int(_read(environ, "BSP_MAX_EXPORT_BATCH_SIZE") or _BATCH)
    if batch > most:
        sentence = (
            f"Expected {PREFIX}BSP_MAX_EXPORT_BATCH_SIZE of at most"
            f" {PREFIX}BSP_MAX_QUEUE_SIZE, {most}, but it is {batch}."
        )
        raise InvalidInput(sentence)


def _read(environ: Mapping[str, str], name: str) -> str:
    return environ.get(PREFIX + name, "").strip()


def _one_of(*words: str) -> Form[str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Form(words=" or ".join(words), parse=parse)


def _above_0(text: str) -> float:
    number = float(text)
    if not 0 < number < 10**_MOST_DIGITS:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:_MOST_DIGITS]) == int(text):
        raise ValueError(text)
    return int(text)


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError(text)
    return number


_PROTOCOL = _one_of("http/protobuf")
_SECONDS = Form(words="a number of seconds above 0", parse=_above_0)
_WHOLE = Form(words="a whole number above 0", parse=_count)
_SAMPLER = _one_of(*_SAMPLERS, *(f"parentbased_{each}" for each in _SAMPLERS))
_FORMS: Mapping[str, Form[Any]] = {
    **dict.fromkeys(_PLACES, WEB),
    "TRACES_EXPORTER": _one_of("otlp", "none"),
    "EXPORTER_OTLP_PROTOCOL": _PROTOCOL,
    "EXPORTER_OTLP_TRACES_PROTOCOL": _PROTOCOL,
    "EXPORTER_OTLP_TIMEOUT": _SECONDS,
    "EXPORTER_OTLP_TRACES_TIMEOUT": _SECONDS,
    "TRACES_SAMPLER": _SAMPLER,
    "TRACES_SAMPLER_ARG": Form(words="a share from 0 to 1", parse=_share),
    "BSP_MAX_QUEUE_SIZE": _WHOLE,
    "BSP_MAX_EXPORT_BATCH_SIZE": _WHOLE,
    "BSP_SCHEDULE_DELAY": _WHOLE,
}
"""What the library reads of which a malformed value would be passed over, or break."""
