"""Describes one page, independent of how it reaches a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bundle import Product
from dashapp.parts.html import Component
from dashapp.site import Site


@dataclass(frozen=True)
class View:
    """One page: its content, and the metadata for the document around it.

    `image` is the address of the picture for link previews; `search` is the content of the search box. A
    `waiting` page lacks what only the visitor's browser knows: its script sends that and receives the full
    page. `product` is the page's product, if any. `first_picture` has the attributes of a link that fetches
    the page's first picture early: it is mostly the page's largest part.
    """

    title: str
    body: Component
    status: int = 200
    description: str = ""
    image: str = ""
    search: str = ""
    waiting: bool = False
    product: Product | None = None
    first_picture: Mapping[str, str] = field(default_factory=dict)


def tab_title(site: Site, view: View) -> str:
    """The title in the browser's tab."""
    return f"{view.title} · {site.name}" if view.title else site.name
