"""Renders Dash components as HTML, so that a first visit shows its page before any script runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from dash.development.base_component import Component

_VOID = frozenset({"img", "input", "br", "hr"})
_NAMES = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "srcSet": "srcset"}
_DASH_ONLY = frozenset({"children", "key", "disable_n_clicks"})
_SPECIAL = re.compile("[&<>\"']")


def to_html(node: Any) -> str:
    """Render a component from `dashapp.parts.html` or Dash, text, or a list of these as HTML.

    Supports components whose type is their element's name: all of `dash.html`, and
    `dash_bootstrap_components.Input`. All text and attributes are escaped.
    """
    written: list[str] = []
    _write(node, written.append)
    return "".join(written)


def _write(node: Any, add: Callable[[str], None]) -> None:
    # Pages are made of some thousand nodes, nearly all of them dictionaries and texts.
    if isinstance(node, str):
        add(_escaped(str(node)))
    elif isinstance(node, dict):
        _write_element(node["type"].lower(), node["props"], add)
    elif isinstance(node, list | tuple):
        for each in node:
            _write(each, add)
    elif isinstance(node, Component):
        _write(node.to_plotly_json(), add)
    elif node is not None:
        add(_escaped(str(node)))


def _write_element(tag: str, properties: dict[str, Any], add: Callable[[str], None]) -> None:
    add(f"<{tag}")
    # Dash gives them in no fixed order, but the same page should give the same bytes.
    for name in sorted(properties):
        value = properties[name]
        if value is None or value is False or name in _DASH_ONLY:
            continue
        name = _NAMES.get(name, name)
        add(f" {name}" if value is True else f' {name}="{_escaped(str(value))}"')
    add(">")
    if tag not in _VOID:
        _write(properties.get("children"), add)
        add(f"</{tag}>")


def _escaped(text: str) -> str:
    # Most texts have nothing to escape, and one look is quicker than five.
    return escape(text) if _SPECIAL.search(text) else text
