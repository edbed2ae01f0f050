"""The lists behind the quality page: products in many lists or none, near-duplicates, and files left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bundle import Bundle, Product
from dashapp.addresses import QUALITY, href_of, product_href
from dashapp.answers.quality_report import QualityReport
from dashapp.language import _, n_
from dashapp.parts import html
from dashapp.parts.components import button_link, card, grid, message
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import number as written
from dashapp.parts.wording import percent
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

PREVIEW = 6
PAGE = 48
"""Products, groups or files on one page of a list."""


@dataclass(frozen=True)
class Part:
    """One list: its title, its meaning, how many entries are stored, and how many there are in all."""

    heading: str
    meaning: str
    total: int
    of: int


def _hubs(measures: QualityReport) -> Part | None:
    if measures.hubs is None:
        return None
    most = measures.hubs[0][1] if measures.hubs else 0
    meaning = (
        n_(
            "The busiest product is in {count} list, those of {percent} of all products. A few are natural. "
            "A product in very many lists often has a plain or unusual picture; a better one helps.",
            "The busiest product is in {count} lists, those of {percent} of all products. A few are natural. "
            "A product in very many lists often has a plain or unusual picture; a better one helps.",
            most,
            percent=percent(most / measures.products),
        )
        if most
        else _("There are no lists yet: a product needs others that it can look like.")
    )
    return Part(_("Products in the most lists"), meaning, len(measures.hubs), len(measures.hubs))


def _orphans(measures: QualityReport) -> Part | None:
    if measures.orphans is None:
        return None
    count = measures.orphan_count
    meaning = (
        n_(
            "{count} product, {percent} of all, is in no other product’s list. Visitors find it only by "
            "search and category.",
            "{count} products, {percent} of all, are in no other product’s list. Visitors find them only by "
            "search and category.",
            count,
            percent=percent(count / measures.products),
        )
        if count
        else _("Every product is in the list of another one, so all can be found by browsing.")
    )
    return Part(_("Products in no list"), meaning, len(measures.orphans), count)


def _twins(measures: QualityReport) -> Part | None:
    if measures.twins is None:
        return None
    count = measures.twin_count
    meaning = (
        n_(
            "{count} group of products with near-duplicate pictures: perhaps listed twice, or variants that "
            "share a picture.",
            "{count} groups of products with near-duplicate pictures: perhaps listed twice, or variants that "
            "share a picture.",
            count,
        )
        if count
        else _("No two products have near-duplicate pictures.")
    )
    return Part(_("The same picture more than once"), meaning, len(measures.twins), count)


def _left_out(measures: QualityReport) -> Part | None:
    if measures.left_out is None:
        return None
    count = len(measures.left_out)
    meaning = (
        n_(
            "{count} file or row of the source could not be used, for the reason beside it.",
            "{count} files and rows of the source could not be used, each for the reason beside it.",
            count,
        )
        if count
        else _("Nothing: every file and row of the source is here.")
    )
    return Part(_("Left out"), meaning, count, count)


LISTS: dict[str, Callable[[QualityReport], Part | None]] = {
    "hubs": _hubs,
    "orphans": _orphans,
    "twins": _twins,
    "left-out": _left_out,
}


def way_to(site: Site, recipe: ShownRecipe, name: str, *, page: int) -> str:
    """The address of one page of a list."""
    number = str(page) if page > 1 else ""
    return href_of(QUALITY, list=name, recipe=site.in_address(recipe), page=number)


def listed(
    site: Site, bundle: Bundle, measures: QualityReport, *, name: str, first: int, count: int
) -> Component:
    """`count` entries of a list, starting at `first`."""
    chosen = slice(first, first + count)
    if name == "left-out":
        rows = [
            html.Tr([html.Th(file, scope="row", dir="auto"), html.Td(reason, lang="en", dir="ltr")])
            for file, reason in (measures.left_out or ())[chosen]
        ]
        return html.Table(html.Tbody(rows), className="quality-table quality-files")
    if name == "twins":
        groups = (measures.twins or ())[chosen]
        found = _found(bundle, [product_id for group in groups for product_id in group[:_IN_GROUP]])
        return html.Ul([_group(site, measures, group, found) for group in groups], className="twin-groups")
    of_orphans = [(each, 0) for each in measures.orphans or ()]
    entries = (measures.hubs or () if name == "hubs" else of_orphans)[chosen]
    found = _found(bundle, [product_id for product_id, _ in entries])
    recipe = site.in_address(measures.recipe)
    return grid(
        card(
            site,
            found[product_id],
            *(
                [html.Div(n_("in {count} list", "in {count} lists", lists), className="card-lists")]
                if lists
                else []
            ),
            href=product_href(product_id, recipe=recipe),
        )
        for product_id, lists in entries
        if product_id in found
    )


_IN_GROUP = 8
"""How many products of a group are shown."""


def _group(site: Site, measures: QualityReport, group: Sequence[str], found: dict[str, Product]) -> Component:
    recipe = site.in_address(measures.recipe)
    shown = [product_id for product_id in group[:_IN_GROUP] if product_id in found]
    cards = [card(site, found[each], href=product_href(each, recipe=recipe)) for each in shown]
    more = (
        [html.P(n_("and {count} more", "and {count} more", len(group) - _IN_GROUP))]
        if len(group) > _IN_GROUP
        else []
    )
    return html.Li([grid(cards), *more])


def listing_page(site: Site, bundle: Bundle, measures: QualityReport, *, name: str, page: int) -> View:
    """One page of a list; a page that does not exist has status 404 and says so."""
    part = LISTS[name](measures)
    quality = html.A(_("Quality"), href=href_of(QUALITY, recipe=site.in_address(measures.recipe)))
    back = html.Nav(html.Ol(html.Li(quality), className="breadcrumbs"), **{"aria-label": _("You are in")})
    first = (page - 1) * PAGE
    if part is None or first >= max(part.total, 1):
        reason = _("It was not measured.") if part is None else _("There are fewer pages than that.")
        body = html.Div(
            [
                message(_("This list does not exist"), reason),
                html.Div(button_link(_("See the quality page"), href_of(QUALITY)), className="ways"),
            ]
        )
        return View(title=_("No such list"), body=body, status=404)
    last = min(first + PAGE, part.total)
    heading = html.H1(part.heading)
    parts: list[Component | None] = [back, heading, html.P(part.meaning, className="quality-meaning")]
    if part.total:
        values = {"first": written(first + 1), "last": written(last), "total": written(part.total)}
        known = _("{first}–{last} of {total}", **values)
        if part.of > part.total:
            known = _("{first}–{last} of {total}, the first of {all}", all=written(part.of), **values)
        parts += [html.P(known, className="count", role="status")]
        parts += [listed(site, bundle, measures, name=name, first=first, count=PAGE)]
        parts += [_turn(site, measures.recipe, name, page=page, last=last == part.total)]
    return View(title=part.heading, body=html.Div(parts, className="quality"), description=part.meaning)


def _turn(site: Site, recipe: ShownRecipe, name: str, *, page: int, last: bool) -> Component | None:
    ways = [] if page == 1 else [(_("Previous"), page - 1, "prev")]
    ways += [] if last else [(_("Next"), page + 1, "next")]
    if not ways:
        return None
    links = [
        html.Li(html.A(text, href=way_to(site, recipe, name, page=number), rel=rel))
        for text, number, rel in ways
    ]
    return html.Nav(html.Ul(links, className="pages"), **{"aria-label": _("Pages")})


def _found(bundle: Bundle, product_ids: list[str]) -> dict[str, Product]:
    return {product.id: product for product in bundle.products(product_ids)}
