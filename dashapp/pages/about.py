"""The page "About": how the look-alikes were found, what is stored about a visitor, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bundle import Bundle
from dashapp.addresses import QUALITY, href_of
from dashapp.http.assets import asset_href
from dashapp.http.device_files import live_recipe
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import counted, day
from dashapp.settings import BROWSER
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

_API = "/api/v1/openapi.json"

_IN_A_NEW_TAB = {"target": "_blank", "rel": "noopener"}

_SHORT = 12
"""How many digits of a hash are shown."""

_KEYS = {
    "/": "search",
    "Tab, Enter": "move from link to link, and open one",
    "Arrow keys": "move from product to product; on the map, pan",
    "+, −, 0": "on the map, zoom in, zoom out, show everything",
    "Escape": "close a menu; on the map, clear the selection",
}


def about_page(site: Site, bundle: Bundle, *, arguments: dict[str, str]) -> View:
    """What visitors, shop owners and engineers may want to know. It uses no `arguments`."""
    opening = (
        f"{site.name} shows {counted(bundle.count, 'product')}, and for each of them the ones that look like "
        "it. Only pictures decide: no clicks, no purchases, no words."
    )
    sections = [
        _section("How it works", *(html.P(text) for text in _HOW.strip().split("\n\n")), _quality_link()),
        *(
            _recipe(site, recipe, entry, bundle=bundle)
            for recipe, entry in zip(site.recipes, bundle.recipes, strict=True)
        ),
        _section("This catalogue", _facts(_catalogue(bundle))),
        _privacy(site),
        _section("Keys", _facts(_KEYS, name=html.Kbd)),
        _section(
            "For programs",
            html.P("Everything on these pages is also available as JSON, described in OpenAPI."),
            html.A("Description of the API", href=href_of(_API), className="more", **_IN_A_NEW_TAB),
        ),
    ]
    head = [html.H1("About"), html.P(opening, className="about-opening")]
    return View(
        title="About",
        body=html.Div([*head, *sections], className="about"),
        description=f"How the look-alikes of {site.name} were found, and what is stored about a visitor.",
    )


_HOW = """
A neural network trained on a great many photographs turns each product picture into a list of numbers. They
describe shapes, patterns, materials and colours in the network’s own terms.

Two products look alike if their numbers are close. All products were compared in advance, and the nearest
ones of each were stored. That is why this page answers at once.
"""


_SEVERAL = {
    "mean": "compared by the mean of their numbers",
    "best": "compared by the best-matching pair",
    "first": "only the first is compared",
}
"""How a product's pictures are used, by the recipe's setting in the manifest."""


def _quality_link() -> Component:
    return html.A("How good the results are, in numbers", href=href_of(QUALITY), className="more")


def _section(heading: str, *parts: Component) -> Component:
    return html.Section([html.H2(heading), html.Div(list(parts), className="about-text")])


def _facts(
    facts: Mapping[str, str | Component], *, name: Callable[[str], Component] = html.Span
) -> Component:
    """The `facts` that are known, with their names shown as the element `name`."""
    entries = [html.Div([html.Dt(name(term)), html.Dd(value)]) for term, value in facts.items() if value]
    return html.Dl(entries, className="about-facts")


def _recipe(site: Site, recipe: ShownRecipe, entry: Mapping[str, Any], *, bundle: Bundle) -> Component:
    """The facts about one recipe; `entry` is its entry in the manifest."""
    search = entry.get("search", {})
    compared = "with every other product"
    if "recall" in search:
        compared = f"approximately: {search['recall']:.1%} of the nearest are found"
    size = entry.get("input_size")
    several = bundle.manifest["counts"].get("images", 0) > bundle.count
    facts = {
        "Network": recipe.description,
        "Picture": f"{size} × {size} pixels, {entry['resize']}" if size and "resize" in entry else "",
        "Several pictures": _SEVERAL.get(entry.get("pictures", ""), "") if several else "",
        "Compared": f"by {recipe.metric.name.lower()} ({entry['metric']}), {compared}",
        "Weights": _hash(entry.get("weights", "")),
        "Fingerprint": _hash(entry.get("fingerprint", "")),
    }
    quality = href_of(QUALITY, recipe=site.in_address(recipe))
    link = html.A("Its quality", href=quality, className="more")
    called = f"{recipe.label} ({recipe.name})" if len(site.recipes) > 1 else f"Recipe {recipe.name}"
    return _section(called, _facts(facts), *([link] if len(site.recipes) > 1 else []))


def _hash(digest: str) -> Component | str:
    """A shortened hash, with the full one as its title."""
    return html.Code(digest[:_SHORT], title=digest) if digest else ""


def _catalogue(bundle: Bundle) -> dict[str, Any]:
    counts = bundle.manifest["counts"]
    return {
        "Built": day(bundle.manifest["created"]),
        "Products": f"{bundle.count:,}",
        "Pictures": f"{counts['images']:,}" if "images" in counts else "",
        "Left out": f"{counts['left_out']:,}" if counts.get("left_out") else "",
        "Seal": _hash(bundle.manifest["digest"]),
    }


def _photos(site: Site) -> list[Component]:
    """What happens to photos used for searching, if this site supports it."""
    if live_recipe(site) is None:
        return []
    sent = "sent to the server, compared there and discarded: it is neither stored nor logged"
    if site.settings.live == BROWSER:
        unless = f", unless you choose to have it {sent}" if site.hosted_live else ""
        sent = f"compared on your device and not sent anywhere{unless}"
    return [html.P(f"A photo that you search with is {sent}.")]


_COUNTED = (
    "This shop counts which lists of look-alikes are seen and which products are clicked in them. It notes "
    "the list, the product and the hour, and nothing about you or your browser. If your browser asks not to "
    "be tracked, you are not counted."
)


def _privacy(site: Site) -> Component:
    but = " except the pictures, which come from the shop’s storage" if site.settings.thumbnails else ""
    forget = [
        html.Button("Forget all of it", type="button", className="button", **{"data-forget-all": "yes"}),
        html.P(role="status"),
    ]
    return _section(
        "What is stored about you",
        html.P(
            "On the server: nothing beyond a web server’s usual log of requests. There is no account, no "
            f"cookie and no tracking, and nothing is loaded from other hosts{but}."
        ),
        *([html.P(_COUNTED)] if site.settings.events else []),
        html.P(
            "In this browser: whether you chose dark mode, how far you scrolled, the list that you came "
            "from, and the products that you looked at or picked. Products that you looked at are sent only "
            "to make the page For you and are not stored there. Products that you picked are part of its "
            "address, so that you can share it."
        ),
        *_photos(site),
        html.Div(forget, className="about-text", **{"data-module": asset_href("about.js")}),
    )
