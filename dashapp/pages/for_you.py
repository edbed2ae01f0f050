"""Recommendations: near the products of an address, or near those that the visitor's browser remembers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bundle import Bundle, Product
from dashapp.addresses import GALLERY, Arguments, for_you_href, href_of, product_href
from dashapp.answers.look_alikes import MOST_LESS
from dashapp.answers.recommendations import MOST_LIKES, Recommendation, fading, recommendations
from dashapp.parts import html
from dashapp.parts.cards import pick_button, removable, small_picture, variants_panel, why_panel
from dashapp.parts.components import button_link, card, grid
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import counted, listing
from dashapp.site import Site

_COUNT = 24

_EXPLANATION = (
    "What you look at here is kept in this browser and nowhere else. It is sent to make this page, in the "
    "order you looked, and forgotten once the page is made; the latest counts most."
)


@dataclass(frozen=True)
class _Asked:
    """What an address asks for: products to begin from, if any, products to avoid, and whether to repeat."""

    likes: tuple[str, ...]
    less: tuple[str, ...]
    seen: bool

    @classmethod
    def from_arguments(cls, arguments: Arguments) -> _Asked:
        return cls(
            arguments.every("like")[:MOST_LIKES],
            arguments.every("less")[:MOST_LESS],
            arguments.get("seen") == "yes",
        )

    @property
    def href(self) -> str:
        return for_you_href(likes=self.likes, less=self.less, seen=self.seen)


def for_you_page(site: Site, bundle: Bundle, *, arguments: Arguments) -> View:
    """What is near the products that the arguments `like` name.

    Without any, the page waits for the browser to send what it remembers (`remembered_page`). Raises
    `BundleError` where a list cannot be read.
    """
    asked = _Asked.from_arguments(arguments)
    if not asked.likes:
        return _waiting(site)
    likes = bundle.products(asked.likes)
    missing = len(asked.likes) - len(likes)
    parts: list[Component | None] = [html.H1("More like these")]
    if missing:
        gone = "is no longer" if missing == 1 else "are no longer"
        parts.append(html.P(f"{counted(missing, 'product')} of these {gone} here.", role="status"))
    chips = []
    for each in likes:
        others = tuple(one for one in asked.likes if one != each.id)
        chips.append(removable("Like", each.title, href=replace(asked, likes=others).href))
    parts.append(_chips(chips, label="Like these"))
    weights = [1.0] * len(likes)
    parts += _recommended(
        site, bundle, asked, likes=likes, weights=weights, repeat="Include these themselves"
    )
    return View(
        title="More like these",
        body=html.Div(parts, **_unknown(asked.likes, likes)),
        description=f"Products near {listing([each.title for each in likes])}." if likes else "",
    )


def remembered_page(site: Site, bundle: Bundle, ids: Sequence[str], *, arguments: Arguments) -> View:
    """What is near the products that a visitor looked at, whose `ids` come with the latest first.

    Ids that are unknown do not count, nor those beyond the first `MOST_LIKES`. Raises `BundleError` where a
    list cannot be read.
    """
    asked = _Asked.from_arguments(arguments)
    ids = list(dict.fromkeys(ids))[:MOST_LIKES]
    likes = bundle.products(ids)
    parts: list[Component | None] = [html.H1("For you"), html.P(_EXPLANATION, className="remembered-why")]
    if likes:
        parts.append(_remembered(site, likes))
        parts += _recommended(
            site,
            bundle,
            asked,
            likes=likes,
            weights=fading(len(likes)),
            repeat="Include those you have seen",
        )
    else:
        parts.append(html.P("Nothing so far. Look at a few products, or pick some with +."))
        parts.append(html.Div(button_link("See all products", href_of(GALLERY)), className="ways"))
    return View(title="For you", body=html.Div(parts, **_unknown(ids, likes)))


def _waiting(site: Site) -> View:
    body = html.Div(
        [
            html.H1("For you"),
            html.P(_EXPLANATION, className="remembered-why"),
            html.P(
                "This needs scripts, as only they can read what the browser keeps.",
                className="without-scripts",
            ),
        ]
    )
    return View(title="For you", body=body, description=f"What {site.name} has for you.", waiting=True)


def _unknown(asked: Sequence[str], found: Sequence[Product]) -> dict[str, str]:
    """A mark by which the browser's script can forget what is no longer here."""
    known = {each.id for each in found}
    gone = [each for each in asked if each not in known]
    return {"data-unknown": json.dumps(gone)} if gone else {}


def _remembered(site: Site, likes: Sequence[Product]) -> Component:
    """What the page begins from, each with a button that forgets it, and one that forgets all."""
    items = []
    for each in likes:
        link = html.A(small_picture(site, each), href=product_href(each.id), title=each.title)
        name = {"aria-label": f"Forget {each.title}", "data-forget": each.id}
        items.append(html.Li([link, html.Button("×", type="button", **name)]))
    forget = html.Button("Forget everything", type="button", className="button", **{"data-forget-all": "yes"})
    label = {"aria-label": "What you looked at"}
    return html.Section([html.Ul(items, className="smalls"), forget], className="remembered", **label)


def _recommended(
    site: Site,
    bundle: Bundle,
    asked: _Asked,
    *,
    likes: Sequence[Product],
    weights: Sequence[float],
    repeat: str,
) -> list[Component | None]:
    """The recommendations; `repeat` names the way to have what they begin from among them."""
    less = bundle.products(asked.less)
    found = recommendations(
        bundle,
        likes=likes,
        weights=weights,
        less=less,
        recipe=site.recipes[0].name,
        count=_COUNT,
        seen=asked.seen,
    )
    chips = [
        removable(
            "Less like",
            each.title,
            href=replace(asked, less=tuple(one for one in asked.less if one != each.id)).href,
        )
        for each in less
    ]
    mark = {"aria-current": "true"} if asked.seen else {}
    again = html.A(repeat, href=replace(asked, seen=not asked.seen).href, className="chip", **mark)
    ways = _chips([html.Li(again), *chips], label="Which recommendations")
    head = html.Div([html.H2("Recommended"), ways], className="section-head")
    if not found:
        return [head, html.P("Nothing is near these.", role="status")]
    return [head, grid(_card(site, each, asked) for each in found)]


def _card(site: Site, found: Recommendation, asked: _Asked) -> Component:
    less = replace(asked, less=(*asked.less, found.product.id)).href
    because = f"Close to {listing([each.title for each in found.because])}."
    parts = [html.Div(why_panel(found.product, [because], less_href=less), className="card-row")]
    if found.variants:
        parts.append(variants_panel(site, found.variants, href=product_href))
    return card(site, found.product, *parts, pick_button(found.product))


def _chips(chips: list[Component], *, label: str) -> Component:
    marks = {"aria-label": label, "data-switch": label}
    return html.Nav(html.Ul(chips, className="chips"), className="choices", **marks)
