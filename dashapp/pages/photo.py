"""The search by photo: with the visitor's own photo, or with a part of a product's picture."""

from __future__ import annotations

import json

from bundle import Bundle, Product
from dashapp.addresses import Arguments, href_of
from dashapp.http.assets import asset_href
from dashapp.http.device_files import DEVICE_FILES, live_recipe
from dashapp.language import N_, _
from dashapp.pages.not_found import not_found
from dashapp.parts import html
from dashapp.parts.cards import small_link
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.photo.query import PhotoQuery, photo_href
from dashapp.settings import BROWSER
from dashapp.site import Site

RESULTS = "/photo/results"
"""The address where the page's script has cards made for its results."""

SEARCH = "/api/v1/similar"
"""The address where a photo is sent to be searched on the server."""

_EXAMPLES = 6
"""How many products are offered to visitors without a photo."""

_HEADING = N_("Search by photo")

_SENT = N_(
    "Your photo is sent to this shop’s server, compared there and discarded: it is neither stored nor logged."
)
_STAYS = N_("Your photo stays on this device: it is compared here and is not sent anywhere.")


def photo_page(site: Site, bundle: Bundle, *, arguments: Arguments) -> View:
    """The page that accepts a photo. Its script searches with it and shows the results.

    With the argument `product`, that product's picture is the photo.
    """
    if live_recipe(site) is None:
        return not_found(site, bundle, product=False)
    query = PhotoQuery.from_arguments(arguments)
    product = bundle.product(query.product) if query.product else None
    if query.product and (product is None or not product.images):
        return not_found(site, bundle, product=True)
    on_device, hosted = site.settings.live == BROWSER, site.hosted_live
    marks = {
        "data-module": asset_href("photo.js"),
        "data-results": "" if site.is_static else href_of(RESULTS),
        "data-root": href_of("") if site.is_static else "",
        "data-search": href_of(SEARCH) if hosted else "",
        "data-worker": asset_href("photo-worker.js") if on_device else "",
        "data-files": href_of(DEVICE_FILES) if on_device else "",
        "data-query": query.search,
        "data-given": _given(site, product, query) if product else "",
        # An extractor that crops a square from the middle would miss the ends of long things.
        "data-widens": "yes" if bundle.recipes[0].get("resize") == "crop" else "",
    }
    scriptless = _("Searching by photo needs JavaScript, which is switched off in this browser.")
    body = html.Div(
        [
            html.Div(
                [html.H1(_(_HEADING)), *_whereabouts(on_device=on_device, hosted=hosted)],
                className="photo-head",
            ),
            html.Noscript(html.P(scriptless)),
            html.Div([_asking(), _answer()], className="photo-page"),
            None if site.is_static else _examples(site, bundle),
        ],
        className="photo",
        **marks,
    )
    title = _("Like a part of {title}", title=product.title) if product else _(_HEADING)
    return View(
        title=title,
        body=body,
        description=_("Find products of {shop} that look like a photo.", shop=site.name),
        image=site.thumbnail_href(product.images[0]) if product else "",
    )


def _whereabouts(*, on_device: bool, hosted: bool) -> list[Component]:
    """Where the photo goes. The script shows whichever of the two sentences is true."""
    if not on_device:
        return [html.P(_(_SENT))]
    stays = html.P(_(_STAYS), className="photo-stays")
    if not hosted:
        return [stays]
    back = html.Button(
        _("Search on this device instead"), type="button", className="more", **{"data-do": "device"}
    )
    return [stays, html.P([f"{_(_SENT)} ", back], className="photo-goes")]


def _given(site: Site, product: Product, query: PhotoQuery) -> str:
    image = product.images[0]
    picture = site.own_thumbnail_href(image)
    return json.dumps({"id": product.id, "title": product.title, "picture": picture, "box": query.box})


def _asking() -> Component:
    """The area that accepts photos. `assets/photo.js` fills the empty elements."""
    take = [
        html.Button(
            _("Choose a photo"), type="button", className="button button-main", **{"data-do": "choose"}
        ),
        html.Button(_("Take a photo"), type="button", className="button photo-take", **{"data-do": "take"}),
    ]
    drop = html.Div(
        [
            html.P(_("Drop a photo here, or paste one."), className="photo-call"),
            html.Div(take, className="photo-ways"),
        ],
        className="photo-drop",
    )
    parts = [
        drop,
        html.Div(className="photo-stage", hidden=True),
        html.Div(className="photo-tools", hidden=True),
        html.P(className="photo-problem", role="alert"),
    ]
    return html.Section(parts, className="photo-asking", **{"aria-label": _("Your photo")})


def _answer() -> Component:
    parts = [
        html.Div(className="photo-offer"),
        html.P(className="photo-state", role="status"),
        html.Div(className="photo-found"),
    ]
    return html.Section(parts, className="photo-answer", **{"aria-label": _("Closest products")})


def _examples(site: Site, bundle: Bundle) -> Component | None:
    step = max(1, bundle.count // _EXAMPLES)
    places = range(step // 2, bundle.count, step)[:_EXAMPLES]
    found = [each for each in bundle.products_at(places).values() if each.images]
    if not found:
        return None
    smalls = [small_link(site, each, href=photo_href(each.id)) for each in found]
    heading = _("No photo at hand? Begin with a product’s picture.")
    listed = html.Ul(smalls, className="smalls")
    return html.Nav([html.P(heading), listed], className="photo-examples", **{"aria-label": heading})
