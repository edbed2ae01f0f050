"""The headers of every response: what a browser may load and run, and how long it may cache."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache

from flask import Flask, Response, request

from dashapp.addresses import href_of
from dashapp.http.assets import import_map
from dashapp.http.thumbnails import YEAR

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


_WORKER = "/assets/photo-worker.js"


def content_security_policy(
    script_hashes: Sequence[str], *, pictures: str = "", frames: Sequence[str] = ()
) -> str:
    """The policy: everything from this host, and only inline scripts with the given hashes.

    `pictures` is the address of a folder on another host that pictures may come from, `frames` the origins
    whose pages may show ours in a frame.
    """
    # No page sends X-Frame-Options: all browsers know frame-ancestors, and that header cannot name origins.
    ancestors = " ".join(frames) or "'none'"
    return "; ".join(
        [
            "default-src 'self'",
            "script-src " + " ".join(["'self'", *script_hashes]),
            # Dash's own scripts insert style elements into the page.
            "style-src 'self' 'unsafe-inline'",
            "style-src-attr 'none'",
            f"img-src 'self' data: {pictures}{'/' if pictures else ''}".strip(),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors}",
        ]
    )


def static_policy() -> str:
    """The policy in the pages of a static site: that of the server, without what Dash's scripts need.

    A page cannot say who may frame it; a host's headers can.
    """
    return (
        content_security_policy([script_hash(import_map())])
        .replace("style-src 'self' 'unsafe-inline'", "style-src 'self'")
        .replace("; frame-ancestors 'none'", "")
    )


def script_hash(script: str) -> str:
    """The hash that lets a policy allow an inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def worker_policy() -> str:
    """The policy of the browser's worker that runs the extractor: it allows WebAssembly in addition."""
    return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


def register_headers(
    server: Flask, script_hashes: Sequence[str], *, pictures: str = "", frames: Sequence[str] = ()
) -> None:
    """Add the headers to each response that `server` gives; keywords as in `content_security_policy`.

    `script_hashes` are those of inline scripts, but for the import map, which has the site's own addresses.
    """

    @lru_cache(maxsize=16)
    def policy(_site_path: str) -> str:
        hashes = [*script_hashes, script_hash(import_map())]
        return content_security_policy(hashes, pictures=pictures, frames=frames)

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        # A file that has a stricter policy of its own keeps it.
        response.headers.setdefault("Content-Security-Policy", policy(href_of("")))
        if request.path == _WORKER:
            # A worker follows the policy of its own script, so the pages' policy stays strict.
            response.headers["Content-Security-Policy"] = worker_policy()
        versioned = "v" in request.args or request.path.endswith(".woff2")
        if request.path.startswith("/assets/") and versioned and response.status_code in (200, 304):
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.max_age = YEAR
            response.cache_control.immutable = True
        elif response.mimetype == "text/html":
            response.cache_control.no_cache = True
        return response
