"""Every setting of the dashboard: the `AKIN_*` environment variables and the host's server settings."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bundle.parcel.public import Network
from bundle.parcel.source import ParcelSource
from dashapp.language import codes
from dashapp.language.requests import AUTO

REPOSITORY = Path(__file__).resolve().parent.parent

EVERY_ORIGIN = "*"

ANYONE = "*"

_HEROKU = "DYNO"
"""The variable that Heroku sets in every dyno. Only Heroku's router can reach a dyno."""

_HIGHEST_PORT = 65_535
_MOST_WORKERS = 256

KERAS, LITERT, BROWSER = LIVE = ("keras", "litert", "browser")
"""What runs the extractor of a live search: Keras, LiteRT, or LiteRT in the visitor's browser."""

_HIGHEST_RATE = 100_000

_PATH = re.compile(r"(?:/[A-Za-z0-9._~%+-]+)*")

_SITE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*")
"""A path that the whole site can be below: what needs no escape in any address."""

_ORIGIN = re.compile(r"https?://(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
"""An origin as browsers send it: scheme, host and port, no path."""


class SettingsError(ValueError):
    """A setting has an invalid value. The message is one sentence that names the setting."""


def _is_origin(text: str) -> bool:
    if not _ORIGIN.fullmatch(text):
        return False
    try:
        # The pattern checks only the form of ports and IPv6 addresses, not their values.
        return urlsplit(text).port != 0
    except ValueError:
        return False


def public_address(text: str) -> str:
    """A site's public address, without a slash at the end. Raises `ValueError` with what was expected."""
    scheme, _, rest = text.removesuffix("/").partition("://")
    host, slash, path = rest.partition("/")
    address = f"{scheme}://{host}".lower() + slash + path
    if _is_origin(f"{scheme}://{host}".lower()) and _SITE_PATH.fullmatch(slash + path):
        return address
    raise ValueError("an address, for example https://look.example or https://shop.example/look")


def _folder_address(text: str) -> str:
    address = text.removesuffix("/")
    origin = _ORIGIN.match(address.lower())
    if origin and _is_origin(origin[0]) and _PATH.fullmatch(address[origin.end() :]):
        return address
    raise ValueError("the address of a folder, for example https://files.example/akin/thumbnails")


def site_path(text: str) -> str:
    """The path that a site is below, without a slash at the end; empty for the root of a host.

    Raises `ValueError` with what was expected.
    """
    path = text.strip().removesuffix("/")
    if _SITE_PATH.fullmatch(path):
        return path
    raise ValueError("a path of letters, digits, dots and hyphens, for example /look")


def _live(text: str) -> str:
    if text in LIVE:
        return text
    raise ValueError(f"one of {', '.join(LIVE)}")


def _language(text: str) -> str:
    if text in (AUTO, *codes()):
        return text
    raise ValueError(f"{AUTO} or one of {', '.join(codes())}")


def _rate(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= _HIGHEST_RATE:
        return int(text)
    raise ValueError(f"a whole number from 1 to {_HIGHEST_RATE:,}")


def _two_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if len(set(names)) == len(names) == 2 and all(names):
        return names
    raise ValueError("the names of two recipes, for example style,colour")


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(map(_as_sent, text.lower().replace(",", " ").split()))
    if origins == (EVERY_ORIGIN,) or (origins and all(map(_is_origin, origins))):
        return origins
    raise ValueError("* or origins, for example https://shop.example https://www.shop.example")


def _networks(text: str) -> tuple[Network, ...]:
    try:
        networks = tuple(ipaddress.ip_network(each) for each in text.replace(",", " ").split())
    except ValueError:
        networks = ()
    if not networks:
        raise ValueError("addresses or networks, for example 10.1.2.3 or 10.0.0.0/8")
    return networks


def _as_sent(origin: str) -> str:
    """An origin as browsers send it: without the scheme's default port."""
    return origin.removesuffix(":443" if origin.startswith("https:") else ":80")


@dataclass(frozen=True)
class Settings:
    """What a deployment can choose. Each field is read from `AKIN_` plus its name in capitals."""

    data: Path = field(
        default=REPOSITORY / "data",
        metadata={
            "help": "Folder of the bundle to serve; `data` beside the package where not set.",
            "read": Path,
        },
    )
    title: str = field(
        default="",
        metadata={"help": "Name of the shop; where not set, the bundle's own title, or Akin.", "read": str},
    )
    language: str = field(
        default=AUTO,
        metadata={
            "help": "Language of the pages for everybody, as de; auto, the default, takes each visitor's.",
            "read": _language,
        },
    )
    address: str = field(
        default="",
        metadata={
            "help": "Public address, as https://look.example or, below a path, https://shop.example/look; "
            "where not set, the address of each request.",
            "read": public_address,
        },
    )
    thumbnails: str = field(
        default="",
        metadata={
            "help": "Address of a copy of the bundle's folder thumbnails/ on a host for files, as "
            "https://files.example/akin/thumbnails; where not set, they are served from the bundle.",
            "read": _folder_address,
        },
    )
    cors: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Origins whose pages may read the API, as https://shop.example, or * for all; "
            "none where not set.",
            "read": _origins,
        },
    )
    live: str = field(
        default="",
        metadata={
            "help": "Search with a visitor's own photo: keras, litert or browser, whichever is to run the "
            "model; no such search where not set.",
            "read": _live,
        },
    )
    live_rate: int = field(
        default=30,
        metadata={
            "help": "Photos that one client may send in a minute to each worker, 30 where not set.",
            "read": _rate,
        },
    )
    events: str = field(
        default="",
        metadata={
            "help": "Where to write which lists of look-alikes visitors see and what they click in them: a "
            "file, or stdout; nothing is written where not set.",
            "read": str,
        },
    )
    split: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Two recipes, as style,colour: each is shown for half of the products, so that their "
            "clicks can be compared; visitors choose the recipe where not set.",
            "read": _two_names,
        },
    )

    bundle_url: ParcelSource | None = field(
        default=None,
        metadata={
            "help": "Address of the bundle as one file, with its hash, as python -m precompute pack prints "
            "it; fetched into AKIN_DATA once, before the app starts.",
            "read": ParcelSource.parse,
        },
    )
    bundle_private: tuple[Network, ...] = field(
        default=(),
        metadata={
            "help": "Private addresses or networks that the bundle may be fetched from, as 10.0.0.0/8; none "
            "where not set.",
            "read": _networks,
        },
    )
    users: Path | None = field(
        default=None,
        metadata={
            "help": "File of the names and hashed passwords of those who may see the shop, made with "
            "python -m dashapp users add; everyone may where not set.",
            "read": Path,
        },
    )
    frame: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Origins whose pages may show the dashboard in a frame, as https://shop.example, or * "
            "for all; none where not set.",
            "read": _origins,
        },
    )

    @property
    def origin(self) -> str:
        """The public address without its path; empty where none is set."""
        return self.address.removesuffix(self.path)

    @property
    def path(self) -> str:
        """The path of the public address, as /look; empty where it has none."""
        return urlsplit(self.address).path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings that `environment` holds, defaults for the rest.

        Raises `SettingsError` where a variable is set to nothing, or to what cannot be used.
        """
        values: dict[str, Any] = {}
        for setting in fields(cls):
            variable = variable_of(setting.name)
            if variable not in environment:
                continue
            text = environment[variable].strip()
            if not text:
                raise SettingsError(
                    f"Expected {variable} to have a value. Received: empty text. Unset it for the default."
                )
            try:
                values[setting.name] = setting.metadata["read"](text)
            except ValueError as error:
                raise SettingsError(f"Expected {variable} to be {error}. Received: {text!r}.") from None
        return cls(**values)


def variable_of(setting: str) -> str:
    """The environment variable that a setting is read from."""
    return f"AKIN_{setting.upper()}"


def settings_help() -> dict[str, str]:
    """One line of help for each environment variable, in order."""
    return {variable_of(setting.name): setting.metadata["help"] for setting in fields(Settings)}


@dataclass(frozen=True)
class ServerSettings:
    """Where the server listens, its number of processes, and which proxies are trusted.

    `trusted` has the addresses and networks of proxies that report visitors' addresses, or `ANYONE`; if it is
    empty, none is trusted. `named` is whether somebody has named them: Heroku's router is trusted without.
    """

    port: int = 8000
    workers: int = 2
    trusted: tuple[str, ...] = ()
    named: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ServerSettings:
        """Read `environment`, with defaults for the rest. Raises `SettingsError` for invalid values."""
        return cls(
            port=port_of(environment.get("PORT", str(cls.port)), name="PORT"),
            workers=_whole_number(
                environment.get("WEB_CONCURRENCY", str(cls.workers)),
                name="WEB_CONCURRENCY",
                most=_MOST_WORKERS,
            ),
            trusted=_trusted(environment),
            named="FORWARDED_ALLOW_IPS" in environment,
        )

    def trusts(self, address: str) -> bool:
        """Whether a proxy at this address is trusted."""
        if self.trusted == (ANYONE,):
            return True
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in ipaddress.ip_network(each) for each in self.trusted)

    def may_name_path(self, address: str) -> bool:
        """Whether `X-Forwarded-Prefix` from an address counts; Heroku's router passes on anyone's."""
        return self.named and self.trusts(address)


def port_of(text: str, *, name: str) -> int:
    """Parse a port; `name` is its option or variable. Raises `SettingsError`."""
    return _whole_number(text, name=name, most=_HIGHEST_PORT)


def _whole_number(text: str, *, name: str, most: int) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most:
        return int(text)
    raise SettingsError(f"Expected {name} to be a whole number from 1 to {most}. Received: {text!r}.")


def script_name_of(environment: Mapping[str, str] = os.environ) -> str:
    """The path that the host says the site is below: `SCRIPT_NAME`, which gunicorn reads too.

    Raises `SettingsError` where it cannot be used.
    """
    try:
        return site_path(environment.get("SCRIPT_NAME", ""))
    except ValueError as error:
        raise SettingsError(
            f"Expected SCRIPT_NAME to be {error}. Received: {environment['SCRIPT_NAME']!r}."
        ) from None


def _trusted(environment: Mapping[str, str]) -> tuple[str, ...]:
    text = environment.get("FORWARDED_ALLOW_IPS", ANYONE if _HEROKU in environment else "")
    trusted = tuple(each.strip() for each in text.split(",") if each.strip())
    if trusted == (ANYONE,):
        return trusted
    for each in trusted:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise SettingsError(
                "Expected FORWARDED_ALLOW_IPS to be * or addresses and networks of proxies, for example "
                f"127.0.0.1,10.0.0.0/8. Received: {text!r}."
            ) from None
    return trusted
