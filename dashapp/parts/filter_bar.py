"""The controls of product lists: filters with counts, the sort order, and the active filters.

The gallery has them, and so have the results of a photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import dash_bootstrap_components as dbc

from bundle import Facets, PriceRange, Value
from bundle.search.query import category_name, category_path
from dashapp.addresses import GalleryQuery, form_href, hrefs_of
from dashapp.language import N_, _, current
from dashapp.language.colours import colour
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.right_of_way import give_way
from dashapp.parts.wording import number as written
from dashapp.parts.wording import price

_FOLD = 10
"""How many choices of a list are shown before the rest unfolds."""

_MOST = 400
"""The most choices in an unfolded list; brands and tags can also be found by searching."""

EVERY = "every"
"""Unfolds all filters at once."""

_CHIPS = 16
"""The most categories that are laid out side by side; more become a menu like the other filters."""

_LISTS = {N_("Brand"): ("brand", "brands"), N_("Colour"): ("colour", "colours"), N_("Tags"): ("tag", "tags")}
"""The filters that accept several values: their names in an address and as fields."""

Label = str | list[Component | str]
"""The text of a menu, or its parts."""

_TOGGLES = ((N_("In stock"), "in_stock", "stock"), (N_("On sale"), "on_sale", "sale"))
"""The filters that are on or off: their labels, field names and names in an address."""

_SORTS = {
    "name": N_("Name"),
    "price": N_("Price, low to high"),
    "price-down": N_("Price, high to low"),
    "popularity": N_("Most popular"),
    "shuffle": N_("Surprise me"),
}


def category_chips(query: GalleryQuery, facets: Facets) -> Component | None:
    """The categories below or beside the current one; None if there is nothing to choose."""
    base, level = _level(query, facets)
    if not level or len(level) > _CHIPS:
        return None
    everything = _everything(base)
    chips = [_chip(everything, query.with_filters(category=category_name(base)), current=query)]
    chips += [
        _chip(category_path(name)[-1], query.with_filters(category=name), current=query, count=count)
        for name, count in level
    ]
    return html.Nav(
        html.Ul(chips, className="chips"), **{"aria-label": _("Categories"), "data-switch": "chips"}
    )


def filter_bar(
    query: GalleryQuery, facets: Facets, *, total: int, categories: bool = False
) -> Component | None:
    """Menus for all filters that apply to a query's products; None if there are none.

    `total` is the current number of products. `categories` makes a menu of categories even if they could be
    laid out side by side.
    """
    menus = [_category_menu(query, facets, always=categories)]
    for label, (kind, field) in _LISTS.items():
        menus.append(_list_menu(label, kind, field, query=query, values=getattr(facets, field)))
    menus.append(_price_menu(query, facets))
    menus += [_toggle(*each, query=query, facets=facets, total=total) for each in _TOGGLES]
    shown = [menu for menu in menus if menu]
    if not shown:
        return None
    group = html.Div(shown, className="filters", role="group", **{"aria-label": _("Filters")})
    return html.Div(group, className="filter-bar")


def filters_button(bar: Component | None, query: GalleryQuery, *, active: int) -> Component | None:
    """One button for the whole `filter_bar` of a query, which unfolds it; None without a bar.

    It begins unfolded if any of the filters is `active`, or if all choices of one are shown.
    """
    if bar is None:
        return None
    count = [html.Span(f" {written(active)}", className="menu-count filters-fold-count")] if active else []
    marks = {"open": True, "data-unfolded": "true"} if active or query.unfolded else {}
    return html.Details([html.Summary([_("Filters"), *count]), bar], className="filters-fold", **marks)


def active_filters(query: GalleryQuery, *, currency: str) -> list[tuple[str, GalleryQuery]]:
    """The active filters except the category, each with the query without it.

    `currency` is the currency of prices if the query names none.
    """
    filters, active = query.query.filters, []
    for kind, field in _LISTS.values():
        chosen = getattr(filters, field)
        active += [
            (_named(kind, name), query.with_filters(**{field: _without(chosen, name)})) for name in chosen
        ]
    if filters.lowest is not None or filters.highest is not None:
        active.append((_price_text(query, currency), query.with_filters(lowest=None, highest=None)))
    if filters.currency:
        active.append((_("Prices in {currency}", currency=filters.currency), query.with_filters(currency="")))
    for label, field, _kind in _TOGGLES:
        if getattr(filters, field):
            active.append((_(label), query.with_filters(**{field: False})))
    return active


def active_chips(query: GalleryQuery, *, currency: str) -> Component | None:
    """The active filters as chips that remove them; None if there are none. See `active_filters`."""
    active = active_filters(query, currency=currency)
    if not active:
        return None
    label = html.Span(_("Remove filter") + " ", className="visually-hidden")
    chips = [
        html.Li(html.A([label, html.Span(name, dir="auto")], href=without.href, className="chip chip-active"))
        for name, without in active
    ]
    clear = query.with_query(filters=replace(GalleryQuery().query.filters, category=category_of(query)))
    chips.append(html.Li(html.A(_("Clear all"), href=clear.href, className="more")))
    return html.Ul(chips, className="chips", **{"aria-label": _("Active filters"), "data-switch": "active"})


def category_of(query: GalleryQuery) -> str:
    """The category of a query; empty for all."""
    return category_name(category_path(query.query.filters.category))


def _everything(base: Sequence[str]) -> str:
    """What leads back to all products of a category, or to all there are."""
    return _("All {category}", category=base[-1]) if base else _("All")


def _named(kind: str, name: str) -> str:
    """A choice as visitors read it: the names of colours are ours, all others the catalogue's."""
    return colour(name) if kind == "colour" else name


# --- categories -------------------------------------------------------------------------------------


def _level(query: GalleryQuery, facets: Facets) -> tuple[tuple[str, ...], Sequence[Value]]:
    """The categories to choose from, and the path above them."""
    chosen = base = category_path(category_of(query))
    level = facets.below(category_name(base))
    if chosen and not level:
        base = chosen[:-1]
        level = facets.below(category_name(base))
    while not chosen and len(level) == 1:
        base = category_path(level[0].name)
        level = facets.below(level[0].name)
    return (base, level) if len(level) > 1 or chosen else (base, [])


def _chip(text: str, target: GalleryQuery, *, current: GalleryQuery, count: int | None = None) -> Component:
    mark = {"aria-current": "true"} if category_of(target) == category_of(current) else {}
    number = [html.Span(f" {written(count)}", className="chip-count")] if count is not None else []
    return html.Li(html.A([html.Span(text, dir="auto"), *number], href=target.href, className="chip", **mark))


def _category_menu(query: GalleryQuery, facets: Facets, *, always: bool) -> Component | None:
    base, level = _level(query, facets)
    if len(level) <= (0 if always else _CHIPS):
        return None
    # Most frequent first, as in the other lists, since this one is folded like them.
    level = sorted(level, key=lambda value: -value.products)
    here = category_of(query)
    shown, more = _folded(level, (here,), kind="category", query=query)
    options = [
        _option(
            category_path(name)[-1], query.with_filters(category=name).href, count=count, chosen=name == here
        )
        for name, count in shown
    ]
    if always and category_path(here) != base:
        # Without chips, one of the choices must lead back to all.
        everything = query.with_filters(category=category_name(base))
        options.insert(0, _option(_everything(base), everything.href, chosen=False))
    return _menu(_("Category"), "category", [*options, *more], chosen=int(always and bool(here)))


# --- lists of choices -------------------------------------------------------------------------------


def _list_menu(
    label: str, kind: str, field: str, *, query: GalleryQuery, values: Sequence[Value]
) -> Component | None:
    chosen = getattr(query.query.filters, field)
    if len(values) < 2 and not chosen:
        return None
    if chosen:
        known = {value.name for value in values}
        values = (*values, *(Value(name, 0) for name in chosen if name not in known))
    shown, more = (values, []) if kind == "colour" else _folded(values, chosen, kind=kind, query=query)
    names = (_without(chosen, name) if name in chosen else (*chosen, name) for name, _count in shown)
    hrefs = hrefs_of(query.path, kind, names, arguments=query.with_filters().arguments())
    options = [
        _option(_named(kind, name), href, count=count, chosen=name in chosen, key=name, kind=kind)
        for (name, count), href in zip(shown, hrefs, strict=True)
    ]
    return _menu(_(label), kind, [*options, *more], chosen=len(chosen))


def _option(
    name: str,
    href: str,
    *,
    count: int | None = None,
    chosen: bool,
    key: str | None = None,
    kind: str = "",
) -> Component:
    """One choice of a menu. `key` tells it from the others in every language; by default its name does."""
    give_way()
    key = name if key is None else key
    parts = [html.Span(name, className="option-name", dir="auto")]
    if kind == "colour":
        parts.insert(0, html.Span(className=f"swatch swatch-{key}"))
    if count is not None:
        parts.append(html.Span(written(count), className="option-count"))
    mark = {"aria-current": "true"} if chosen else {}
    link = html.A(parts, href=href, rel="nofollow", className="option", **mark, **{"data-option": key})
    return html.Li(link)


def _folded(
    values: Sequence[Value], chosen: Sequence[str], *, kind: str, query: GalleryQuery
) -> tuple[list[Value], list[Component]]:
    """The first of many values plus all chosen ones, and the link to more."""
    unfolded = query.unfolded in (kind, EVERY)
    first = _MOST if unfolded else len(values) if len(values) <= _FOLD + 2 else _FOLD
    # Without a choice, the rest of a long list is not even made.
    rest = values[first:] if chosen else ()
    shown = [*values[:first], *(value for value in rest if value.name in chosen)]
    if unfolded or first == len(values):
        return shown, []
    total = written(len(values))
    some = _("Show {number} of {total}", number=written(_MOST), total=total)
    text = _("Show all {total}", total=total) if len(values) <= _MOST else some
    href = replace(query, unfolded=kind).href
    return shown, [html.Li(html.A(text, href=href, rel="nofollow", className="option option-more"))]


def _menu(
    label: Label, kind: str, options: Iterable[Component], *, chosen: int, stays: bool = True
) -> Component:
    listed = html.Ul(list(options), className=f"options options-{kind}")
    return _panel(label, kind, [listed], chosen=chosen, stays=stays)


def _panel(
    label: Label, kind: str, content: list[Component], *, chosen: int = 0, stays: bool = True
) -> Component:
    count = [html.Span(f" {written(chosen)}", className="menu-count")] if chosen else []
    head = html.Div(
        [
            html.Span(label, **{"aria-hidden": "true"}),
            html.Button(_("Done"), type="button", className="button menu-done"),
        ],
        className="menu-head",
    )
    return html.Details(
        [
            html.Summary([html.Span(label), *count]),
            html.Div([head, *content], className="menu-panel"),
        ],
        className="menu",
        **{"data-switch": kind, **({"data-stays": "true"} if stays else {})},
    )


# --- price, toggles, order --------------------------------------------------------------------------


def _price_menu(query: GalleryQuery, facets: Facets) -> Component | None:
    filters, prices = query.query.filters, facets.prices
    bounded = filters.lowest is not None or filters.highest is not None
    several = len(facets.currencies) > 1 or bool(filters.currency)
    if not bounded and not several and (prices is None or prices.lowest == prices.highest):
        return None
    content: list[Component] = [_price_form(query, prices)]
    if several:
        options = [
            _option(
                name or _("No currency"),
                query.with_filters(currency=name).href,
                key=name,
                count=count,
                chosen=name == (prices.currency if prices else filters.currency),
            )
            for name, count in facets.currencies
        ]
        content.append(html.Ul(options, className="options", **{"aria-label": _("Currency")}))
    return _panel(_("Price"), "price", content, chosen=int(bounded))


def _price_form(query: GalleryQuery, prices: PriceRange | None) -> Component:
    filters = query.query.filters
    hidden = [
        dbc.Input(type="hidden", name=name, value=value)
        for name, values in query.arguments().items()
        if name not in ("min", "max", "page")
        for value in ([values] if isinstance(values, str) else values)
        if value
    ]
    # The labels tell the two fields apart; the currency symbol says which currency they mean.
    unit = current().formats.symbol(prices.currency) if prices else ""
    fields = [
        _bound(_("From"), "min", filters.lowest, unit=unit, hint=prices.lowest if prices else None),
        _bound(_("To"), "max", filters.highest, unit=unit, hint=prices.highest if prices else None),
    ]
    button = html.Button(_("Show"), type="submit", className="button price-submit")
    parts = [*hidden, *fields, button]
    return html.Form(parts, action=form_href(query.path), method="get", className="price-form")


def _bound(label: str, name: str, value: float | None, *, unit: str, hint: float | None) -> Component:
    shown = [label, html.Span(f" ({unit})")] if unit else [label]
    field = dbc.Input(
        id=f"price-{name}",
        type="number",
        name=name,
        min=0,
        step="any",
        value="" if value is None else f"{value:.2f}".removesuffix(".00"),
        placeholder="" if hint is None else f"{hint:.2f}".removesuffix(".00"),
        className="form-control",
    )
    return html.Div([html.Label(shown, htmlFor=f"price-{name}"), field], className="price-bound")


def _price_text(query: GalleryQuery, currency: str) -> str:
    filters = query.query.filters
    unit = filters.currency or currency
    lowest, highest = (price(bound, unit) for bound in (filters.lowest, filters.highest))
    if lowest and highest:
        return _("Price {lowest} to {highest}", lowest=lowest, highest=highest)
    return _("Price from {lowest}", lowest=lowest) if lowest else _("Price up to {highest}", highest=highest)


def _toggle(
    label: str, field: str, kind: str, *, query: GalleryQuery, facets: Facets, total: int
) -> Component | None:
    """A filter that is on or off, with the number it leaves; None if it would leave none or all."""
    chosen, count = getattr(query.query.filters, field), getattr(facets, field)
    if not chosen and not 0 < count < total:
        return None
    parts = [_(label), html.Span(f" {written(count)}", className="option-count")]
    marks = {"data-switch": kind} | ({"aria-current": "true"} if chosen else {})
    href = query.with_filters(**{field: not chosen}).href
    return html.A(parts, href=href, rel="nofollow", className="menu-toggle", **marks)


def sort_menu(query: GalleryQuery, sorts: Sequence[str]) -> Component:
    """The menu of the available sort orders, beside it a link to shuffle again if that is the order."""
    names = {"": _("Best match") if query.query.search else _("Featured")}
    names |= {sort: _(_SORTS[sort]) for sort in sorts}
    now = query.query.sort if query.query.sort in names else ""
    seed = max(query.query.seed, 1)
    options = [
        _option(name, query.with_query(sort=sort, seed=seed).href, chosen=sort == now, key=sort)
        for sort, name in names.items()
    ]
    label: Label = [html.Span(_("Sort:") + " ", className="sort-word"), names[now]]
    menu = _menu(label, "sort", options, chosen=0, stays=False)
    if now != "shuffle":
        return html.Div(menu, className="order")
    again = html.A(
        _("Shuffle again"),
        href=query.with_query(seed=query.query.seed + 1).href,
        rel="nofollow",
        className="more",
        **{"data-switch": "shuffle"},
    )
    return html.Div([again, menu], className="order")


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
