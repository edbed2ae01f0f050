"""Recommendations near the products in an address, or near those that the visitor's browser remembers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bundle import Bundle, Product
from dashapp.addresses import GALLERY, Arguments, for_you_href, href_of, product_href
from dashapp.answers.look_alikes import MOST_LESS
from dashapp.answers.recommendations import MOST_LIKES, Recommendation, fading, recommendations
from dashapp.http.assets import asset_href
from dashapp.language import N_, _, n_
from dashapp.parts import html
from dashapp.parts.cards import card_row, pick_button, removable, small_picture, variants_panel, why_panel
from dashapp.parts.components import button_link, card, grid, list_marks
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import listing
from dashapp.site import Site

_COUNT = 24

_EXPLANATION = N_(
    "What you look at is stored only in this browser. It is sent to the server to make this page, in the "
    "order you looked, and then discarded. The latest counts most."
)


@dataclass(frozen=True)
class _Asked:
    """The address's choice: products to start from, products to avoid, and whether to repeat the former."""

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
    """The products near those in the arguments `like`.

    Without any, the page waits for the browser to send what it remembers (`remembered_page`). Raises
    `BundleError` if a list cannot be read.
    """
    asked = _Asked.from_arguments(arguments)
    if not asked.likes:
        return _waiting(site)
    likes = bundle.products(asked.likes)
    missing = len(asked.likes) - len(likes)
    parts: list[Component | None] = [html.H1(_("More like these"))]
    if missing:
        gone = n_(
            "{count} product of these is no longer here.",
            "{count} products of these are no longer here.",
            missing,
        )
        parts.append(html.P(gone, role="status"))
    chips = []
    for each in likes:
        others = tuple(one for one in asked.likes if one != each.id)
        chips.append(removable(_("Like {title}", title=each.title), href=replace(asked, likes=others).href))
    parts.append(_chips(chips, kind="like", label=_("Like these")))
    weights = [1.0] * len(likes)
    parts += _recommended(
        site, bundle, asked, likes=likes, weights=weights, repeat=_("Include these themselves")
    )
    return View(
        title=_("More like these"),
        body=html.Div(parts, **_unknown(asked.likes, likes)),
        description=_("Products near {titles}.", titles=listing([each.title for each in likes]))
        if likes
        else "",
    )


def remembered_page(site: Site, bundle: Bundle, ids: Sequence[str], *, arguments: Arguments) -> View:
    """The products near those that a visitor viewed; `ids` has the latest first.

    Unknown ids are ignored, and so are those after the first `MOST_LIKES`. Raises `BundleError` if a list
    cannot be read.
    """
    asked = _Asked.from_arguments(arguments)
    ids = list(dict.fromkeys(ids))[:MOST_LIKES]
    likes = bundle.products(ids)
    parts: list[Component | None] = [
        html.H1(_("For you")),
        html.P(_(_EXPLANATION), className="remembered-why"),
    ]
    if likes:
        parts.append(_remembered(site, likes))
        parts += _recommended(
            site,
            bundle,
            asked,
            likes=likes,
            weights=fading(len(likes)),
            repeat=_("Include those you have seen"),
        )
    else:
        parts.append(html.P(_("Nothing so far. Look at a few products, or pick some with +.")))
        parts.append(html.Div(button_link(_("See all products"), href_of(GALLERY)), className="ways"))
    return View(title=_("For you"), body=html.Div(parts, **_unknown(ids, likes)))


def _waiting(site: Site) -> View:
    if site.is_static:
        return _by_script(site)
    body = html.Div(
        [
            html.H1(_("For you")),
            html.P(_(_EXPLANATION), className="remembered-why"),
            html.P(
                _("This page needs JavaScript to read what the browser remembers."),
                className="without-scripts",
            ),
        ]
    )
    return View(
        title=_("For you"), body=body, description=_("What {shop} has for you.", shop=site.name), waiting=True
    )


def _by_script(site: Site) -> View:
    """The page of a static site, whose script makes everything else."""
    explanation = _(
        "What you look at is stored only in this browser, which makes this page. The latest counts most."
    )
    ways = html.Div(button_link(_("See all products"), href_of(GALLERY)), className="ways", hidden=True)
    parts = [
        html.H1(_("For you")),
        html.P(explanation, className="remembered-why"),
        html.P(
            _("This page needs JavaScript to read what the browser remembers."), className="without-scripts"
        ),
        ways,
    ]
    marks = {"data-module": asset_href("static-for-you.js"), "data-root": href_of("")}
    return View(
        title=_("For you"),
        body=html.Div(parts, className="static-for-you", **marks),
        description=f"What {site.name} has for you.",
    )


def _unknown(asked: Sequence[str], found: Sequence[Product]) -> dict[str, str]:
    """Ids that the browser's script should forget, because the products no longer exist."""
    known = {each.id for each in found}
    gone = [each for each in asked if each not in known]
    return {"data-unknown": json.dumps(gone)} if gone else {}


def _remembered(site: Site, likes: Sequence[Product]) -> Component:
    """The products that the page starts from, each with a button to forget it, and one to forget all."""
    items = []
    for each in likes:
        link = html.A(small_picture(site, each), href=product_href(each.id), title=each.title)
        name = {"aria-label": _("Forget {title}", title=each.title), "data-forget": each.id}
        items.append(html.Li([link, html.Button("×", type="button", **name)]))
    forget = html.Button(
        _("Forget everything"), type="button", className="button", **{"data-forget-all": "yes"}
    )
    label = {"aria-label": _("What you looked at")}
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
    """The recommendations; `repeat` is the label of the switch that includes the starting products."""
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
            _("Less like {title}", title=each.title),
            href=replace(asked, less=tuple(one for one in asked.less if one != each.id)).href,
        )
        for each in less
    ]
    mark = {"aria-current": "true"} if asked.seen else {}
    again = html.A(repeat, href=replace(asked, seen=not asked.seen).href, className="chip", **mark)
    ways = _chips([html.Li(again), *chips], kind="which", label=_("Which recommendations"))
    head = html.Div([html.H2(_("Recommended")), ways], className="section-head")
    if not found:
        return [head, html.P(_("Nothing is near these."), role="status")]
    cards = (_card(site, each, asked) for each in found)
    return [head, grid(cards, **list_marks("for-you", site.recipes[0]))]


def _card(site: Site, found: Recommendation, asked: _Asked) -> Component:
    less = replace(asked, less=(*asked.less, found.product.id)).href
    because = _("Close to {titles}.", titles=listing([each.title for each in found.because]))
    why = why_panel(found.product, [because], less_href=less)
    row = card_row(site, why=why, variants=variants_panel(site, found.variants, href=product_href))
    return card(site, found.product, row, pick_button(found.product))


def _chips(chips: list[Component], *, kind: str, label: str) -> Component:
    marks = {"aria-label": label, "data-switch": kind}
    return html.Nav(html.Ul(chips, className="chips"), className="choices", **marks)
