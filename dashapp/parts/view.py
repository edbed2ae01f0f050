"""What one page is, before anything is said of how it reaches a browser."""

from __future__ import annotations

from dataclasses import dataclass

from bundle import Product
from dashapp.parts.html import Component
from dashapp.site import Site


@dataclass(frozen=True)
class View:
    """One page: its content, and what the document around it says of it.

    `image` is the address of a picture that stands for the page where it is shared; `search` is what
    the search box holds. A page that is `waiting` lacks what only the visitor's browser knows: its script is
    to send that, and is then sent the page in full. `product` is the one that the page is about, if any.
    """

    title: str
    body: Component
    status: int = 200
    description: str = ""
    image: str = ""
    search: str = ""
    waiting: bool = False
    product: Product | None = None


def tab_title(site: Site, view: View) -> str:
    """What the browser's tab says of a page."""
    return f"{view.title} · {site.name}" if view.title else site.name
