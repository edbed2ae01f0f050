"""The elements of `dash.html` as plain data, which is how they reach the browser.

`html.Div("text", className="x")` is the dictionary that Dash would write for its own `html.Div` with the same
arguments. Dash's classes check and copy their arguments on creation and again on writing. For a page of cards
that takes longer than everything else together, so here the tests do the checking. Property names are Dash's.
HTML attributes that Dash does not know, such as `loading`, reach the browser too.
"""

from __future__ import annotations

from typing import Any, Protocol

Component = dict[str, Any]
"""One component: its `type`, its `namespace` and its `props`, of which `children` is one."""


class Element(Protocol):
    """Makes one kind of element: children first, then properties by Dash's names."""

    def __call__(self, children: object = None, **properties: object) -> Component:
        """The element in the form that Dash's renderer expects."""


def _element(name: str) -> Element:
    def element(children: object = None, **properties: object) -> Component:
        if children is not None:
            properties["children"] = children
        return {"type": name, "namespace": "dash_html_components", "props": properties}

    return element


A = _element("A")
Article = _element("Article")
Br = _element("Br")
Button = _element("Button")
Code = _element("Code")
Dd = _element("Dd")
Details = _element("Details")
Div = _element("Div")
Dl = _element("Dl")
Dt = _element("Dt")
Form = _element("Form")
H1 = _element("H1")
H2 = _element("H2")
Img = _element("Img")
Kbd = _element("Kbd")
Label = _element("Label")
Li = _element("Li")
Meter = _element("Meter")
Nav = _element("Nav")
Noscript = _element("Noscript")
Ol = _element("Ol")
P = _element("P")
S = _element("S")
Section = _element("Section")
Span = _element("Span")
Summary = _element("Summary")
Table = _element("Table")
Tbody = _element("Tbody")
Td = _element("Td")
Th = _element("Th")
Thead = _element("Thead")
Tr = _element("Tr")
Ul = _element("Ul")
