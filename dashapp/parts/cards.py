"""The parts of look-alike and recommendation cards besides the product itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bundle import Product
from dashapp.language import _, np_
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.wording import number as written
from dashapp.site import Site


def card_row(
    site: Site, *, word: Component | None = None, why: Component, variants: Component | None = None
) -> Component | None:
    """The last line of a card, as the theme shows it: a `word` for closeness, `why`, and its `variants`."""
    shown = {"closeness": word, "why": why}
    row = [part for name, part in shown.items() if part is not None and name in site.theme.cards]
    row += [variants] if variants is not None else []
    return html.Div(row, className="card-row") if row else None


def why_panel(
    product: Product, sentences: Iterable[str], *, number: str = "", less_href: str = ""
) -> Component:
    """Why a product is listed, folded away: `sentences`, the score's `number` below them, and a link.

    The link, if there is one, leads to less like this product.
    """
    less = (
        html.A(_("Less like this"), href=less_href, className="less", rel="nofollow") if less_href else None
    )
    because = [html.P(text) for text in (" ".join(filter(None, sentences)), number) if text]
    summary = html.Summary(_("Why?"), **{"aria-label": _("Why? {title}", title=product.title)})
    panel = html.Div([*because, less], className="panel")
    return html.Details([summary, panel], className="why", **{"data-switch": "why"})


def variants_panel(
    site: Site, variants: tuple[Product, ...], *, href: Callable[[str], str]
) -> Component | None:
    """Near-duplicates of the product on the card, folded away; `href` makes their addresses."""
    if not variants:
        return None
    # Where a card is narrow, only the number shows.
    count = len(variants)
    noun = np_("after their number", "variant", "variants", count)
    summary = html.Summary([html.Span(f"+{written(count)}"), html.Span(f"\u00a0{noun}")])
    listed = html.Ul(
        [small_link(site, each, href=href(each.id)) for each in variants], className="panel smalls"
    )
    return html.Details([summary, listed], className="variants")


def small_link(site: Site, product: Product, *, href: str, lazy: bool = False) -> Component:
    """A product as a list item with only a small picture, which is a link named by its title.

    The picture of a `lazy` one is fetched when it is about to come into view, and never while it is hidden.
    """
    return html.Li(html.A(small_picture(site, product, lazy=lazy), href=href, title=product.title))


def small_picture(site: Site, product: Product, *, lazy: bool = False) -> Component:
    """The small picture of a product, or its title if it has none."""
    if not product.images:
        return html.Span(product.title, dir="auto")
    image = product.images[0]
    # It must be the first property, as some browsers start to fetch as soon as they get the address.
    wait = {"loading": "lazy"} if lazy else {}
    size = {"width": -(-image.width // 2), "height": -(-image.height // 2)}
    return html.Img(**wait, src=site.thumbnail_href(image, small=True), alt=product.title, **size)


def pick_button(product: Product) -> Component:
    """The button that picks a product; `assets/visits.js` handles its clicks."""
    marks = {
        "aria-label": _("Pick {title}", title=product.title),
        "aria-pressed": "false",
        "data-pick": product.id,
    }
    return html.Button(type="button", className="pick", **marks)


def removable(text: str, *, href: str) -> Component:
    """A list item with a chip that shows one of the address's choices and removes it when clicked."""
    sign = html.Span("×", **{"aria-hidden": "true"})
    name = {"aria-label": _("{choice}: remove", choice=text)}
    return html.Li(html.A([html.Span(text), sign], href=href, className="chip removable", **name))
