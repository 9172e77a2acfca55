"""
A provider of OpenID Connect on this machine, which also lies when it is told to.
"""

import base64
import hashlib
import hmac
import json
import secrets
from functools import cache
from threading import Thread
from time import time
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwk, jwt
from werkzeug.serving import make_server

CLIENT, CLIENT_SECRET = "cpq", "what only cpq and the provider know"


@cache
def key(_):
    """
    A key pair, made once per run: that takes longer than all the rest.
    """
    return jwk.RSAKey.generate_key(2048, {"kid": "k1"})


class Provider:
    """
    Discovery, keys, authorization and token of one issuer, on a free port.

    `person` is who is logged in there; `claims` are put over those of the next tokens,
    None leaves one out; `forge` may make another token of what would be signed.
    `says` are put over what it tells of itself, `nonsense` is told instead,
    `keys` are shown instead of its own; without `pkce` it checks no challenge.
    """

    def __init__(self, clock=time):
        self.person, self.claims, self.forge = "sub-maria", {}, None
        self.answer, self.says, self.pkce = {}, {}, True
        self.nonsense = self.keys = None
        self.asked, self.tokens = [], 0
        self.clock = clock
        self.key = key("of the provider")
        self._codes = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self, **more):
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": CLIENT_SECRET,
            **more,
        }

    def signed(self, claims, key=None):
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key or self.key)

    def _app(self):
        app = Flask("provider")
        app.get("/.well-known/openid-configuration")(self._configuration)
        app.get("/keys")(self._keys)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/end")(lambda: "You are logged out.")
        return app

    def _configuration(self):
        if self.nonsense is not None:
            return jsonify(self.nonsense)
        return jsonify(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
                **self.says,
            }
        )

    def _keys(self):
        known = [self.key.as_dict(private=False)]
        return jsonify(keys=known if self.keys is None else self.keys)

    def _authorize(self):
        """
        Who is logged in here is known already, so he is sent back at once.
        """
        query = request.args.to_dict()
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = {"code": code, "state": query["state"], **self.answer}
        return redirect(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    def _token(self):
        form = request.form
        query = self._codes.pop(form.get("code"), None)
        if (request.authorization or {}).get("password") != CLIENT_SECRET:
            return jsonify(error="invalid_client"), 401
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        proved = query and (not self.pkce or query["code_challenge"] == challenge)
        if not proved:
            return jsonify(error="invalid_grant"), 400
        self.tokens += 1
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "sub": self.person,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            "auth_time": now,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.forge(claims) if self.forge else self.signed(claims)
        return jsonify(access_token="a", token_type="Bearer", id_token=token)


def unsigned(claims):
    """
    A token that says it needs no signature.
    """
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def keyed(secret, claims):
    """
    A token signed with a secret that both sides would know.
    """
    text = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
    return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"


def _part(value):
    return _base64(json.dumps(value).encode())


def _base64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
