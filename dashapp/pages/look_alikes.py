"""The look-alikes on a product's page: the list and its controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bundle import Bundle, Product
from bundle.search.query import category_path
from dashapp.addresses import Arguments, compare_href, positive_number, product_href
from dashapp.answers.look_alikes import MOST_LESS, LookAlike, LookAlikes, Wishes, look_alikes
from dashapp.answers.ranked import Ranked
from dashapp.answers.why import closeness, number, shared
from dashapp.language import _, n_, p_
from dashapp.language.colours import colour
from dashapp.pages.nothing_found import others
from dashapp.parts import html
from dashapp.parts.cards import card_row, pick_button, removable, variants_panel, why_panel
from dashapp.parts.components import (
    FEWEST,
    card,
    closeness_word,
    grid,
    how_many,
    list_marks,
    nothing_alike,
    recipe_switch,
)
from dashapp.parts.html import Component
from dashapp.parts.wording import listing
from dashapp.parts.wording import number as written
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site


@dataclass(frozen=True)
class Asked:
    """The address's choices for a product's look-alikes.

    The recipe, the number (None for the default), the wishes, and the products to see less of. `named` is
    whether the address names the recipe.
    """

    site: Site
    recipe: ShownRecipe
    shown: int | None
    wishes: Wishes
    less: tuple[str, ...]
    named: bool

    @classmethod
    def from_arguments(cls, site: Site, recipe: ShownRecipe, arguments: Arguments) -> Asked:
        """Read the arguments of an address. Unknown or invalid ones are ignored."""
        return cls(
            site,
            recipe,
            shown=positive_number(arguments.get("n", "")),
            wishes=Wishes.from_arguments(arguments),
            less=arguments.every("less")[:MOST_LESS],
            named=bool(arguments.get("recipe")),
        )

    def href(self, product_id: str) -> str:
        """The address of a product's page with the same choices."""
        recipe = self.site.in_address(self.recipe) if self.named or not self.site.split else ""
        return product_href(
            product_id, recipe=recipe, shown=self.shown, **self.wishes.arguments(), less=self.less
        )

    def on(self, product_id: str) -> str:
        """The address of another product's page. It drops `less`, which applies to this product only."""
        return replace(self, less=()).href(product_id)


def look_alikes_section(bundle: Bundle, product: Product, asked: Asked) -> Component:
    """The look-alikes of `product` with their controls.

    Raises `BundleError` if a list cannot be read.
    """
    count = max(asked.shown or asked.recipe.top, FEWEST)
    found = look_alikes(
        bundle,
        product,
        recipe=asked.recipe.name,
        count=count,
        filters=asked.wishes.filters(product),
        less=asked.less,
    )
    heading, recipes = html.H2(_("More like this")), _recipes(product, asked)
    if not found.listed and not found.less:
        switch = recipes if bundle.count > 1 else None
        return html.Section([heading, switch, *_alone(bundle, product, asked)])
    is_static = asked.site.is_static
    longest = 0 if is_static else found.longest
    slider = how_many(len(found.shown), longest=longest, default=asked.recipe.top)
    return html.Section(
        [
            html.Div([heading, slider], className="section-head"),
            recipes,
            None if is_static else _choices(product, found, asked),
            _less(product, found, asked),
            nothing_alike(asked.recipe, found.best),
            *_status(product, found, asked, count=count),
            grid(
                (_card(product, each, asked) for each in found.shown),
                **list_marks("product", asked.recipe, of=product),
            ),
        ]
    )


def _alone(bundle: Bundle, product: Product, asked: Asked) -> list[Component]:
    """What is said where no product looks like this one, and what there is instead."""
    if bundle.count == 1:
        return [html.P(_("This is the only product so far. Once there are more, they will be here."))]
    if bundle.variants(product, limit=1):
        return [html.P(_("Only its own variants look like this one.")), *others(asked.site, bundle)]
    return [html.P(_("Nothing looks like this one yet.")), *others(asked.site, bundle)]


def _card(product: Product, found: LookAlike, asked: Asked) -> Component:
    other = found.product
    less = "" if asked.site.is_static else replace(asked, less=(*asked.less, other.id)).href(product.id)
    because = (shared(product, other), closeness(asked.recipe, found.score))
    row = card_row(
        asked.site,
        word=closeness_word(asked.recipe, found.score),
        why=why_panel(other, because, number=number(asked.recipe, found.score), less_href=less),
        variants=variants_panel(asked.site, found.variants, href=asked.on),
    )
    # Its category is news only where it is another one.
    return card(
        asked.site, other, row, pick_button(other), href=asked.on(other.id), within=product.category
    )


def _choices(product: Product, found: LookAlikes, asked: Asked) -> Component | None:
    """The wishes that apply here, as chips with links; None if there are none."""
    ways = _ways(product, found, asked.site)
    chips = []
    for (name, value), text in ways.items():
        active = getattr(asked.wishes, name) == value
        wishes = replace(asked.wishes, **{name: "" if active else value})
        mark = {"aria-current": "true"} if active else {}
        href = replace(asked, wishes=wishes).href(product.id)
        chips.append(html.Li(html.A(text, href=href, className="chip", rel="nofollow", **mark)))
    if not chips:
        return None
    return html.Nav(
        html.Ul(chips, className="chips"),
        className="choices",
        **{"aria-label": _("Which look-alikes"), "data-switch": "choices"},
    )


def _ways(product: Product, found: LookAlikes, site: Site) -> Mapping[tuple[str, str], str]:
    """The wishes that apply here, with their labels."""
    ways = {}
    if product.category and len(site.categories) > 1:
        ways["category", "same"] = _("Same category")
    if found.stock_known:
        ways["stock", "in"] = _("In stock")
    if found.any_on_sale:
        ways["sale", "on"] = _("On sale")
    if product.price is not None:
        ways |= {("price", "near"): _("Similar price"), ("price", "lower"): _("Cheaper")}
    if product.colours:
        ways["colour", "same"] = _("Also {colour}", colour=colour(product.colours[0]))
    return ways


def _less(product: Product, found: LookAlikes, asked: Asked) -> Component | None:
    if not found.less:
        return None
    chips = []
    for each in found.less:
        others = tuple(one for one in asked.less if one != each.id)
        chips.append(
            removable(
                _("Less like {title}", title=each.title), href=replace(asked, less=others).href(product.id)
            )
        )
    label = {"aria-label": _("Less like these"), "data-switch": "less"}
    return html.Nav(html.Ul(chips, className="chips"), className="choices", **label)


def _status(product: Product, found: LookAlikes, asked: Asked, *, count: int) -> list[Component]:
    """How many products match the wishes, and a way on if there are none."""
    wished = _wished(product, asked.wishes.about(product))
    if not wished:
        return []
    number = found.admitted
    text = how_many_are(found, wished, count=count)
    parts = [html.P(text, className="narrowed", role="status")]
    if not number:
        everything = replace(asked, wishes=Wishes()).href(product.id)
        parts.append(html.P(html.A(_("Show all of them"), href=everything, className="button")))
    return parts


def how_many_are(found: LookAlikes | Ranked, wanted: str, *, count: int) -> str:
    """How many of the closest products are what is `wanted`, where `count` cards were asked for."""
    few = 0 < found.longest < min(count, found.listed)
    values = {"closest": written(found.listed), "wanted": wanted}
    number = found.admitted
    if not number:
        return _("None of the {closest} closest is {wanted}.", **values)
    if not few:
        return n_(
            "{count} of the {closest} closest is {wanted}.",
            "{count} of the {closest} closest are {wanted}.",
            number,
            **values,
        )
    text = n_(
        "Only {count} of the {closest} closest is {wanted}.",
        "Only {count} of the {closest} closest are {wanted}.",
        number,
        **values,
    )
    if found.longest < number:
        cards = n_(
            "Variants share a card, which makes {count}.",
            "Variants share a card, which makes {count}.",
            found.longest,
        )
        text = f"{text} {cards}"
    return text


def _wished(product: Product, wishes: Wishes) -> str:
    prices = {"near": _("at a similar price"), "lower": p_("which look-alikes", "cheaper")}
    parts = [
        *(
            _("in {category}", category=name)
            for name in category_path(product.category)[-1:]
            if wishes.category
        ),
        p_("which look-alikes", "in stock") if wishes.stock else "",
        p_("which look-alikes", "on sale") if wishes.sale else "",
        colour(product.colours[0]) if wishes.colour else "",
        prices.get(wishes.price, ""),
    ]
    return listing([part for part in parts if part])


def _recipes(product: Product, asked: Asked) -> Component | None:
    """The switch between recipes and the link that compares two; None if there is only one recipe."""
    site = asked.site
    # Who could choose would choose what they like, and the halves could not be compared.
    if len(site.recipes) < 2 or site.split:
        return None
    default, *others = site.recipes
    ways = [(each, replace(asked, recipe=each).href(product.id)) for each in site.recipes]
    pair = site.in_address(default, asked.recipe if asked.recipe in others else others[0])
    switch = recipe_switch(ways, current=asked.recipe)
    compare = html.A(
        _("Side by side"), href=compare_href(product.id, recipes=pair, shown=asked.shown), className="more"
    )
    return html.Div([switch, compare], className="recipes")
