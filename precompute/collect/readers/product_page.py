"""Finds the products that a web page shows, and those that it only links to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from precompute.collect.addresses import host_of, is_within, same_page
from precompute.collect.readers.open_graph import (
    first,
    is_product,
    labelled_fields,
    loose_fields,
    open_graph_fields,
    open_graph_images,
)
from precompute.collect.readers.schema_org import (
    PRODUCTS,
    category_from,
    listed_addresses,
    paths_to,
    product_fields,
    product_images,
    product_url,
)
from precompute.collect.readers.shop_scripts import read_shop_scripts
from precompute.collect.readers.structured import MOST_NODES, Node, Structured, of_types, read_structured
from precompute.sources import LeftOut, Record
from precompute.sources.values.prices import price_from

_LISTS = ("ItemList", "CollectionPage", "OfferCatalog")


@dataclass(frozen=True)
class Shown:
    """A product's fields and pictures, from one or several syntaxes."""

    fields: dict[str, str]
    images: tuple[str, ...]


def read_products(tree: etree._Element, *, url: str, base: str) -> tuple[list[Record | LeftOut], list[str]]:
    """The products that a page shows, and the addresses of those that it only links to.

    `url` is the page's canonical address, `base` the one from which it was fetched. If a page has product
    data that cannot be read, a `LeftOut` gives the reason.
    """
    page = read_structured(tree, base)
    by_syntax, elsewhere = _by_syntax(page, url, base)
    shown = _shown(by_syntax, page)
    if len(shown) == 1 or (not shown and is_product(page.meta, surely=bool(elsewhere))):
        shown = [_completed(shown[0] if shown else Shown({}, ()), page, tree, base)]
    paths = paths_to(page, url)
    entries: list[Record | LeftOut] = []
    for position, each in enumerate(shown):
        place = url if len(shown) == 1 else f"{url}#{position + 1}"
        path = category_from(paths, url=url, title=each.fields.get("title", "")) if len(shown) == 1 else ""
        category = {"category": path} if path else {}
        entries.append(Record(place, each.fields | {"url": url} | category, each.images))
    if page.is_cut:
        entries.append(LeftOut(url, f"only the first {MOST_NODES:,} items of its data are read"))
    if not entries:
        entries += _unread(page, url, leads=bool(elsewhere))
    hosts = frozenset({host_of(base)})
    return entries, [same_page(each) for each in dict.fromkeys(elsewhere) if is_within(each, hosts)]


def _unread(page: Structured, url: str, *, leads: bool) -> list[LeftOut]:
    """Why a page with product data has no product. `leads` says whether it links to products instead."""
    if page.faults:
        return [LeftOut(url, f"its JSON-LD has a product, but cannot be parsed ({page.faults[0]})")]
    if not leads and page.of_type(*PRODUCTS):
        return [LeftOut(url, "its product data has neither a name nor a picture")]
    return []


def _by_syntax(page: Structured, url: str, base: str) -> tuple[list[list[Shown]], list[str]]:
    """The page's own products in each syntax, and the addresses of other products."""
    by_syntax: list[list[Shown]] = []
    elsewhere: list[str] = []
    names = page.headings | {first(page.meta, "og:title").casefold()} - {""}
    for nodes in page.nodes:
        here: list[Node] = []
        for node in of_types(nodes, *PRODUCTS):
            own = product_url(node, base)
            # Shops that moved, or that are reached under another host, may give wrong addresses.
            if not own or _last(own) in (_last(url), _last(base)) or _title(node).casefold() in names:
                here.append(node)
            else:
                elsewhere.append(own)
        for node in of_types(nodes, *_LISTS):
            elsewhere += listed_addresses(node, base)
        by_syntax.append(_grouped(here, base, _offers_alone(nodes)))
    return by_syntax, elsewhere


def _offers_alone(nodes: list[Node]) -> list[Node]:
    """The offers outside of any product: tags are not always well nested."""
    return of_types(nodes, "Offer", "AggregateOffer")


def _title(node: Node) -> str:
    return product_fields({"name": node.get("name")}).get("title", "")


def _grouped(nodes: list[Node], base: str, offers: list[Node]) -> list[Shown]:
    """The fields and pictures of each product in one syntax.

    A page may list a product's variants separately, with the same name or group. Later ones then add the
    fields that the first lacks.
    """
    if len(nodes) == 1 and len(offers) == 1 and not nodes[0].get("offers"):
        nodes = [nodes[0] | {"offers": offers}]
    fields_of: dict[str, dict[str, str]] = {}
    images_of: dict[str, dict[str, None]] = {}
    for node in nodes:
        fields, images = product_fields(node), product_images(node, base)
        key = fields.get("variants") or fields.get("title", "").casefold()
        if not key and not images:
            continue
        known = fields_of.setdefault(key, {})
        known |= {name: text for name, text in fields.items() if name not in known}
        images_of.setdefault(key, {}).update(dict.fromkeys(images))
    return [Shown(fields, tuple(images_of[key])) for key, fields in fields_of.items()]


def _shown(by_syntax: list[list[Shown]], page: Structured) -> list[Shown]:
    """The page's products, combined from several syntaxes.

    If the best syntax has one product, that is the page's. Others with one product describe the same one.
    """
    found = [shown for shown in by_syntax if shown]
    if not found:
        return []
    if len(found[0]) > 1:
        named = [each for each in found[0] if each.fields.get("title", "").casefold() in page.headings]
        if len(named) == 1 and is_product(page.meta):
            found[0] = named
        else:
            return _merged([each for shown in found for each in shown])
    best = found[0][0]
    for shown in found[1:]:
        same = [each for each in shown if each.fields.get("title") == best.fields.get("title")]
        other = same[0] if same else shown[0] if len(shown) == 1 else None
        if other is not None:
            best = Shown(other.fields | best.fields, best.images or other.images)
    return [best]


def _merged(shown: list[Shown]) -> list[Shown]:
    """Merge products that have the same name."""
    merged: dict[str, Shown] = {}
    for each in shown:
        key = each.fields.get("variants") or each.fields.get("title", "").casefold() or str(len(merged))
        before = merged.get(key)
        merged[key] = (
            each
            if before is None
            else Shown(each.fields | before.fields, tuple(dict.fromkeys([*before.images, *each.images])))
        )
    return list(merged.values())


def _completed(shown: Shown, page: Structured, tree: etree._Element, base: str) -> Shown:
    """The single product of a page, completed from its scripts, its head and its loose tags."""
    fields = dict(shown.fields)
    for more in (
        read_shop_scripts(tree),
        open_graph_fields(page.meta) if is_product(page.meta) or shown.fields else {},
        labelled_fields(page.meta),
        loose_fields(page.loose),
    ):
        if "price" in fields:
            more = _beside(fields["price"], more)
        fields |= {name: text for name, text in more.items() if name not in fields}
    return Shown(fields, shown.images or open_graph_images(page.meta, base))


def _beside(price: str, more: dict[str, str]) -> dict[str, str]:
    """Further fields for a product with a known price. A former price counts only if that price agrees."""
    now, paid, given = (
        price_from(text) for text in (price, more.get("sale_price", ""), more.get("price", ""))
    )
    rest = {name: text for name, text in more.items() if name != "sale_price"}
    if paid and now and paid.amount == now.amount and "price" in more:
        return rest | {"compare_at_price": more["price"]}
    if given and now and given.amount != now.amount:
        rest.pop("compare_at_price", None)
    return rest


def _last(url: str) -> str:
    """The last part of an address's path, which is the same in all addresses of a product."""
    try:
        return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].casefold()
    except ValueError:
        return url
