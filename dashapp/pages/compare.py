"""Two recipes side by side for one product: what each finds, and what both find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bundle import Bundle, Neighbour, Product
from dashapp.addresses import compare_href, positive_number, product_href
from dashapp.language import _, n_
from dashapp.pages.not_found import unknown_recipe
from dashapp.parts import html
from dashapp.parts.components import (
    FEWEST,
    breadcrumb,
    button_link,
    card,
    closeness_word,
    how_many,
    list_marks,
    message,
    nothing_alike,
    picture,
)
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import number, percent
from dashapp.shown_recipe import Overlap, ShownRecipe
from dashapp.site import Site

_MOST = 30
"""The most look-alikes of each recipe, so that both lists together have as many cards as a product's page."""


@dataclass(frozen=True)
class _Comparison:
    """The address's choice: two recipes, and how many look-alikes of each (None for the default)."""

    site: Site
    pair: tuple[ShownRecipe, ShownRecipe]
    asked: int | None

    def href(self, product: Product) -> str:
        """The address of this comparison for a product."""
        return compare_href(product.id, recipes=self.site.in_address(*self.pair), shown=self.asked)

    def with_recipe(self, side: int, recipe: ShownRecipe) -> _Comparison:
        """The same with `recipe` on one side. If the other side has it, the two change places."""
        other = self.pair[side] if recipe == self.pair[1 - side] else self.pair[1 - side]
        return replace(self, pair=(recipe, other) if side == 0 else (other, recipe))


def compare_page(site: Site, bundle: Bundle, product: Product, *, arguments: dict[str, str]) -> View:
    """A product's look-alikes by the two recipes of the argument `recipes`, as many of each as `n` asks for.

    Raises `BundleError` where a list cannot be read.
    """
    names = [name for name in arguments.get("recipes", "").split(",") if name]
    recipes = []
    for name in names:
        recipe = site.recipe(name)
        if recipe is None:
            return unknown_recipe(site, product, name)
        recipes.append(recipe)
    pair = _pair(site, recipes)
    if pair is None:
        return _no_pair(site, product, recipes)
    comparison = _Comparison(site, pair, positive_number(arguments.get("n", "")))
    said = {"title": product.title, "first": pair[0].label, "second": pair[1].label}
    return View(
        title=_("{title}, {first} and {second}", **said),
        body=html.Div([breadcrumb(product), *_body(bundle, product, comparison)]),
        description=_("What looks like {title}: {first} and {second}, side by side.", **said),
        image=site.thumbnail_href(product.images[0]) if product.images else "",
    )


def _pair(site: Site, recipes: list[ShownRecipe]) -> tuple[ShownRecipe, ShownRecipe] | None:
    """The two requested recipes; a single one is compared with the first of the others."""
    if len(recipes) < 2:
        others = [recipe for recipe in site.recipes if recipe not in recipes]
        recipes = recipes + others[: 2 - len(recipes)]
    if len(recipes) != 2 or recipes[0] == recipes[1]:
        return None
    return recipes[0], recipes[1]


def _no_pair(site: Site, product: Product, recipes: list[ShownRecipe]) -> View:
    heading = _("There is nothing to compare")
    if len(site.recipes) < 2:
        reason, ways = _("This catalogue has one kind of look-alikes only."), []
    else:
        reason = _("Choose two different kinds of look-alikes to see them side by side.")
        one = recipes[0]
        others = [recipe for recipe in site.recipes if recipe != one]
        ways = [
            button_link(
                _("{first} and {second}", first=one.label, second=other.label),
                compare_href(product.id, recipes=site.in_address(one, other)),
            )
            for other in others
        ]
    ways.append(button_link(_("Back to the product"), product_href(product.id)))
    body = html.Div([message(heading, reason), html.Div(ways, className="ways")])
    return View(title=heading, body=body, status=404)


def _body(bundle: Bundle, product: Product, comparison: _Comparison) -> list[Component | None]:
    site, pair = comparison.site, comparison.pair
    lists = [bundle.neighbours(product.id, recipe=recipe.name) for recipe in pair]
    # Both lists are cut to the same length, so that they can share the same number.
    longest, default = min(_MOST, *map(len, lists)), min(recipe.top for recipe in pair)
    count = min(max(comparison.asked or default, FEWEST), longest)
    lists = [entries[:count] for entries in lists]
    ranks = [{entry.id: rank for rank, entry in enumerate(entries, start=1)} for entries in lists]
    found = {other.id: other for other in bundle.products(ranks[0] | ranks[1])}
    both = _in_both(len(ranks[0].keys() & ranks[1].keys()), count)
    overlap = site.overlaps.get(frozenset(recipe.name for recipe in pair))
    back = product_href(product.id, recipe=site.in_address(pair[0]), shown=comparison.asked)
    text = [
        html.H1(product.title, dir="auto"),
        html.P(both, className="shared", role="status"),
        html.P(_everywhere(overlap)) if overlap else None,
        html.Div(
            [
                html.A(_("Back to the product"), href=back, className="more"),
                how_many(count, longest=0 if site.is_static else longest, default=default),
            ],
            className="compare-ways",
        ),
    ]
    tiles = [picture(site, image, alt="") for image in product.images[:1]]
    columns = [
        _column(comparison, side, product, entries=lists[side], found=found, there=ranks[1 - side])
        for side in (0, 1)
    ]
    return [
        html.Div([*tiles, html.Div(text)], className="compare-head"),
        html.Div(columns, className="compare"),
    ]


def _column(
    comparison: _Comparison,
    side: int,
    product: Product,
    *,
    entries: list[Neighbour],
    found: Mapping[str, Product],
    there: Mapping[str, int],
) -> Component:
    """One recipe's list; `there` has the products' places in the other list."""
    recipe = comparison.pair[side]
    cards = [
        card(
            comparison.site,
            found[entry.id],
            html.Div(
                [closeness_word(recipe, entry.score), *_marks(there.get(entry.id))], className="card-row"
            ),
            href=comparison.href(found[entry.id]),
        )
        for entry in entries
        if entry.id in found
    ]
    marks = list_marks("compare", recipe, of=product)
    listed = (
        html.Ol(cards, className="product-grid", **marks)
        if cards
        else html.P(_("Nothing looks like this one yet."))
    )
    head = html.Div([html.H2(recipe.label), _choice(comparison, side, product)], className="compare-recipe")
    best = entries[0].score if entries else None
    # Each section has the same three rows, so that equal places stand side by side.
    return html.Section([head, nothing_alike(recipe, best) or html.P(), listed])


def _choice(comparison: _Comparison, side: int, product: Product) -> Component | None:
    """The other recipes that one side may show, folded away; None if there are none."""
    recipes = comparison.site.recipes
    if len(recipes) < 3 or comparison.site.is_static:
        return None
    name = ("left", "right")[side]
    chips = []
    for each in recipes:
        mark = {"aria-current": "true"} if each == comparison.pair[side] else {}
        href = comparison.with_recipe(side, each).href(product)
        chips.append(html.Li(html.A(each.label, href=href, className="chip", **mark)))
    label = _("Change the left list") if side == 0 else _("Change the right list")
    summary = html.Summary(_("Change"), className="more", **{"aria-label": label})
    folded = [summary, html.Ul(chips, className="chips")]
    return html.Details(folded, className="folded", **{"data-switch": name})


def _marks(rank: int | None) -> list[Component]:
    return (
        [html.Div(_("in both · no. {place} there", place=number(rank)), className="card-mark")]
        if rank
        else []
    )


def _in_both(shared: int, count: int) -> str:
    if not shared:
        none = n_("The only one is not in both.", "None of the {count} is in both.", count)
        return none if count else _("There is nothing to compare.")
    if shared == count:
        return n_("The only one is in both.", "All {count} are in both.", count)
    return n_(
        "{count} of {total} is in both.", "{count} of {total} are in both.", shared, total=number(count)
    )


def _everywhere(overlap: Overlap) -> str:
    return _(
        "Over the whole catalogue the two lists share {shared} of their products; weighted towards the first "
        "places, they agree to {agreed}.",
        shared=percent(overlap.jaccard),
        agreed=percent(overlap.rank_biased),
    )
