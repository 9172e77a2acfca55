"""
Every response → the same response with the headers that keep browsers out of trouble.
"""

from collections.abc import Mapping

from flask import Flask, Response, request

from approval_engine.web import assets

_NOTHING_INLINE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _NOTHING_INLINE,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Other sites learn nothing; our own form checks may still look at it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_HSTS = "max-age=31536000"


def install(app: Flask, *, https: bool) -> None:
    """
    Set the headers on everything that the application answers, errors too.
    """
    always = fixed(https=https)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "static":
            response.headers["Cache-Control"] = _kept(app)
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def fixed(*, https: bool) -> dict[str, str]:
    """
    Those that every answer has, unless it says otherwise itself.
    """
    secure = {"Strict-Transport-Security": _HSTS} if https else {}
    return {**_HEADERS, **secure}


def _kept(app: Flask) -> str:
    # While servers are replaced one by one, an old one may be asked by a new address,
    # and what it sends must not be kept under that.
    name = (request.view_args or {}).get("filename", "")
    is_this = request.args.get("v") == assets.version(app, name)
    return _FOR_EVER if is_this else "no-cache"


def as_download(body: bytes, name: str) -> Response:
    """
    A file that the browser saves and never renders, whatever stands in it.
    """
    response = Response(body, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
