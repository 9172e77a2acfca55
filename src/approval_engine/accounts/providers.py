"""
Settings → the provider of single sign-on that they name, if what it takes is installed.
"""

from importlib.util import find_spec

from approval_engine.accounts.oidc import BACK, Provider
from approval_engine.config import Settings
from approval_engine.errors import InvalidInput


def provider_of(settings: Settings) -> Provider | None:
    """
    The provider that the settings name, if any. Raises InvalidInput if one is missing.
    """
    if settings.oidc_issuer is None:
        return None
    _must_be_whole(settings)
    roles: dict[str, tuple[str, ...]] = {}
    for pair in settings.oidc_roles or ():
        group, _, role = pair.partition("=")
        roles[group] = (*roles.get(group, ()), role)
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id or "",
        client_secret=settings.oidc_client_secret,
        redirect_uri=f"{settings.base_url}{BACK}",
        hosts=frozenset(settings.oidc_hosts or ()),
        user_claim=settings.oidc_user_claim,
        groups_claim=settings.oidc_groups_claim,
        roles=roles,
    )


def _must_be_whole(settings: Settings) -> None:
    if find_spec("authlib") is None or find_spec("requests") is None:
        sentence = (
            "CPQ_OIDC_ISSUER is set, but single sign-on is not installed;"
            " install approval-engine[oidc], or unset it."
        )
        raise InvalidInput(sentence)
    needed = {
        "CPQ_OIDC_CLIENT_ID": settings.oidc_client_id,
        "CPQ_BASE_URL": settings.base_url,
    }
    if missing := [name for name, value in needed.items() if not value]:
        sentence = f"CPQ_OIDC_ISSUER is set, so {missing[0]} must be set too."
        raise InvalidInput(sentence)
