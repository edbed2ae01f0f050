"""The files that a theme names: logos, fonts and CSS, each hostile until checked."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from lxml import etree
from PIL import Image

from bundle.disk import read_bytes
from bundle.theme import Logo
from pictures.decoding import decode
from pictures.errors import PictureError
from precompute.shared.errors import UserError

_LARGEST = {".svg": 200_000, ".png": 500_000, ".woff2": 500_000, ".ttf": 1_000_000, ".css": 64_000}
"""The most bytes of a file, by its ending."""

_SIDES = (1, 4096)
_SVG = "http://www.w3.org/2000/svg"
_PNG = b"\x89PNG\r\n\x1a\n"
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)(px)?\s*")

_FORBIDDEN = frozenset(
    (
        *("script", "foreignobject", "handler", "listener", "iframe", "embed", "object"),
        *("audio", "video", "canvas", "a", "link", "meta", "base"),
    )
)
"""Elements, in lower case, that run something, hold HTML or lead elsewhere."""

_REFERENCES = frozenset(("href", "src", "data", "action", "formaction"))
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_URL = re.compile(r"url\(\s*[\"']?\s*([^)\"']*)", re.IGNORECASE)


def read_file(folder: Path, name: str, *, field: str, theme: Path) -> bytes:
    """The content of a file that the `field` of the file `theme` names, below the theme's `folder`.

    Raises `UserError` where it cannot be read or is too large.
    """
    path = folder / name
    most = _LARGEST[path.suffix.lower()]
    try:
        return read_bytes(path, most=most)
    except OSError as error:
        raise UserError(
            f"Expected {field} in {theme} to name a file that can be read. "
            f"Received: {str(path)!r} ({error.strerror})."
        ) from error
    except ValueError as error:
        raise UserError(
            f"Expected {field} in {theme} to name a file of at most {most // 1000:,} kB. "
            f"Received: {str(path)!r}, which is larger."
        ) from error


def check_picture(content: bytes, name: str, *, field: str, theme: Path) -> Logo:
    """The logo in a file `name`; raises `UserError` if it is no picture, or an SVG that is more than that."""
    try:
        width, height = _svg_size(content) if name.lower().endswith(".svg") else _png_size(content)
    except (PictureError, ValueError) as error:
        raise UserError(
            f"Expected {field} in {theme} to be an SVG or PNG picture. Received: {name!r}: {error}."
        ) from error
    return Logo(name, width, height)


def check_font(content: bytes, name: str, *, field: str, theme: Path) -> None:
    """Raise `UserError` if a file is no WOFF2 or TrueType font by its header, or is cut off."""
    if not (_is_woff2(content) if name.lower().endswith(".woff2") else _is_ttf(content)):
        raise UserError(
            f"Expected {field} in {theme} to be a whole font, WOFF2 or TrueType. "
            f"Received: {name!r}, which is not one."
        )


def check_css(content: bytes, name: str, *, field: str, theme: Path) -> str:
    """The text of a stylesheet; raises `UserError` if it is not UTF-8 or loads anything.

    Pages forbid that anyway, by their Content-Security-Policy: it would not work, and nobody would say why.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"Expected {field} in {theme} to be UTF-8 text. Received: {name!r}.") from error
    if loads := _loaded_by(text):
        raise UserError(
            f"Expected {field} in {theme} to load nothing but data:image addresses. "
            f"Received: {name!r}, which has {loads}."
        )
    return text


def _loaded_by(text: str) -> str:
    """What of a stylesheet would load something, in a few words; empty if nothing would."""
    plain = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", _unescaped, re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    lower = plain.replace("\\", "").lower()
    for word in ("@import", "@charset", "@namespace", "image-set(", "src("):
        if word in lower:
            return word
    for target in _URL.findall(lower):
        if not (target.startswith("#") or _EMBEDDED.match(target)):
            return f"url({target.strip()[:60]})"
    return ""


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 else ""


def _png_size(content: bytes) -> tuple[int, int]:
    if not content.startswith(_PNG):
        raise ValueError("it is no PNG file")
    decode(content)
    with Image.open(BytesIO(content)) as image:
        return _size(*image.size)


def _size(width: float, height: float) -> tuple[int, int]:
    least, most = _SIDES
    if not (least <= width <= most and least <= height <= most):
        raise ValueError(f"its sides are {width:g} × {height:g}, where {least} to {most:,} pixels are usual")
    return round(width), round(height)


def _svg_size(content: bytes) -> tuple[int, int]:
    # No entity is resolved, nothing is fetched, and nesting is limited.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is no XML ({error.msg})") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise ValueError(f"its root is not svg of {_SVG}")
    for wrong in _wrong_in_svg(root):
        raise ValueError(f"it holds {wrong}, which a logo must not")
    return _size(*_svg_sides(root))


def _svg_sides(root: etree._Element) -> tuple[float, float]:
    lengths = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        width, height = (float(length[1]) for length in lengths if length)
        return width, height
    try:
        _, _, width, height = map(float, root.get("viewBox", "").replace(",", " ").split())
    except ValueError:
        raise ValueError("it has neither width and height in pixels nor a viewBox") from None
    return width, height


def _wrong_in_svg(root: etree._Element) -> Iterator[str]:
    """What makes an SVG more than a drawing, in a few words."""
    document = root.getroottree()
    if document.docinfo.internalDTD is not None and list(document.docinfo.internalDTD.iterentities()):
        yield "an entity"
    for node in document.iter():
        if isinstance(node, etree._ProcessingInstruction):
            yield "a processing instruction"
        elif isinstance(node, etree._Entity):
            yield "an entity"
        elif isinstance(node.tag, str):
            yield from _wrong_in_element(node)
    # What stands before the root is no part of it.
    before = root.getprevious()
    while before is not None:
        if isinstance(before, etree._ProcessingInstruction):
            yield "a processing instruction"
        before = before.getprevious()


def _wrong_in_element(node: etree._Element) -> Iterator[str]:
    name = etree.QName(node).localname.lower()
    if name in _FORBIDDEN:
        yield f"the element {name}"
    if name == "style" and (loads := _loaded_by("".join(node.itertext()))):
        yield loads
    for attribute, value in node.attrib.items():
        local = etree.QName(attribute).localname.lower()
        changed = str(value).strip().lower() if local == "attributename" else ""
        if local.startswith("on") or changed.startswith("on"):
            yield f"the event attribute {changed or local}"
        if changed.rpartition(":")[2] in _REFERENCES:
            yield f"an animation of {changed}"
        if local in _REFERENCES and not _is_own(str(value)):
            yield f"an external reference, {str(value).strip()[:60]!r}"
        if loads := _loaded_by(str(value)):
            yield loads


def _is_own(reference: str) -> bool:
    reference = reference.strip()
    return reference.startswith("#") or _EMBEDDED.match(reference) is not None


def _is_woff2(content: bytes) -> bool:
    """Whether the header is that of W3C's WOFF2, section 4.1, and tells the file's own length."""
    return (
        len(content) > 48 and content[:4] == b"wOF2" and struct.unpack(">I", content[8:12])[0] == len(content)
    )


def _is_ttf(content: bytes) -> bool:
    """Whether the table directory (OpenType, "Organization of an OpenType font") fits the file."""
    if len(content) < 12 or content[:4] not in (b"\0\1\0\0", b"true"):
        return False
    (tables,) = struct.unpack(">H", content[4:6])
    if not tables or len(content) < 12 + 16 * tables:
        return False
    places = (struct.unpack(">II", content[12 + 16 * n + 8 : 12 + 16 * n + 16]) for n in range(tables))
    return all(offset + length <= len(content) for offset, length in places)
