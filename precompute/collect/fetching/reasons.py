"""Says why something could not be fetched, in words for reports."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError

from precompute.collect.fetching.guard import GuardedResolver
from precompute.collect.fetching.politeness import is_about_trust, is_of_another_name
from precompute.collect.fetching.reactor import HEADERS_TOO_LONG

GONE = frozenset({403, 404, 410})
"""Statuses with which a server refuses something permanently."""


def state_of(status: int | None) -> str:
    """The state of an address that could not be fetched: "failed" may soon work again, "refused" will not."""
    return "failed" if status is None or status >= 500 else "refused"


class Unanswered(Exception):
    """No answer came. Its text is the reason, for reports."""


def reason_of(error: BaseException, address: str, judge: GuardedResolver) -> str:
    """The reason why a request failed, to an address or to where that redirected."""
    if isinstance(error, HttpError):
        status = error.response.status
        return (
            f"{answered(status)}, a redirect that cannot be followed"
            if 300 <= status < 400
            else answered(status)
        )
    if isinstance(error, ValueError) and "scheme" in str(error):
        return "it does not redirect to an http or https address"
    if isinstance(error, CannotResolveHostError):
        return _not_resolved(error, address, judge)
    if HEADERS_TOO_LONG in str(error):
        return HEADERS_TOO_LONG
    if isinstance(error, DownloadTimeoutError):
        return "the answer took too long"
    if isinstance(error, DownloadConnectionRefusedError):
        return "the connection was refused"
    if is_of_another_name(error):
        return "its certificate is for another name than the address has"
    if is_about_trust(error):
        return "its certificate is not trusted (SSL_CERT_FILE can name a file with further trusted ones)"
    if isinstance(error, ResponseDataLossError):
        return "the connection broke before the answer was complete"
    if isinstance(error, DownloadCancelledError):
        return "it is larger than the limit"
    if isinstance(error, IgnoreRequest):
        text = str(error)
        return "it is larger than the limit once unpacked" if "decompression" in text else text
    return f"the connection failed ({str(error) or type(error).__name__})"


def answered(status: int) -> str:
    """A server's answer in words: "the server answered 404 (Not Found)"."""
    try:
        return f"the server answered {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"the server answered {status}"


def _not_resolved(error: BaseException, address: str, judge: GuardedResolver) -> str:
    """The reason if a name was not resolved. After redirects, it need not be the address's name."""
    host = urlsplit(address).hostname or ""
    for name in (host, *judge.refused):
        if name in judge.refused and (name == host or name in str(error)):
            return (
                f"{name} is at {judge.refused[name]}, which is not a public address "
                f"(--allow-private {judge.refused[name]} would allow it)"
            )
    return f"the name {host} cannot be resolved"
