"""What one page is, before anything is said of how it reaches a browser."""

from __future__ import annotations

from dataclasses import dataclass

from dash.development.base_component import Component


@dataclass(frozen=True)
class View:
    """One page: its content, and what the document around it says of it.

    `image` is the address of a picture that stands for the page where it is shared; `search` is what
    the search box holds.
    """

    title: str
    body: Component
    status: int = 200
    description: str = ""
    image: str = ""
    search: str = ""
