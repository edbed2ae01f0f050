"""Makes a page of HTML that needs no other file: pictures, stylesheet and typeface are inside."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from precompute.shared.printable import printable
from precompute.shared.wording import counted

_PIXELS = 96
_QUALITY = 65
_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_TYPEFACE = _ASSETS / "vendor" / "newsreader-latin-400-5.3.0.woff2"


class PagePictures:
    """The pictures of a page, each once, however often it is seen; `rules` of a stylesheet hold them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.rules: list[str] = []

    def __len__(self) -> int:
        return len(self.rules)

    def has(self, image_id: str) -> bool:
        """Whether a picture is there already."""
        return image_id in self._names

    def name(self, image_id: str, thumbnail: Path | None) -> str:
        """The class that draws a picture; empty where its thumbnail cannot be read."""
        if image_id not in self._names:
            self._names[image_id] = self._add(thumbnail)
        return self._names[image_id]

    def _add(self, path: Path | None) -> str:
        try:
            content = path and _small(path)
        except OSError:
            # A page about what is damaged is of more use with a gap than not at all.
            return ""
        if not content:
            return ""
        name = f"p{len(self.rules)}"
        data = base64.b64encode(content).decode()
        self.rules.append(f".{name}{{background-image:url(data:image/webp;base64,{data})}}")
        return name


def render(
    beside: Path,
    values: Mapping[str, Any],
    *,
    rules: Iterable[str],
    filters: Mapping[str, Callable[..., str]],
    scripts: Sequence[str] = (),
) -> str:
    """The page of the template and the stylesheet that lie `beside` a module, under its name.

    What the template is given is escaped. Its policy lets nothing load, no script run but `scripts`, in their
    order, and no style apply but that of all pages, the module's own, then `rules`. The template has the
    `filters` besides `counted` ("3 products") and `plain`, which makes text fit to be printed.
    """
    typeface = "data:font/woff2;base64," + base64.b64encode(_TYPEFACE.read_bytes()).decode()
    sheets = (Path(__file__).with_suffix(".css"), beside.with_suffix(".css"))
    style = "\n".join(
        [
            f"@font-face{{font-family:Newsreader;font-weight:400;src:url({typeface}) format('woff2')}}",
            *(sheet.read_text(encoding="utf-8") for sheet in sheets),
            *rules,
        ]
    )
    environment = Environment(
        loader=FileSystemLoader([beside.parent, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"counted": counted, "plain": printable, **filters}
    digest = _digest(style)
    if scripts:
        # They may make an empty style element, and add rules to it.
        digest += f" {_digest('')}"
    template = environment.get_template(beside.with_suffix(".html").name)
    return template.render(
        values,
        style=Markup(style),
        style_digests=digest,
        scripts=[Markup(script) for script in scripts],
        script_digests=" ".join(map(_digest, scripts)),
    )


def _digest(text: str) -> str:
    """What a policy allows a style or a script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _small(path: Path) -> bytes:
    """A thumbnail made smaller still, as WebP."""
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.thumbnail((_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    small.save(content, "WEBP", quality=_QUALITY, method=6)
    return content.getvalue()
