"""
A secret → whether somebody would try it: words of examples, or few characters again.
"""

import re
from urllib.parse import urlsplit

from approval_engine.config.forms import LOOPBACK

_LEFT = 8
"""Characters that must be left when words of examples are taken out."""

_DIFFERENT = 8

# What stands in settings that nobody has set: of manuals, frameworks and examples.
_WORDS = re.compile(
    "approval|engine|flask|django|insecure|unsafe|secret|keyboard|key|password|passwd"
    "|token|change|replace|with|this|please|your|here|default|example|sample|dummy"
    "|development|debug|testing|test|local|production|super|random|string|value|enough"
    "|letmein|qwerty|correct|horse|battery|staple|0?123456(789?)?0?|x{3,}"
)
_SMALL_WORDS = (
    " a admin an and be by cat cpq demo dev fixme for from i in is it long me must no"
    " my none not null of on or prod root set some text the to todo use user you "
)


def is_placeholder(secret: str) -> bool:
    """
    Whether it is put together of words that stand where a secret belongs.
    """
    parts = re.findall(r"[a-z]+|[0-9]+", secret.lower())
    rest = (_WORDS.sub("", part) for part in parts if f" {part} " not in _SMALL_WORDS)
    return len("".join(rest)) < _LEFT


def is_monotonous(secret: str) -> bool:
    """
    Whether a few characters are repeated; a rehearsal may do with that.
    """
    return len(set(secret)) < _DIFFERENT


def is_here(base_url: str | None) -> bool:
    """
    Whether what is served under that address is served to this machine only.
    """
    host = urlsplit(base_url).hostname if base_url else None
    return host is None or host in LOOPBACK
