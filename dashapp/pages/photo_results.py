"""The results of a photo search: cards, filters, and the number left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bundle import Bundle, Neighbour, Product
from bundle.search.query import Filters, category_path
from dashapp.addresses import product_href
from dashapp.answers.look_alikes import LookAlike
from dashapp.answers.ranked import Ranked, ranked
from dashapp.answers.why import closeness, number, shared
from dashapp.language import _, p_
from dashapp.language.colours import colour
from dashapp.pages.look_alikes import how_many_are
from dashapp.parts import html
from dashapp.parts.cards import card_row, pick_button, variants_panel, why_panel
from dashapp.parts.components import FEWEST, card, closeness_word, grid, how_many, list_marks, nothing_alike
from dashapp.parts.filter_bar import active_chips, category_of, filter_bar
from dashapp.parts.html import Component
from dashapp.parts.wording import choice, listing, price
from dashapp.parts.wording import number as written
from dashapp.photo.query import PhotoQuery
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

if TYPE_CHECKING:
    from dashapp.photo.live.check import LiveCheck


def photo_results(
    site: Site,
    bundle: Bundle,
    recipe: ShownRecipe,
    entries: Sequence[Neighbour],
    *,
    query: PhotoQuery,
    product: Product | None,
    check: LiveCheck | None = None,
) -> Component:
    """The section of the results, best first. `product` is the one whose picture is the photo, if any.

    `check` is the comparison of its stored list (the `entries`) with a newly computed one.
    """
    count = max(query.shown or recipe.top, FEWEST)
    found = ranked(bundle, entries, filters=query.query.filters, count=count, but=product)
    if not found.listed:
        return html.Div(html.P(_("Nothing looks like this."), className="narrowed", role="status"))
    slider = how_many(len(found.shown), longest=found.longest, default=recipe.top)
    head = html.Div([html.H2(_("Closest products")), slider], className="section-head")
    parts = [
        head,
        html.P(_checked(check), className="photo-check") if check else None,
        filter_bar(query, found.facets, total=found.admitted, categories=True),
        active_chips(query, currency=bundle.currency),
        nothing_alike(recipe, found.best),
        *_narrowed(found, query, bundle=bundle, count=count),
        grid(
            (_card(site, recipe, each, product) for each in found.shown),
            **list_marks("photo", recipe, of=product),
        ),
        _share(product),
    ]
    return html.Div(parts, **{"data-listed": str(len(found.shown))})


def _card(site: Site, recipe: ShownRecipe, found: LookAlike, product: Product | None) -> Component:
    other = found.product
    because = (shared(product, other) if product else "", closeness(recipe, found.score))
    row = card_row(
        site,
        word=closeness_word(recipe, found.score),
        why=why_panel(other, because, number=number(recipe, found.score)),
        variants=variants_panel(site, found.variants, href=product_href),
    )
    return card(site, other, row, pick_button(other))


def _checked(check: LiveCheck) -> str:
    how = (
        _("Computed just now by Keras.")
        if check.from_pictures
        else _("Computed just now from the stored embeddings, as its pictures have moved.")
    )
    total = written(check.of)
    if check.same == check.of:
        every = _("All {total} are the same as in the stored list.", total=total)
        return f"{how} {every}"
    first = written(check.differences[0].place)
    same = _("{same} of {total} are the same as in the stored list.", same=written(check.same), total=total)
    other = _("No. {place} is the first that differs: build it again.", place=first)
    return f"{how} {same} {other}"


def _narrowed(found: Ranked, query: PhotoQuery, *, bundle: Bundle, count: int) -> list[Component]:
    """How many of the closest products pass the filters, and a way on if none does."""
    wanted = _wanted(query, currency=bundle.currency)
    if not wanted:
        return []
    parts = [html.P(how_many_are(found, wanted, count=count), className="narrowed")]
    if not found.admitted:
        everything = PhotoQuery(product=query.product, box=query.box, shown=query.shown)
        parts.append(html.P(html.A(_("Show all of them"), href=everything.href, className="button")))
    return parts


def _wanted(query: PhotoQuery, *, currency: str) -> str:
    filters = query.query.filters
    amount = _amount(filters, filters.currency or currency)
    parts = [
        *(_("in {category}", category=name) for name in category_path(category_of(query))[-1:]),
        choice([colour(each) for each in filters.colours]),
        _("by {brand}", brand=choice(filters.brands)) if filters.brands else "",
        _("tagged {tags}", tags=choice(filters.tags)) if filters.tags else "",
        amount or (_("priced in {currency}", currency=filters.currency) if filters.currency else ""),
        p_("which look-alikes", "in stock") if filters.in_stock else "",
        p_("which look-alikes", "on sale") if filters.on_sale else "",
    ]
    return listing([part for part in parts if part])


def _amount(filters: Filters, currency: str) -> str:
    lowest, highest = (price(bound, currency) for bound in (filters.lowest, filters.highest))
    if lowest and highest:
        return _("from {lowest} to {highest}", lowest=lowest, highest=highest)
    if lowest:
        return _("at {lowest} or more", lowest=lowest)
    return _("at {highest} or less", highest=highest) if highest else ""


def _share(product: Product | None) -> Component:
    private = "" if product else _("These results cannot be shared: your photo is only on your device.")
    button = html.Button(_("Share these results"), type="button", className="button", **{"data-do": "share"})
    return html.Div([button, html.P(role="status")], className="photo-share", **{"data-private": private})
