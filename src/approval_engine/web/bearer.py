"""
An Authorization header → the token in it.
"""

_BEARER = "bearer "


def token_of(header: str) -> str:
    """
    The token, however its scheme is spelt; empty if there is none.
    """
    if not header.lower().startswith(_BEARER):
        return ""
    return header[len(_BEARER) :].strip()
