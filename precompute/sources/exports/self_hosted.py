"""Reads the exports of self-hosted shop systems: PrestaShop, Shopware, OpenCart, Medusa, Spree, Vendure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from precompute.sources.columns import role_of
from precompute.sources.doubts.hidden import is_about_hiding, why_hidden
from precompute.sources.exports.export import (
    FACT,
    Entries,
    Export,
    WholeTable,
    amount_cell,
    amount_of,
    by_compact_name,
    columns_of,
    compact,
    first_of,
    has_all,
    is_between,
    without,
)
from precompute.sources.exports.gathering import Gathered, combining, first_row_with, keyed_by, numbered_pairs
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Listed, Row
from precompute.sources.values.stock import stock_from

_ROOTS = frozenset(
    [
        "home",
        "root",
        "accueil",
        "inicio",
        "startseite",
        "start",
        "home page",
        "главная",
        "strona główna",
        "pagina iniziale",
        "hem",
        "úvod",
    ]
)
_UUID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


def _prestashop(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    for row in entries:
        yield row if isinstance(row, LeftOut) else _prestashop_product(row)


def _prestashop_product(row: Row) -> Row | LeftOut:
    plain = by_compact_name(row)
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    name = next((name for name in row.cells if _is_categories(compact(name))), "")
    cells: dict[str, Cell] = {each: cell for each, cell in row.cells.items() if each != name}
    text = row.cells.get(name, "")
    categories = [each.strip() for each in text.split(",") if each.strip()] if isinstance(text, str) else []
    # Every category is below the root, so the root only counts if it is the only one.
    kept = [each for each in categories if each.lower() not in _ROOTS] or categories
    cells |= {"categories": Listed(kept)} if kept else {}
    price = first_of(plain, "pricetaxincluded", "pricetaxexcludedorpricetaxincluded", "pricetaxexcluded")
    amount = amount_of(price, "," if "," in price and "." not in price else ".")
    if amount and is_between(_day(plain, "discountfromyyyymmdd"), _day(plain, "discounttoyyyymmdd")):
        off = amount_of(plain.get("discountamount", "").replace(",", ".")) or 0.0
        share = amount_of(plain.get("discountpercent", "").replace(",", ".")) or 0.0
        if off or share:
            cells["sale_price"] = amount_cell(max(0.0, (amount - off) * (1 - share / 100)))
    return Row(row.place, cells)


def _is_categories(compact_name: str) -> bool:
    role = role_of(compact_name.removesuffix("xyz")) if compact_name.endswith("xyz") else None
    return role is not None and role.field in ("category", "categories")


def _is_prestashop(names: frozenset[str]) -> bool:
    """Whether the columns are those of PrestaShop's samples, which have the same brackets in any language."""
    actives = (found[1] for name in names if (found := _ZERO_OR_ONE.fullmatch(name)))
    lists = [name for name in names if name.endswith("xyz")]
    return len(lists) > 1 and any(map(_is_categories, lists)) and any(map(is_about_hiding, actives))


def _day(plain: Mapping[str, str], name: str) -> str:
    text = plain.get(name, "")
    return "" if text.startswith("0000") else text


_ZERO_OR_ONE = re.compile(r"(\w+?)0(?:lub|oder|ou|or|o)?1")
"""Compact names such as "Active (0/1)"."""

_NAMED_IN_ENGLISH = has_all("categoriesxyz imageurlsxyz name", "active01 name imageurlsxyz")

PRESTASHOP = Export(
    "a PrestaShop table of products",
    lambda names: _NAMED_IN_ENGLISH(names) or _is_prestashop(names),
    columns_of(
        """
        id: productid id reference
        title: name
        none: active01 visibility unitprice wholesaleprice onsale01 supplierreference supplier ean13
            upc mpn imagealttextsxyz textwheninstock textwhenbackorderallowed urlrewritten
        price: pricetaxincluded pricetaxexcludedorpricetaxincluded pricetaxexcluded
        description: description summary shortdescription
        tags: tagsxyz
        images: imageurlsxyz
        brand: manufacturer
        """
    ),
    change=_prestashop,
)


def _shopware_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    place = first_row_with(rows, every, "name", "namede", "translationsdefaultname")
    row, first = rows[place], every[place]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    for each, cells in zip(rows, every, strict=True):
        gathered.add_price(
            first_of(cells, "pricegross", "priceek", "price"), first_of(cells, "pseudopriceek")
        )
        stock = first_of(cells, "availablestock", "stock", "instock")
        if stock and (len(rows) == 1 or cells is not first):
            gathered.add_stock(stock_from(stock))
        gathered.add_images(each, ("covermediaurl", "images", "imageurl", "media"))
    kept: dict[str, Cell] = without(
        row.cells, "pricegross", "priceek", "stock", "instock", "availablestock", "categories"
    )
    paths = [
        path for path in first.get("categories", "").split("|") if path and not _UUID.fullmatch(path.strip())
    ]
    kept |= {"categories": Listed(paths)} if paths else {}
    return Row(row.place, kept | gathered.as_cells(rows))


_shopware = combining(keyed_by("parentid", "mainnumber", "id", "ordernumber"), _shopware_product)

_SHOPWARE_COLUMNS = columns_of(
    """
        id: productnumber ordernumber
        none: mainnumber id parentid active covermediaid covermediatitle covermediaalt
            manufacturerid pricenet pseudopriceek taxname taxid
        title: name
        brand: manufacturername supplier
        description: description descriptionlong
        images: covermediaurl images imageurl
        price: pricegross priceek
        tags: keywords
        """
)

SHOPWARE = Export(
    "a Shopware export",
    has_all("productnumber name covermediaurl", "productnumber parentid pricegross"),
    _SHOPWARE_COLUMNS,
    change=_shopware,
    unit="products",
)

SHOPWARE_5 = Export(
    "a Shopware export",
    has_all("ordernumber mainnumber name"),
    _SHOPWARE_COLUMNS,
    change=_shopware,
    unit="products",
)


def _opencart(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    for row in entries:
        if isinstance(row, LeftOut):
            yield row
            continue
        plain = by_compact_name(row)
        if plain.get("status", "true").lower() in ("false", "0", "no", "disabled"):
            yield LeftOut(row.place, f"it is disabled (status: {plain['status']})")
        else:
            # Categories are given as numbers. Their names are in another sheet.
            yield Row(row.place, without(row.cells, "categories", "status"))


OPENCART = Export(
    "an OpenCart export",
    has_all("productid quantity model imagename", "productid model image status stockstatusid"),
    columns_of(
        """
        id: productid
        none: sku model upc ean jan isbn mpn location points stockstatusid status seokeyword
        image: imagename image
        brand: manufacturer
        in_stock: quantity
        popularity: viewed
        """
    ),
    change=_opencart,
)


def _medusa(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    price = next((name for name in sorted(table.names) if re.fullmatch(r"(variant)?price[a-z]{3}", name)), "")
    change = combining(keyed_by("productid", "producthandle"), lambda rows: _medusa_product(rows, price))
    return change(entries, table)


def _medusa_product(rows: list[Row], price: str) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    row, first = rows[0], every[0]
    status = first.get("productstatus", "published").lower()
    if status != "published":
        return LeftOut(row.place, f"its status is {status}")
    gathered = Gathered()
    for cells in every:
        gathered.add_price(cells.get(price, ""))
        if (
            cells.get("variantmanageinventory", "true").lower() == "false"
            or cells.get("variantallowbackorder", "").lower() == "true"
        ):
            gathered.add_stock(True)
        elif quantity := cells.get("variantinventoryquantity"):
            gathered.add_stock(stock_from(quantity))
        for name, value in numbered_pairs(cells, "variantoption{}name", "variantoption{}value"):
            gathered.add_option(name, value)
        for name, value in numbered_pairs(cells, "option{}name", "option{}value"):
            gathered.add_option(name, value)
    places = (
        first.get(name, "")
        for n in range(1, 31)
        for name in (f"productimage{n}", f"image{n}url", f"productimage{n}url")
    )
    images = tuple(dict.fromkeys(filter(None, (first.get("productthumbnail", ""), *places))))
    tags = [first.get(f"producttag{n}", "") for n in range(1, 21)]
    named = (
        first.get(name, "")
        for n in range(1, 6)
        for name in (f"productcategory{n}name", f"productcategory{n}")
    )
    # Newer exports have the categories' keys instead of their names.
    category = next((name for name in named if name and not name.startswith("pcat_")), "")
    kept: dict[str, Cell] = {name: cell for name, cell in row.cells.items() if "image" not in name.lower()}
    kept = without(kept, "productthumbnail", "variantinventoryquantity", price)
    kept |= gathered.as_cells(rows) | {"images": images}
    kept |= {"tags": Listed(filter(None, tags))} if any(tags) else {}
    kept |= {"category": category} if category else {}
    kept |= {"currency": price[-3:].upper()} if price else {}
    return Row(row.place, kept)


MEDUSA = Export(
    "a Medusa export",
    has_all("productid producthandle producttitle"),
    columns_of(
        """
        id: producthandle productid
        title: producttitle
        description: productdescription
        category: productcollectiontitle producttype
        tags: producttags
        none: variantid variantsku variantbarcode productstatus producttypeid
        """
    ),
    facts=frozenset({"productmaterial"}),
    change=_medusa,
    unit="products",
    decimal=".",
)


def _spree_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    place = first_row_with(rows, every, "name")
    row, first = rows[place], every[place]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    for each, cells in zip(rows, every, strict=True):
        gathered.add_price(cells.get("price", ""), cells.get("compareatprice", ""))
        if (
            cells.get("trackinventory", "true").lower() == "false"
            or cells.get("inventorybackorderable") == "true"
        ):
            gathered.add_stock(True)
        elif count := cells.get("inventorycount"):
            gathered.add_stock(stock_from(count))
        gathered.add_images(each, ("image1src", "image2src", "image3src"))
        for name, value in numbered_pairs(cells, "option{}name", "option{}value"):
            gathered.add_option(name, value)
    paths = [re.sub(r"\s*(?:->|>)\s*", " > ", first.get(f"category{n}", "")) for n in range(1, 4)]
    kept: dict[str, Cell] = without(
        row.cells, "price", "compareatprice", "inventorycount", "category1", "category2", "category3"
    )
    kept |= gathered.as_cells(rows)
    kept |= {"categories": Listed(filter(None, paths))} if any(paths) else {}
    return Row(row.place, kept)


SPREE = Export(
    "a Spree export",
    has_all("slug name sku image1src", "slug name sku inventorycount"),
    columns_of(
        """
        id: slug
        none: sku productid vendorname labels
        title: name
        brand: brandname
        tags: tags
        images: image1src image2src image3src
        """
    ),
    change=combining(keyed_by("slug", "productid"), _spree_product),
    unit="products",
    decimal=".",
)


def _vendure_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    row, first = rows[0], every[0]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    for each, cells in zip(rows, every, strict=True):
        gathered.add_price(cells.get("price", ""))
        if cells.get("trackinventory", "").lower() == "false":
            gathered.add_stock(True)
        elif count := cells.get("stockonhand"):
            gathered.add_stock(stock_from(count))
        gathered.add_images(each, ("assets", "variantassets"))
        groups, values = first.get("optiongroups", "").split("|"), cells.get("optionvalues", "").split("|")
        for name, value in zip(groups, values, strict=False):
            gathered.add_option(name, value)
    facets: dict[str, list[str]] = {}
    for facet in first.get("facets", "").split("|"):
        name, colon, value = facet.partition(":")
        if colon and value:
            facets.setdefault(name.strip().lower(), []).append(value.strip())
    kept: dict[str, Cell] = without(row.cells, "price", "stockonhand", "facets") | gathered.as_cells(rows)
    if category := facets.pop("category", []):
        kept["categories"] = Listed(category)
    if brand := facets.pop("brand", []):
        kept["brand"] = brand[0]
    kept |= {FACT + name: ", ".join(values) for name, values in facets.items()}
    return Row(row.place, kept)


VENDURE = Export(
    "a Vendure table of products",
    has_all("name slug assets sku price"),
    {
        "slug": "id",
        "sku": "id",
        "name": "title",
        "assets": "images",
        "variantassets": "images",
        "price": "price",
    },
    change=combining(keyed_by("slug", "name"), _vendure_product),
    unit="products",
    decimal=".",
)
