"""Checks web addresses, writes them for reports, and recognises equal ones."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string, url_query_cleaner

_SCHEMES = ("http", "https")
_LONGEST = 2000

_TRACKING = ("gclid", "fbclid", "msclkid", "srsltid", "mc_cid", "mc_eid", "_pos", "_psq", "_ss", "_v")
"""Parameters that say where a visitor came from and do not change the page."""


class AddressError(ValueError):
    """An address that may not be fetched. Its text is the reason, for reports."""


def is_address(text: str) -> bool:
    """Whether a source is an address rather than a path."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE) is not None


def checked(address: str, *, base: str = "") -> str:
    """The address in the form to fetch, without a fragment. A relative one is resolved against `base`.

    Raises `AddressError` if it is not an http or https address, or contains a name or a password.
    """
    text = address.strip()
    if len(text) > _LONGEST:
        kind = "contains the picture itself" if text.startswith("data:") else "is too long to be fetched"
        raise AddressError(f"it {kind} ({len(text):,} characters)")
    try:
        joined = urljoin(base, text)
        parts = urlsplit(joined)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"it is not an address ({error})") from None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise AddressError("it is not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise AddressError("it contains a name or a password")
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if port in (None, default) else f"{host}:{port}"
    return safe_url_string(urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")))


def without_credentials(address: str) -> str:
    """The address for reports, without any name and password in it."""
    try:
        parts = urlsplit(address)
        if "@" not in parts.netloc:
            return address
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        return address


def same_page(address: str) -> str:
    """The address without parameters that only say where a visitor came from."""
    parts = urlsplit(address)
    if not parts.query:
        return address
    names = [pair.partition("=")[0] for pair in parts.query.split("&")]
    dropped = [name for name in names if name in _TRACKING or name.startswith(("utm_", "pk_", "mtm_"))]
    return url_query_cleaner(address, dropped, remove=True) if dropped else address


def host_of(address: str) -> str:
    """The host in lower case and without `www.`, which makes no difference to shops."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def origin_of(address: str) -> str:
    """Scheme, host and port: `https://shop.example`."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_within(address: str, hosts: frozenset[str]) -> bool:
    """Whether an address is on one of the hosts, or below one of them: `de.shop.example`."""
    host = host_of(address)
    return any(host == each or host.endswith(f".{each}") for each in hosts)


def name_of(address: str) -> str:
    """A name for a folder: `shop.example-collections-lamps`."""
    parts: SplitResult = urlsplit(address)
    words = f"{parts.netloc.rpartition('@')[2].removeprefix('www.')}{parts.path}"
    return re.sub(r"[^\w.-]+", "-", words).strip("-.").lower()[:80] or "source"
