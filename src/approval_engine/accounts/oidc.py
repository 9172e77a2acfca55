"""
OpenID Connect: a way to the provider and back → who its signed answer says somebody is.

Code flow with PKCE, state and nonce. Nothing is believed that the provider did not sign
for this client, this browser and this minute; it is asked anew at every log-in.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from approval_engine.errors import Unauthenticated

BACK = "/login/sso/back"
"""Where the provider sends people back to; it must be registered there."""

_CONFIGURATION = "/.well-known/openid-configuration"
_TIMEOUTS_S = (3, 10)
_LEEWAY_S = 60
# Neither unsigned tokens nor those that are signed with what a client knows too.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """
    What a browser must bring back from the provider, and what is checked then.

    `max_age_s` is how long ago he may have shown who he is; None takes any time.
    """

    state: str
    nonce: str
    verifier: str
    max_age_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """
    Who somebody is at his issuer; `named` is the person that the claim names.

    `roles` are those that his groups lend; `proved_at` is None if it was not said.
    """

    issuer: str
    subject: str
    named: str | None = None
    roles: tuple[str, ...] = ()
    proved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """
    One issuer and this product as its client.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()
    user_claim: str | None = None
    groups_claim: str | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def begin(self, again: timedelta | None = None) -> tuple[str, Pending]:
        """
        The address to send a browser to, and what to remember meanwhile.

        With `again` he must show anew who he is. Raises Unauthenticated if the provider
        does not answer.
        """
        pending = Pending(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            max_age_s=int(again.total_seconds()) if again else None,
        )
        more = {"max_age": pending.max_age_s, "prompt": "login"} if again else {}
        endpoint = self._endpoint(self._metadata(), "authorization_endpoint")
        url, _ = self._session().create_authorization_url(
            endpoint,
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.verifier,
            **more,
        )
        return str(url), pending

    def finish(
        self, pending: Pending, answer: Mapping[str, str], now: datetime
    ) -> Identity:
        """
        Who came back, by the query that his browser brought. Raises Unauthenticated.
        """
        if not secrets.compare_digest(
            answer.get("state", "").encode(), pending.state.encode()
        ):
            raise _refused("it was not begun in this browser")
        if "error" in answer or not answer.get("code"):
            raise _refused("the provider said no")
        if answer.get("iss", self.issuer) != self.issuer:
            raise _refused("another provider answered")
        metadata = self._metadata()
        token = self._exchange(metadata, pending, answer["code"])
        claims = self._claims(metadata, token, pending, now)
        proved_at = _proved_at(claims, now)
        _must_be_recent(proved_at, pending, now)
        return self._identity(claims, proved_at)

    def farewell(self, after: str) -> str | None:
        """
        The address that ends the log-in at the provider; None if it has none.
        """
        metadata = self._metadata()
        if "end_session_endpoint" not in metadata:
            return None
        endpoint = self._endpoint(metadata, "end_session_endpoint")
        query = {"client_id": self.client_id, "post_logout_redirect_uri": after}
        return f"{endpoint}?{urlencode(query)}"

    def _session(self) -> Any:  # noqa: ANN401 the library has no types
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self.client_id,
            self.client_secret,
            scope="openid profile",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic"
            if self.client_secret
            else "none",
        )

    def _metadata(self) -> Mapping[str, Any]:
        found = self._get(self.issuer.rstrip("/") + _CONFIGURATION)
        if found.get("issuer") != self.issuer:
            raise _refused("the provider calls itself something else")
        # Those that do not say so may do it all the same; the nonce holds for them too.
        if "S256" not in str(found.get("code_challenge_methods_supported", "S256")):
            raise _refused("the provider does not bind its answers to a browser (PKCE)")
        return found

    def _endpoint(self, metadata: Mapping[str, Any], name: str) -> str:
        """
        An address of the provider, which must lie at the issuer or a host we allowed.
        """
        url = str(metadata.get(name, ""))
        there, issuer = urlsplit(url), urlsplit(self.issuer)
        known = there.netloc == issuer.netloc or there.hostname in self.hosts
        if there.scheme != issuer.scheme or not known:
            raise _refused(f"its {name} is not at the issuer")
        return url

    def _get(self, url: str) -> Mapping[str, Any]:
        import requests

        try:
            answer = requests.get(url, timeout=_TIMEOUTS_S, allow_redirects=False)
            found = answer.json() if answer.status_code == requests.codes.ok else None
        except (requests.RequestException, ValueError) as error:
            raise _refused("the provider does not answer") from error
        if not isinstance(found, dict):
            raise _refused("the provider does not answer")
        return found

    def _exchange(
        self, metadata: Mapping[str, Any], pending: Pending, code: str
    ) -> str:
        import requests
        from authlib.common.errors import AuthlibBaseError

        try:
            token = self._session().fetch_token(
                self._endpoint(metadata, "token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=pending.verifier,
                timeout=_TIMEOUTS_S,
                allow_redirects=False,
            )
        except (requests.RequestException, AuthlibBaseError, ValueError) as error:
            raise _refused("the provider took its word back") from error
        found = token.get("id_token")
        if not isinstance(found, str):
            raise _refused("the provider did not say who you are")
        return found

    def _claims(
        self, metadata: Mapping[str, Any], token: str, pending: Pending, now: datetime
    ) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        keys = self._get(self._endpoint(metadata, "jwks_uri"))
        try:
            signed = jwt.decode(
                token,
                KeySet.import_key_set(keys),  # type: ignore[arg-type] # JSON of a stranger
                algorithms=list(_ALGORITHMS),
            )
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                },
                params={
                    "nonce": pending.nonce,
                    "client_id": self.client_id,
                    "max_age": pending.max_age_s,
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise _refused("what the provider signed does not hold") from error
        return dict(claims)

    def _identity(
        self, claims: Mapping[str, Any], proved_at: datetime | None
    ) -> Identity:
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise _refused("the provider did not say who you are")
        named = claims.get(self.user_claim) if self.user_claim else None
        groups = claims.get(self.groups_claim) if self.groups_claim else None
        known = groups if isinstance(groups, list) else []
        lent = {r for group in known for r in self.roles.get(str(group), ())}
        return Identity(
            issuer=self.issuer,
            subject=subject,
            named=named if isinstance(named, str) and named else None,
            roles=tuple(sorted(lent)),
            proved_at=proved_at,
        )


def _proved_at(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    at = claims.get("auth_time")
    try:
        return None if at is None else min(datetime.fromtimestamp(at, UTC), now)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise _refused("what the provider signed does not hold") from error


def _must_be_recent(at: datetime | None, pending: Pending, now: datetime) -> None:
    if pending.max_age_s is None:
        return
    longest = timedelta(seconds=pending.max_age_s + _LEEWAY_S)
    if at is None or now - at > longest:
        raise _refused("the provider did not ask you again")


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated(f"Single sign-on did not work: {reason}. Try again.")
