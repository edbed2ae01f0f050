"""The page "About": how the look-alikes were found, what is stored about a visitor, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bundle import Bundle
from dashapp.addresses import QUALITY, href_of
from dashapp.http.assets import asset_href
from dashapp.http.device_files import live_recipe
from dashapp.language import N_, _, current
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import day, number, products, share
from dashapp.settings import BROWSER
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

_API = "/api/v1/openapi.json"

_IN_A_NEW_TAB = {"target": "_blank", "rel": "noopener"}

_SHORT = 12
"""How many digits of a hash are shown."""

_KEYS = {
    "/": N_("search"),
    N_("Tab, Enter"): N_("move from link to link, and open one"),
    N_("Arrow keys"): N_("move from product to product; on the map, pan"),
    "+, −, 0": N_("on the map, zoom in, zoom out, show everything"),
    N_("Escape"): N_("close a menu; on the map, clear the selection"),
}


def about_page(site: Site, bundle: Bundle, *, arguments: dict[str, str]) -> View:
    """What visitors, shop owners and engineers may want to know. It uses no `arguments`."""
    shown = _(
        "{shop} shows {products}, and for each of them the ones that look like it.",
        shop=site.name,
        products=products(bundle.count),
    )
    opening = " ".join([shown, _("Only pictures decide: no clicks, no purchases, no words.")])
    sections = [
        _section(_("How it works"), *(html.P(_(text)) for text in _HOW), _quality_link()),
        *(
            _recipe(site, recipe, entry, bundle=bundle)
            for recipe, entry in zip(site.recipes, bundle.recipes, strict=True)
        ),
        _section(_("This catalogue"), _facts(_catalogue(bundle))),
        _privacy(site),
        _section(_("Keys"), _facts({_(key): _(what) for key, what in _KEYS.items()}, name=html.Kbd)),
        *([] if site.is_static else [_for_programs()]),
    ]
    own = [html.P(text, dir="auto") for text in _paragraphs(site.theme.said_in(current().code).about_text)]
    shop = html.Div(own, className="about-shop") if own else None
    head = [html.H1(_("About")), shop, html.P(opening, className="about-opening")]
    return View(
        title=_("About"),
        body=html.Div([*head, *sections], className="about"),
        description=_(
            "How the look-alikes of {shop} were found, and what is stored about a visitor.", shop=site.name
        ),
    )


_HOW = (
    N_(
        "A neural network trained on a great many photographs turns each product picture into a list of "
        "numbers. They describe shapes, patterns, materials and colours in the network’s own terms."
    ),
    N_(
        "Two products look alike if their numbers are close. All products were compared in advance, and the "
        "nearest ones of each were stored. That is why this page answers at once."
    ),
)


_SEVERAL = {
    "mean": N_("compared by the mean of their numbers"),
    "best": N_("compared by the best-matching pair"),
    "first": N_("only the first is compared"),
}
"""How a product's pictures are used, by the recipe's setting in the manifest."""


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _quality_link() -> Component:
    return html.A(_("How good the results are, in numbers"), href=href_of(QUALITY), className="more")


def _for_programs() -> Component:
    return _section(
        _("For programs"),
        html.P(_("Everything on these pages is also available as JSON, described in OpenAPI.")),
        html.A(_("Description of the API"), href=href_of(_API), className="more", **_IN_A_NEW_TAB),
    )


def _section(heading: str, *parts: Component) -> Component:
    return html.Section([html.H2(heading, dir="auto"), html.Div(list(parts), className="about-text")])


def _facts(
    facts: Mapping[str, str | Component], *, name: Callable[[str], Component] = html.Span
) -> Component:
    """The `facts` that are known, with their names shown as the element `name`."""
    entries = [html.Div([html.Dt(name(term)), html.Dd(value)]) for term, value in facts.items() if value]
    return html.Dl(entries, className="about-facts")


def _recipe(site: Site, recipe: ShownRecipe, entry: Mapping[str, Any], *, bundle: Bundle) -> Component:
    """The facts about one recipe; `entry` is its entry in the manifest."""
    search = entry.get("search", {})
    by = {"metric": _(recipe.metric.name), "name": entry["metric"]}
    compared = _("{metric} ({name}), with every other product", **by)
    if "recall" in search:
        found = share(search["recall"], 1)
        compared = _(
            "{metric} ({name}), approximately: {percent} of the nearest are found", percent=found, **by
        )
    size = entry.get("input_size")
    several = bundle.manifest["counts"].get("images", 0) > bundle.count
    use = entry.get("pictures", "") if several else ""
    facts = {
        _("Network"): html.Span(recipe.description, dir="auto") if recipe.description else "",
        _("Picture"): ", ".join([_("{size} × {size} pixels", size=str(size)), entry["resize"]])
        if size and "resize" in entry
        else "",
        _("Several pictures"): _(_SEVERAL[use]) if use in _SEVERAL else "",
        _("Compared"): compared,
        _("Weights"): _hash(entry.get("weights", "")),
        _("Fingerprint"): _hash(entry.get("fingerprint", "")),
    }
    quality = href_of(QUALITY, recipe=site.in_address(recipe))
    link = html.A(_("Its quality"), href=quality, className="more")
    called = (
        f"{recipe.label} ({recipe.name})" if len(site.recipes) > 1 else _("Recipe {name}", name=recipe.name)
    )
    return _section(called, _facts(facts), *([link] if len(site.recipes) > 1 else []))


def _hash(digest: str) -> Component | str:
    """A shortened hash, with the full one as its title."""
    return html.Code(digest[:_SHORT], title=digest) if digest else ""


def _catalogue(bundle: Bundle) -> dict[str, Any]:
    counts = bundle.manifest["counts"]
    return {
        _("Built"): day(bundle.manifest["created"]),
        _("Products"): number(bundle.count),
        _("Pictures"): number(counts["images"]) if "images" in counts else "",
        _("Left out"): number(counts["left_out"]) if counts.get("left_out") else "",
        _("Seal"): _hash(bundle.manifest["digest"]),
    }


def _photos(site: Site) -> list[Component]:
    """What happens to photos used for searching, if this site supports it."""
    if live_recipe(site) is None:
        return []
    if site.settings.live != BROWSER:
        said = _(
            "A photo that you search with is sent to the server, compared there and discarded: it is neither "
            "stored nor logged."
        )
    elif site.hosted_live:
        said = _(
            "A photo that you search with is compared on your device and not sent anywhere, unless you "
            "choose to have it sent to the server, compared there and discarded: it is neither stored nor "
            "logged."
        )
    else:
        said = _("A photo that you search with is compared on your device and not sent anywhere.")
    return [html.P(said)]


_COUNTED = N_(
    "This shop counts which lists of look-alikes are seen and which products are clicked in them. It notes "
    "the list, the product and the hour, and nothing about you or your browser. If your browser asks not to "
    "be tracked, you are not counted."
)


_KEPT = N_(
    "In this browser: whether you chose dark mode, how far you scrolled, the list that you came "
    "from, and the products that you looked at or picked. Products that you looked at are sent "
    "only to make the page For you and are not stored there. Products that you picked are part "
    "of its address, so that you can share it."
)
_KEPT_HERE = N_(
    "In this browser: whether you chose dark mode, how far you scrolled, the list that you came from, and "
    "the products that you looked at or picked. The page For you is made here: products that you looked at "
    "are not sent anywhere. Products that you picked are part of its address, so that you can share it."
)
"""What is kept in the browser, where a server makes the page For you and where there is none."""


def _privacy(site: Site) -> Component:
    elsewhere = _("Nothing is loaded from other hosts.")
    if site.settings.thumbnails:
        elsewhere = _("Nothing is loaded from other hosts except the pictures, from the shop’s storage.")
    server = _(
        "On the server: nothing beyond a web server’s usual log of requests. There is no account, no cookie "
        "and no tracking."
    )
    forget = [
        html.Button(_("Forget all of it"), type="button", className="button", **{"data-forget-all": "yes"}),
        html.P(role="status"),
    ]
    return _section(
        _("What is stored about you"),
        html.P(f"{server} {elsewhere}"),
        *([html.P(_(_COUNTED))] if site.settings.events else []),
        html.P(_(_KEPT_HERE if site.is_static else _KEPT)),
        *_photos(site),
        html.Div(forget, className="about-text", **{"data-module": asset_href("about.js")}),
    )
