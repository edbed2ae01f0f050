"""The page of one product, with the products that look like it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from bundle import Bundle, Product
from dashapp.addresses import compare_href, positive_number, product_href
from dashapp.components import (
    FEWEST,
    breadcrumb,
    card,
    explanation,
    grid,
    how_many,
    picture,
    recipe_links,
    score_bar,
)
from dashapp.pages.not_found import unknown_recipe
from dashapp.recipes import Recipe
from dashapp.site import Site
from dashapp.view import View
from dashapp.wording import price


def product_page(site: Site, bundle: Bundle, product: Product, *, arguments: dict[str, str]) -> View:
    """A product and its look-alikes, by the recipe of the argument `recipe`, as many as `n` asks for.

    Raises `BundleError` where the list of look-alikes cannot be read.
    """
    name = arguments.get("recipe", "")
    recipe = site.recipe(name)
    if recipe is None:
        return unknown_recipe(site, product, name)
    details = [text for text in (product.category, price(product.price, product.currency)) if text]
    asked = positive_number(arguments.get("n", ""))
    parts = [
        html.Article([_pictures(site, product), _facts(product)], className="product"),
        _look_alikes(site, bundle, product, recipe=recipe, asked=asked),
    ]
    return View(
        title=product.title if recipe == site.recipes[0] else f"{product.title} by {recipe.name}",
        body=html.Div([breadcrumb(product), html.Div(parts, className="product-page")]),
        description=". ".join([f"Products that look like {product.title}", *details]) + ".",
        image=site.thumbnail_href(product.images[0]) if product.images else "",
    )


def _pictures(site: Site, product: Product) -> Component:
    tiles = [picture(site, image, alt=product.title) for image in product.images]
    if len(tiles) < 2:
        return html.Div(tiles, className="pictures")
    label = f"{len(tiles)} pictures"
    return html.Div(tiles, className="pictures", role="group", tabIndex=0, **{"aria-label": label})


def _facts(product: Product) -> Component:
    parts: list[Component] = [html.H1(product.title)]
    amount = price(product.price, product.currency)
    if amount:
        parts.append(html.P(amount, className="price"))
    facts = [(name, value) for name, value in product.facts.items() if value]
    if facts:
        terms = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts]
        parts.append(html.Dl(terms, className="facts"))
    # An address in a catalogue is input like any other: only what a browser fetches may become a link.
    if product.url.lower().startswith(("https://", "http://")):
        link = html.A("View in the shop", href=product.url, rel="noopener", className="button button-main")
        parts.append(link)
    return html.Div(parts, className="product-text")


def _look_alikes(
    site: Site, bundle: Bundle, product: Product, *, recipe: Recipe, asked: int | None
) -> Component:
    heading, recipes = html.H2("More like this"), _recipes(site, product, recipe=recipe, asked=asked)
    entries = bundle.neighbours(product.id, recipe=recipe.name)
    if not entries:
        return html.Section([heading, recipes, html.P("Nothing looks like this one yet.")])
    longest = len(entries)
    entries = entries[: max(asked or recipe.top, FEWEST)]
    found = {other.id: other for other in bundle.products(entry.id for entry in entries)}
    cards = [
        card(
            site,
            found[entry.id],
            score_bar(recipe, entry.score),
            href=product_href(entry.id, recipe=site.in_address(recipe), shown=asked),
        )
        for entry in entries
        if entry.id in found
    ]
    slider = how_many(len(entries), longest=longest, default=recipe.top)
    if recipes is None:
        head = [html.Div([heading, html.P(recipe.metric.meaning)]), slider]
        return html.Section([html.Div(head, className="section-head"), grid(cards)])
    head = [html.P(explanation(recipe)), slider]
    return html.Section([heading, recipes, html.Div(head, className="section-head"), grid(cards)])


def _recipes(site: Site, product: Product, *, recipe: Recipe, asked: int | None) -> Component | None:
    """The switch between recipes, and the way to see two at once; None where there is only one."""
    if len(site.recipes) < 2:
        return None
    default, *others = site.recipes
    ways = [
        (each, product_href(product.id, recipe=site.in_address(each), shown=asked)) for each in site.recipes
    ]
    pair = site.in_address(default, recipe if recipe in others else others[0])
    switch = html.Nav(
        recipe_links(ways, current=recipe), **{"aria-label": "Recipes", "data-switch": "recipe"}
    )
    compare = html.A("Compare", href=compare_href(product.id, recipes=pair, shown=asked), className="more")
    return html.Div([switch, compare], className="recipes")
