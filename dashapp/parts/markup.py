"""Renders Dash components as HTML, so that a first visit shows its page before any script runs."""

from __future__ import annotations

from html import escape
from typing import Any

from dash.development.base_component import Component

_VOID = frozenset({"img", "input", "br", "hr"})
_NAMES = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "srcSet": "srcset"}
_DASH_ONLY = frozenset({"children", "key", "disable_n_clicks"})


def to_html(node: Any) -> str:
    """Render a component from `dashapp.parts.html` or Dash, text, or a list of these as HTML.

    Supports components whose type is their element's name: all of `dash.html`, and
    `dash_bootstrap_components.Input`. All text and attributes are escaped.
    """
    if node is None:
        return ""
    if isinstance(node, list | tuple):
        return "".join(map(to_html, node))
    described = node.to_plotly_json() if isinstance(node, Component) else node
    if not isinstance(described, dict):
        return escape(str(node))
    tag, properties = described["type"].lower(), described["props"]
    # Dash gives them in no fixed order, but the same page should give the same bytes.
    attributes = "".join(
        _attribute(name, properties[name]) for name in sorted(properties.keys() - _DASH_ONLY)
    )
    if tag in _VOID:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{to_html(properties.get('children'))}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = _NAMES.get(name, name)
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
