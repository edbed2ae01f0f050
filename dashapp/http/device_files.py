"""Serves what a browser needs to search by itself: the runtime, the model and the vectors."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request, send_file

from bundle import Bundle, BundleError
from bundle.caches import cached_with_owner
from bundle.live import CENTRE, FOLDER, OWNERS, SCALES, WEB, WEB_START, live_file, read_live, vectors_name
from bundle.seal import read_first_files
from dashapp.addresses import href_of
from dashapp.http.thumbnails import YEAR
from dashapp.settings import BROWSER
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site, Sites

DEVICE_FILES = f"/{FOLDER}/files.json"

_SCRIPT = f"{WEB}/litert_wasm.js"
_WASM = f"{WEB}/litert_wasm.wasm.gz"

_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
_NUMBERS = "application/vnd.akin.numbers"
"""The media type of models and vectors. Compressing them would cost more than it saves."""

_TAG = 16


@dataclass(frozen=True)
class LiveFile:
    """A file of the bundle: a tag for its content, its compressed and full size in bytes, and its path."""

    tag: str
    bytes: int
    unpacked: int
    path: str

    @property
    def href(self) -> str:
        """Its address, which changes with its content. It serves compressed files decompressed."""
        return href_of(f"/{FOLDER}/{self.tag}/{self.path.removeprefix(f'{FOLDER}/').removesuffix('.gz')}")


@dataclass(frozen=True)
class DeviceFiles:
    """Everything that a search in the browser needs: the `files` by path, of which it loads those `named`.

    `described` tells the page's script how a photo becomes a vector.
    """

    described: dict[str, Any]
    files: dict[str, LiveFile]
    named: dict[str, LiveFile]
    vectors: tuple[LiveFile, ...]
    heads: tuple[LiveFile, ...] = ()

    @property
    def bytes(self) -> int:
        """The size of the download in bytes. It is downloaded once."""
        return sum(each.bytes for each in (*self.named.values(), *self.vectors, *self.heads))

    def as_json(self, bundle: Bundle) -> dict[str, Any]:
        """The data for the page's script: addresses with sizes, and how vectors are made."""
        return {
            "described": self.described,
            **{name: _told(each) for name, each in self.named.items()},
            "vectors": [_told(each) for each in self.vectors],
            **({"heads": [_told(each) for each in self.heads]} if self.heads else {}),
            "ids": {"href": href_of(f"/{FOLDER}/{_ids_tag(bundle)}/ids.json")},
            "bytes": self.bytes,
        }


def live_recipe(site: Site) -> ShownRecipe | None:
    """The recipe that searches with photos; None if live search is off."""
    return site.recipes[0] if site.settings.live and site.bundle else None


def device_files(site: Site) -> DeviceFiles | None:
    """What a search in the browser needs; None if this site does not search in browsers.

    Raises `BundleError` if the bundle's live part cannot be read.
    """
    return _device_files(site.bundle) if site.bundle and site.settings.live == BROWSER else None


@cached_with_owner()
def _device_files(bundle: Bundle) -> DeviceFiles | None:
    live = read_live(bundle)
    if live is None:
        return None
    files = {each.path: each for each in _live_files(bundle.folder)}

    def of_recipe(name: str) -> LiveFile:
        return files[live_file(live.recipe, name)]

    smallest = min(live.models, key=lambda model: model["bytes"])["file"]
    named = {"script": files[_SCRIPT], "wasm": files[_WASM], "library": files[WEB_START]}
    named |= {"model": of_recipe(smallest), "scales": of_recipe(SCALES), "owners": of_recipe(OWNERS)}
    if live.projection == "centre":
        named["centre"] = of_recipe(CENTRE)
    vectors = tuple(of_recipe(vectors_name(shard)) for shard in range(live.shards))
    described = {"form": live.form, "metric": live.metric, "dimensions": live.dimensions}
    described |= {"parts": asdict(live.parts)} if live.parts else {}
    heads = tuple(of_recipe(name) for name in (live.parts.head_files() if live.parts else ()))
    return DeviceFiles(described, files, named, vectors, heads)


def register_live_files(server: Flask, sites: Sites) -> None:
    """Serve `DEVICE_FILES` and `/live/<tag>/<path>` if the search runs in the browser."""
    blueprint = Blueprint("live_files", __name__)

    @blueprint.get(DEVICE_FILES)
    def files() -> Response:
        site = sites.current()
        try:
            found = device_files(site)
        except BundleError as error:
            return Response(f"{error}\n", status=503, mimetype="text/plain")
        if found is None or site.bundle is None:
            return _nothing()
        response = Response(json.dumps(found.as_json(site.bundle)), mimetype="application/json")
        response.cache_control.no_cache = True
        return response

    @blueprint.get("/live/<tag>/ids.json")
    def ids(tag: str) -> Response:
        site = sites.current()
        if device_files(site) is None or site.bundle is None or tag != _ids_tag(site.bundle):
            return _nothing()
        everything = site.bundle.product_ids(offset=0, limit=site.bundle.count)
        text = json.dumps(everything, ensure_ascii=False, separators=(",", ":"))
        return _for_good(Response(text, mimetype="application/json"))

    @blueprint.get("/live/<tag>/<path:path>")
    def file(tag: str, path: str) -> Response:
        site = sites.current()
        found = device_files(site)
        for name in (f"{FOLDER}/{path}", f"{FOLDER}/{path}.gz"):
            each = found.files.get(name) if found else None
            if each is not None and site.bundle and each.tag == tag:
                return _for_good(_content(site.bundle.folder / name))
        return _nothing()

    server.register_blueprint(blueprint)


def _content(path: Path) -> Response:
    packed = path.suffix == ".gz"
    mimetype = _TYPES.get(path.with_suffix("").suffix if packed else path.suffix, _NUMBERS)
    if packed and not request.accept_encodings["gzip"]:
        return Response(gzip.decompress(path.read_bytes()), mimetype=mimetype)
    response = send_file(path, mimetype=mimetype, etag=False)
    if packed:
        response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
    return response


def _for_good(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.no_cache = None
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    return response


def _nothing() -> Response:
    return Response("There is no such file.\n", status=404, mimetype="text/plain")


def _told(file: LiveFile) -> dict[str, Any]:
    return {"href": file.href, "bytes": file.bytes, "unpacked": file.unpacked}


def _live_files(folder: Path) -> Iterator[LiveFile]:
    sealed = [each for each in read_first_files(folder) if each.path.startswith(f"{FOLDER}/")]
    # The runtime's scripts refer to each other by relative paths, so all of them share one tag.
    web = _tag("".join(each.sha256 for each in sealed if each.path.startswith(f"{WEB}/")))
    for sha256, size, path in sealed:
        tag = web if path.startswith(f"{WEB}/") else sha256[:_TAG]
        yield LiveFile(tag, size, _unpacked(folder / path, size), path)


def _unpacked(path: Path, size: int) -> int:
    """A gzip file's decompressed size, from its last four bytes (RFC 1952); for other files, their size."""
    if path.suffix != ".gz":
        return size
    with path.open("rb") as file:
        file.seek(-4, 2)
        return int.from_bytes(file.read(), "little")


def _tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_TAG]


def _ids_tag(bundle: Bundle) -> str:
    """A tag that changes with the catalogue, whose order the vectors' owners refer to."""
    return _tag(bundle.manifest["digest"])
