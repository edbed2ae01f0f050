"""Serves what a visitor's browser needs to search by itself: the runtime, the model and the vectors."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request, send_file

from bundle import Bundle, BundleError
from bundle.seal import read_files_table
from dashapp.recipes import Recipe
from dashapp.site import Site, Sites
from dashapp.thumbnails import YEAR

DEVICE_FILES = "/live/files.json"

_LIVE = "live"
_WEB = "live/web"
_SCRIPT = f"{_WEB}/litert_wasm.js"
_WASM = f"{_WEB}/litert_wasm.wasm.gz"
_LIBRARY = f"{_WEB}/litert.js"
_UTILITIES = f"{_WEB}/wasm-utils.js"
_MODELS = ("extractor.int8.tflite", "extractor.float16.tflite", "extractor.tflite")
"""The forms of the extractor, the smallest first; the build writes those that agree with the original."""

_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
_NUMBERS = "application/vnd.akin.numbers"
"""The type of models and vectors: packing them on their way out would cost more than it saves."""

_TAG = 16


@dataclass(frozen=True)
class LiveFile:
    """A file of the bundle: a tag for its content, its bytes as they travel and as they are, its path."""

    tag: str
    bytes: int
    unpacked: int
    path: str

    @property
    def href(self) -> str:
        """Its address, which changes with its content. What is packed in the bundle is unpacked there."""
        return f"/{_LIVE}/{self.tag}/{self.path.removeprefix(f'{_LIVE}/').removesuffix('.gz')}"


@dataclass(frozen=True)
class DeviceFiles:
    """All that one recipe's search in the browser takes; `described` is the recipe's live.json."""

    recipe: str
    described: dict[str, Any]
    files: dict[str, LiveFile]
    model: LiveFile
    vectors: tuple[LiveFile, ...]

    @property
    def bytes(self) -> int:
        """What is downloaded, once."""
        parts = [self.file(name) for name in ("centre.f32", "scales.f32", "owners.u32")]
        web = [self.files[path] for path in (_SCRIPT, _WASM, _LIBRARY, _UTILITIES)]
        return sum(each.bytes for each in (*web, self.model, *self.vectors, *parts) if each)

    def file(self, name: str) -> LiveFile | None:
        """A file of the recipe by its name."""
        return self.files.get(f"{_LIVE}/{self.recipe}/{name}")

    def as_json(self, bundle: Bundle) -> dict[str, Any]:
        """What the page's script is told: addresses with their bytes, and how vectors are made."""
        web = {
            "script": self.files[_SCRIPT],
            "wasm": self.files[_WASM],
            "library": self.files[_LIBRARY],
            "model": self.model,
            "centre": self.file("centre.f32"),
            "scales": self.file("scales.f32"),
            "owners": self.file("owners.u32"),
        }
        told = {name: _told(each) for name, each in web.items() if each}
        vectors = [_told(each) for each in self.vectors]
        ids = f"/{_LIVE}/{_ids_tag(bundle)}/ids.json"
        return {
            "described": self.described,
            **told,
            "vectors": vectors,
            "ids": {"href": ids},
            "bytes": self.bytes,
        }


def live_recipe(site: Site) -> Recipe | None:
    """The first recipe that a photo can be searched with; None where live search is off or there is none."""
    if not site.settings.live or site.bundle is None:
        return None
    folder = site.bundle.folder / _LIVE
    return next((each for each in site.recipes if (folder / each.name / "live.json").is_file()), None)


def device_files(site: Site) -> DeviceFiles | None:
    """What a search in the browser takes; None where that is not how this site searches."""
    recipe = live_recipe(site) if site.settings.live == "browser" else None
    if recipe is None or site.bundle is None:
        return None
    return _device_files(site.bundle.folder, recipe.name)


@lru_cache(maxsize=4)
def _device_files(folder: Path, recipe: str) -> DeviceFiles | None:
    """Raises `BundleError` where live.json cannot be read."""
    files = {each.path: each for each in _live_files(folder)}
    beneath = f"{_LIVE}/{recipe}/"
    model = next((files[beneath + name] for name in _MODELS if beneath + name in files), None)
    if model is None or not {_SCRIPT, _WASM, _LIBRARY, _UTILITIES} <= files.keys():
        return None
    path = folder / f"{beneath}live.json"
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}).") from error
    vectors = tuple(files[name] for name in sorted(files) if name.startswith(f"{beneath}vectors-"))
    return DeviceFiles(recipe, described, files, model, vectors)


def register_live_files(server: Flask, sites: Sites) -> None:
    """Serve `DEVICE_FILES` and `/live/<tag>/<path>`, where the search runs in the browser."""
    blueprint = Blueprint("live_files", __name__)

    @blueprint.get(DEVICE_FILES)
    def files() -> Response:
        site = sites.current()
        found = device_files(site)
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
        for name in (f"{_LIVE}/{path}", f"{_LIVE}/{path}.gz"):
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
    sealed = [each for each in read_files_table(folder) if each.path.startswith(f"{_LIVE}/")]
    # Its scripts name each other by their places, so all of the runtime has one tag.
    web = _tag("".join(each.sha256 for each in sealed if each.path.startswith(f"{_WEB}/")))
    for sha256, size, path in sealed:
        tag = web if path.startswith(f"{_WEB}/") else sha256[:_TAG]
        yield LiveFile(tag, size, _unpacked(folder / path, size), path)


def _unpacked(path: Path, size: int) -> int:
    """The size of what a gzip file holds, which its last four bytes say (RFC 1952); of others their own."""
    if path.suffix != ".gz":
        return size
    with path.open("rb") as file:
        file.seek(-4, 2)
        return int.from_bytes(file.read(), "little")


def _tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_TAG]


def _ids_tag(bundle: Bundle) -> str:
    """Changes with the catalogue, whose order the vectors' owners are in."""
    return _tag(bundle.manifest["digest"])
