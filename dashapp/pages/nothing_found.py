"""What the gallery shows where a search or its filters leave nothing: what was understood, and ways on."""

from __future__ import annotations

from bundle import Bundle, Page, Query
from bundle.search.query import category_path
from dashapp.addresses import GalleryQuery
from dashapp.language import _, n_, p_
from dashapp.parts import html
from dashapp.parts.cards import pick_button
from dashapp.parts.components import button_link, card, grid, message
from dashapp.parts.filter_bar import active_chips, active_filters, filter_bar
from dashapp.parts.html import Component
from dashapp.parts.wording import number as written
from dashapp.site import Site

_SHOWN = 12
"""How many other products are shown."""


def nothing_found(site: Site, bundle: Bundle, *, query: GalleryQuery, page: Page) -> Component:
    """The body of the gallery where `page`, of `query`, has no products."""
    nearest = _nearest_category(bundle, page)
    ways = _ways_on(bundle, query, page)
    if nearest:
        ways.append(
            (_("All of {category}", category=category_path(nearest)[-1]), GalleryQuery.of(category=nearest))
        )
    counted_ways = [(text, other, bundle.page(other.query, limit=0).total) for text, other in ways]
    links = [
        html.A(
            [text, html.Span(f" {written(count)}", className="chip-count")],
            href=other.href,
            className="button",
        )
        for text, other, count in sorted(counted_ways, key=lambda way: -way[2])
        if count
    ]
    if bundle.count:
        links.append(button_link(_("Show all products"), GalleryQuery().href))
    filtered = bool(active_filters(query, currency=bundle.currency))
    because = [_because(query, filtered=filtered), *_understood(bundle, page)]
    parts = [message(_("Nothing found"), *because), html.Div(links, className="ways")]
    if filtered:
        bar = filter_bar(query, bundle.facets(query.query), total=0)
        parts.append(html.Div([bar, active_chips(query, currency=bundle.currency)], className="ways-filters"))
    return html.Div([*parts, *others(site, bundle, category=nearest)])


def _ways_on(bundle: Bundle, query: GalleryQuery, page: Page) -> list[tuple[str, GalleryQuery]]:
    """What may find something: the query without one of its parts, or with one of its words."""
    filters = query.query.filters
    ways = [
        (_("Without “{words}”", words=name), other)
        for name, other in active_filters(query, currency=bundle.currency)
    ]
    if filters.category:
        everywhere = query.with_filters(category="")
        ways.append((_("In all categories"), everywhere))
    if query.query.search and query.query.filters != Query().filters:
        ways.append((_("Without “{words}”", words=query.query.search), query.with_query(search="")))
    if query.query.exact:
        read = query.with_query(exact=False)
        told = bundle.page(read.query, limit=0).search.told
        ways += [(_("“{words}”", words=told), read)] if told else []
    if len(page.search.words) > 1:
        ways += [
            (_("Only “{words}”", words=word), query.with_query(search=word)) for word in page.search.taken
        ]
    return ways


def _because(query: GalleryQuery, *, filtered: bool) -> str:
    path = category_path(query.query.filters.category)
    values = {"category": path[-1]} if path else {}
    if query.query.search:
        values["words"] = query.query.search
        if path and filtered:
            return _("No product in {category} with these filters matches “{words}”.", **values)
        if path:
            return _("No product in {category} matches “{words}”.", **values)
        if filtered:
            return _("No product with these filters matches “{words}”.", **values)
        return _("No product matches “{words}”.", **values)
    if path and filtered:
        return _("There are no products in {category} with these filters.", **values)
    if path:
        return _("There are no products in {category}.", **values)
    return _("There are no products with these filters.") if filtered else _("There are no products.")


def _understood(bundle: Bundle, page: Page) -> list[str]:
    """What the search was taken for, and which of its words find something; in a sentence each."""
    search = page.search
    said = [_("It was read as “{words}”.", words=search.told)] if search.told else []
    words = dict.fromkeys(search.taken)
    if len(words) > 1:
        finds = [(word, bundle.page(Query(word), limit=0).total) for word in words]
        each = [
            n_("“{word}” is in {count} product", "“{word}” is in {count} products", count, word=word)
            for word, count in finds
            if count
        ]
        none = [_("“{word}” is in none", word=word) for word, count in finds if not count]
        said.append(_("{sentence}.", sentence=p_("between facts", ", ").join([*each, *none])))
    elif words:
        said.append(_("Fewer letters or other words may find more."))
    return said


def _nearest_category(bundle: Bundle, page: Page) -> str:
    """The narrowest category with at least half of the products of one of the words; empty without any."""
    best: tuple[float, str] = (0.0, "")
    for word in dict.fromkeys(page.search.taken):
        query = Query(word)
        total = bundle.page(query, limit=0).total
        holding = [each for each in bundle.facets(query).categories if total and each.products * 2 >= total]
        if holding:
            narrowest = max(holding, key=lambda each: (len(category_path(each.name)), each.products))
            best = max(best, (narrowest.products / total, narrowest.name))
    return best[1]


def others(site: Site, bundle: Bundle, *, category: str = "") -> list[Component]:
    """Products to look at instead: of the nearest category where there is one, the most popular first."""
    by_popularity = "popularity" in bundle.sorts
    chosen = GalleryQuery.of(category=category).with_query(sort="popularity" if by_popularity else "")
    products = bundle.page(chosen.query, limit=_SHOWN).products
    if not products:
        return []
    place = category_path(category)[-1] if category else ""
    if by_popularity:
        heading = _("Popular in {category}", category=place) if place else _("Popular products")
    else:
        heading = _("From {category}", category=place) if place else _("From the catalogue")
    cards = grid(card(site, product, pick_button(product)) for product in products)
    return [html.Section([html.H2(heading), cards], className="others")]
