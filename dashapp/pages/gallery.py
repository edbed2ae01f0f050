"""The gallery: all products, or those that match a search and filters, in the chosen order."""

from __future__ import annotations

from dataclasses import replace

from bundle import Bundle, Page, Product
from bundle.search.query import category_path
from dashapp.addresses import Arguments, GalleryQuery, href_of
from dashapp.http.assets import asset_href
from dashapp.http.device_files import live_recipe
from dashapp.language import _, n_
from dashapp.pages.nothing_found import nothing_found, others
from dashapp.parts import html
from dashapp.parts.cards import pick_button
from dashapp.parts.components import (
    button_link,
    card,
    category_trail,
    early_picture,
    grid,
    message,
)
from dashapp.parts.filter_bar import (
    EVERY,
    active_chips,
    active_filters,
    category_chips,
    category_of,
    filter_bar,
    filters_button,
    sort_menu,
)
from dashapp.parts.html import Component
from dashapp.parts.right_of_way import give_way
from dashapp.parts.search_words import taken_for
from dashapp.parts.start import first_steps
from dashapp.parts.view import View
from dashapp.parts.wording import number, products
from dashapp.site import Site

PAGE_SIZE = 48

_AT_ONCE = 6
"""How many pictures load at once, as they are on the first screen of any size. The others load lazily."""


def gallery_page(site: Site, bundle: Bundle, *, arguments: Arguments) -> View:
    """One page of products, with the ways to other pages, filters and orders."""
    query = GalleryQuery.from_arguments(arguments)
    page = bundle.page(query.query, offset=(query.page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    if not page.products and page.total:
        return _beyond(query, page.total)
    heading = _heading(query, page)
    search = query.query.search
    if not page.products:
        return View(title=heading, body=nothing_found(site, bundle, query=query, page=page), search=search)
    title = heading if search or query.query.filters.category else ""
    if query.page > 1:
        title = _("{heading}, page {number}", heading=heading, number=number(query.page))
    first = page.products[0]
    cards = _cards(site, page, within=category_of(query))
    if query == GalleryQuery():
        by_photo = live_recipe(site) is not None
        # A row of the widest screen comes first, so that the order of the page is the order to read in.
        cards.insert(_AT_ONCE, first_steps(site, bundle, page.products, by_photo=by_photo))
    return View(
        title=title,
        body=html.Div([*_head(bundle, query, page), grid(cards), _pages(query, page.total)]),
        description=_("{products}, each with those that look like it.", products=products(bundle.count)),
        # A link to the whole shop shows the shop's own card, where the theme has one.
        image="" if query == GalleryQuery() and site.theme.card else _picture_of(site, first),
        search=search,
        first_picture=early_picture(site, first, in_card=True),
    )


def _picture_of(site: Site, product: Product) -> str:
    return site.thumbnail_href(product.images[0]) if product.images else ""


def search_page(site: Site, bundle: Bundle) -> View:
    """The page of a static site whose script finds products: all controls there may be, and no products."""
    query = GalleryQuery(unfolded=EVERY)
    facets = bundle.facets(query.query)
    bar = filter_bar(query, facets, total=bundle.count, categories=True)
    line = [
        html.H1(_("Search")),
        html.P(className="count", role="status"),
        html.Nav(html.Ul(className="chips"), **{"aria-label": _("Categories"), "data-switch": "chips"}),
        sort_menu(query, bundle.sorts) if bundle.sorts else None,
    ]
    active = html.Ul(className="chips", **{"aria-label": _("Active filters"), "data-switch": "active"})
    head = [
        html.Div(line, className="gallery-line"),
        filters_button(bar, query, active=0),
        html.P(className="correction"),
        active,
    ]
    nothing = html.Div(
        [
            html.P(role="status"),
            html.Div(button_link(_("Show all products"), GalleryQuery().href), className="ways"),
            *others(site, bundle),
        ],
        className="search-nothing",
        hidden=True,
    )
    parts = [
        html.Noscript(html.P(_("Searching needs JavaScript, which is switched off in this browser."))),
        html.Div(head, className="gallery-head"),
        grid([]),
        html.Nav(html.Ul(className="pages"), **{"aria-label": _("Pages")}),
        nothing,
    ]
    marks = {
        "data-module": asset_href("static-search.js"),
        "data-root": href_of(""),
        "data-size": str(PAGE_SIZE),
    }
    return View(
        title=_("Search"),
        body=html.Div(parts, className="static-search", **marks, **{"data-searches": "true"}),
    )


def _cards(site: Site, page: Page, *, within: str) -> list[Component | None]:
    return [
        card(site, product, pick_button(product), lazy=place >= _AT_ONCE, within=within)
        for place, product in enumerate(page.products)
    ]


def _head(bundle: Bundle, query: GalleryQuery, page: Page) -> list[Component | None]:
    facets = bundle.facets(query.query)
    path = category_path(query.query.filters.category)
    chips = category_chips(query, facets)
    active = active_filters(query, currency=bundle.currency)
    give_way()
    line = [
        html.H1(_heading(query, page), dir="auto"),
        _count(query, page),
        chips,
        sort_menu(query, bundle.sorts) if bundle.sorts and page.total > 1 else None,
    ]
    parts = [
        # Beside the chips, the first of which leads up, only a deeper category needs the way to it.
        category_trail(path[:-1]) if path and (len(path) > 1 or chips is None) else None,
        html.Div(line, className="gallery-line"),
        filters_button(filter_bar(query, facets, total=page.total), query, active=len(active)),
        taken_for(query, page.search),
        active_chips(query, currency=bundle.currency),
    ]
    return [html.Div(parts, className="gallery-head")]


def _heading(query: GalleryQuery, page: Page) -> str:
    path = category_path(query.query.filters.category)
    if query.query.search:
        words = page.search.corrected or query.query.search
        if path:
            return _("“{words}” in {category}", words=words, category=path[-1])
        return _("“{words}”", words=words)
    return path[-1] if path else _("All products")


def _count(query: GalleryQuery, page: Page) -> Component:
    first = (query.page - 1) * PAGE_SIZE + 1
    last = first + len(page.products) - 1
    total = number(page.total)
    if len(page.products) == page.total:
        text = products(page.total)
    elif query.page == 1:
        text = n_("{shown} of {count} product", "{shown} of {count} products", page.total, shown=number(last))
    else:
        text = _("Showing {first}–{last} of {total}", first=number(first), last=number(last), total=total)
    return html.P(text, className="count")


def _pages(query: GalleryQuery, total: int) -> Component | None:
    last = -(-total // PAGE_SIZE)
    if last == 1:
        return None
    items: list[Component] = []
    if query.page > 1:
        items.append(_page_link(query, query.page - 1, text=_("Previous"), rel="prev"))
    shown = sorted({1, last, *range(max(1, query.page - 1), min(last, query.page + 1) + 1)})
    for before, page in zip([0, *shown], shown, strict=False):
        if page > before + 1:
            items.append(html.Li("…", className="pages-gap", **{"aria-hidden": "true"}))
        items.append(_page_link(query, page, text=number(page)))
    if query.page < last:
        items.append(_page_link(query, query.page + 1, text=_("Next"), rel="next"))
    return html.Nav(html.Ul(items, className="pages"), **{"aria-label": _("Pages")})


def _page_link(query: GalleryQuery, page: int, *, text: str, rel: str = "") -> Component:
    label = {} if rel else {"aria-label": _("Page {number}", number=text)}
    current = {"aria-current": "page"} if page == query.page else {}
    return html.Li(html.A(text, href=replace(query, page=page).href, rel=rel or None, **label, **current))


def _beyond(query: GalleryQuery, total: int) -> View:
    last = -(-total // PAGE_SIZE)
    there = n_(
        "There is only {count} page: {products} in all.",
        "There are only {count} pages: {products} in all.",
        last,
        products=products(total),
    )
    body = html.Div(
        [
            message(_("That page does not exist"), there),
            html.Div(button_link(_("Go to the last page"), replace(query, page=last).href), className="ways"),
        ]
    )
    return View(title=_("No such page"), body=body, status=404, search=query.query.search)
