"""The elements of `dash.html` as plain data, which is how they reach the browser.

`html.Div("text", className="x")` is the dictionary that Dash writes for its own `html.Div` of the same
arguments. Dash's classes check and copy their arguments when they are made and again when they are written,
which for a page of cards takes longer than all else together; here the tests check them. Names of properties
are Dash's, and those of HTML that Dash does not know (`loading`) reach the browser too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html as _dash_html

Component = dict[str, Any]
"""One component: its `type`, its `namespace` and its `props`, of which `children` is one."""


def _element(name: str) -> Callable[..., Component]:
    def element(children: Any = None, **properties: Any) -> Component:
        if children is not None:
            properties["children"] = children
        return {"type": name, "namespace": "dash_html_components", "props": properties}

    element.__name__ = element.__qualname__ = name
    element.__doc__ = f"A <{name.lower()}> as Dash's browser half takes it."
    return element


for _name in _dash_html.__all__:
    globals()[_name] = _element(_name)
