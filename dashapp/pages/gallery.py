"""The gallery: all products, those of a category, or those that were searched for."""

from __future__ import annotations

from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from bundle import Bundle, Page
from dashapp.addresses import GalleryQuery
from dashapp.components import button_link, card, grid, message
from dashapp.site import Site
from dashapp.view import View
from dashapp.wording import counted

PAGE_SIZE = 48

_CHIPS = 16
"""How many categories are laid out side by side; where there are more, they fold away."""


def gallery_page(site: Site, bundle: Bundle, *, arguments: dict[str, str]) -> View:
    """One page of products, with the ways to other pages and categories."""
    query = GalleryQuery.from_arguments(arguments)
    offset = (query.page - 1) * PAGE_SIZE
    page = bundle.page(search=query.search, category=query.category, offset=offset, limit=PAGE_SIZE)
    heading = _heading(query)
    if page.products:
        title = "" if query == GalleryQuery() else heading
        if query.page > 1:
            title += f", page {query.page:,}"
        body = [html.H1(heading), _count(query, page), _categories(site, query)]
        body += [grid(card(site, product) for product in page.products), _pages(query, page.total)]
        image = site.thumbnail_href(page.products[0].images[0]) if page.products[0].images else ""
        return View(
            title=title,
            body=html.Div(body),
            description=f"{counted(bundle.count, 'product')}, each with those that look like it.",
            image=image,
            search=query.search,
        )
    if page.total:
        return _beyond(query, page.total)
    return View(title=heading, body=_nothing(site, query), search=query.search)


def _heading(query: GalleryQuery) -> str:
    if query.search:
        return f"“{query.search}”" + (f" in {query.category}" if query.category else "")
    return query.category or "All products"


def _count(query: GalleryQuery, page: Page) -> Component:
    first = (query.page - 1) * PAGE_SIZE + 1
    last = first + len(page.products) - 1
    total = counted(page.total, "product")
    if len(page.products) == page.total:
        text = total
    elif query.page == 1:
        text = f"{last:,} of {total}"
    else:
        text = f"Showing {first:,}–{last:,} of {page.total:,}"
    return html.P(text, className="count", role="status")


def _categories(site: Site, query: GalleryQuery) -> Component | None:
    if len(site.categories) < 2:
        return None
    links = [_category_link("All", query, category="")]
    # The counts are those of whole categories; beside a search they would promise too much.
    links += [
        _category_link(name, query, category=name, count=None if query.search else count)
        for name, count in site.categories
    ]
    listed = html.Ul([html.Li(link) for link in links], className="chips")
    if len(site.categories) > _CHIPS:
        label = query.category or f"All {len(site.categories):,} categories"
        listed = html.Details([html.Summary(label, className="button"), listed], className="folded")
    return html.Nav(listed, **{"aria-label": "Categories"})


def _category_link(text: str, query: GalleryQuery, *, category: str, count: int | None = None) -> Component:
    current = {"aria-current": "true"} if category == query.category else {}
    number = [html.Span(f" {count:,}", className="chip-count")] if count is not None else []
    href = replace(query, category=category, page=1).href
    return html.A([text, *number], href=href, className="chip", **current)


def _pages(query: GalleryQuery, total: int) -> Component | None:
    last = -(-total // PAGE_SIZE)
    if last == 1:
        return None
    items: list[Component] = []
    if query.page > 1:
        items.append(_page_link(query, query.page - 1, text="Previous", rel="prev"))
    shown = sorted({1, last, *range(max(1, query.page - 1), min(last, query.page + 1) + 1)})
    for before, page in zip([0, *shown], shown, strict=False):
        if page > before + 1:
            items.append(html.Li("…", className="pages-gap", **{"aria-hidden": "true"}))
        items.append(_page_link(query, page, text=f"{page:,}"))
    if query.page < last:
        items.append(_page_link(query, query.page + 1, text="Next", rel="next"))
    return html.Nav(html.Ul(items, className="pages"), **{"aria-label": "Pages"})


def _page_link(query: GalleryQuery, page: int, *, text: str, rel: str = "") -> Component:
    label = {} if rel else {"aria-label": f"Page {text}"}
    current = {"aria-current": "page"} if page == query.page else {}
    return html.Li(html.A(text, href=replace(query, page=page).href, rel=rel or None, **label, **current))


def _nothing(site: Site, query: GalleryQuery) -> Component:
    ways = [button_link("Show all products", GalleryQuery().href)]
    if query.search and query.category:
        everywhere = GalleryQuery(search=query.search)
        ways.insert(0, button_link("Search in all categories", everywhere.href))
    if not site.categories and not query.search:
        ways = []
    return html.Div(
        [
            message("Nothing found", _nothing_because(query)),
            html.Div(ways, className="ways"),
        ]
    )


def _nothing_because(query: GalleryQuery) -> str:
    if not query.search:
        return f"There are no products in {query.category}." if query.category else "There are no products."
    place = f" in {query.category}" if query.category else ""
    return f"No product{place} matches “{query.search}”. Fewer letters or other words may find more."


def _beyond(query: GalleryQuery, total: int) -> View:
    last = -(-total // PAGE_SIZE)
    there = "is only one page" if last == 1 else f"are only {last:,} pages"
    body = html.Div(
        [
            message("That page is not there", f"There {there}: {counted(total, 'product')} in all."),
            html.Div(button_link("Go to the last page", replace(query, page=last).href), className="ways"),
        ]
    )
    return View(title="No such page", body=body, status=404, search=query.search)
