"""Pages and counts against a look at every product, for whatever is asked."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from bundle import Bundle, BundleWriter, Facets, Filters, Product, Query
from bundle.format import CATALOGUE, COLOURS
from bundle.search.orders import Falling, Order, shuffled
from bundle.search.query import SORTS, category_path
from tests.sample_bundle import sample_products, write_sample_bundle

COUNT = 120
CURRENCIES = ("EUR", "USD", "")


def mixed(number: int, product: Product) -> Product:
    """The sample's product, with deeper categories and prices in several currencies."""
    paths = {0: "Home > Kitchen", 1: "Home  >  Kitchen > Mugs", 2: " Home ", 3: "Garden"}
    category = paths.get(number % 6, "")
    return replace(
        product,
        category=category,
        currency=CURRENCIES[0 if number % 4 else number % 3],
        price=price(number),
        compare_at_price=(20.0, None, 100.0)[number % 3],
    )


def price(number: int) -> float | None:
    return None if number % 5 == 4 else float(number * 7 % 40)


PRODUCTS = [mixed(number, product) for number, (product, _) in enumerate(sample_products(COUNT))]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("query"), PRODUCTS)


def write(root: Path, products: list[Product]) -> Bundle:
    with BundleWriter(root, generation="one") as writer:
        writer.write_catalogue(products)
        shards = writer.write_neighbours("lite", [])
        writer.write_report({})
        writer.publish(
            {"counts": {"products": len(products)}, "recipes": [{"name": "lite", "shards": shards}]}
        )
    return Bundle.open(root)


def fits(product: Product, filters: Filters, *, but: str = "") -> bool:
    """Whether a product passes all filters but those of one kind, written down plainly."""
    path, wanted = category_path(product.category), category_path(filters.category)
    currency = filters.currency or "EUR"
    bounded = filters.lowest is not None or filters.highest is not None or bool(filters.currency)
    cost = product.price if product.currency == currency else None
    tests = {
        "categories": path[: len(wanted)] == wanted,
        "brands": not filters.brands or product.brand in filters.brands,
        "tags": not filters.tags or any(tag in filters.tags for tag in product.tags),
        "colours": not filters.colours or any(each in filters.colours for each in product.colours),
        "in_stock": not filters.in_stock or product.in_stock is True,
        "on_sale": not filters.on_sale or is_on_sale(product),
        "prices": not bounded
        or (
            cost is not None
            and (filters.lowest is None or cost >= filters.lowest)
            and (filters.highest is None or cost <= filters.highest)
        ),
    }
    return all(passed for kind, passed in tests.items() if kind != but)


def is_on_sale(product: Product) -> bool:
    before = product.compare_at_price
    return product.price is not None and before is not None and before > product.price


def counted(filters: Filters, found: list[Product]) -> Facets:
    """The facets, by a look at every product."""

    def count(kind: str, labels) -> list[tuple[str, int]]:
        left = [product for product in found if fits(product, filters, but=kind)]
        return list(Counter(label for product in left for label in set(labels(product))).items())

    def parents(product: Product) -> list[str]:
        path = category_path(product.category)
        return [" > ".join(path[: depth + 1]) for depth in range(len(path))]

    prices = [p for p in found if fits(p, filters, but="prices") and p.price is not None]
    here = [p.price for p in prices if p.currency == (filters.currency or "EUR")]
    frequent = Counter(p.currency for p in PRODUCTS if p.price is not None)
    currencies = Counter(p.currency for p in prices)
    return Facets(
        categories=tuple(sorted(count("categories", parents))),
        brands=by_frequency(count("brands", lambda product: {product.brand} - {""}), "brand"),
        tags=by_frequency(count("tags", lambda product: product.tags), "tags"),
        colours=tuple(
            sorted(count("colours", lambda product: product.colours), key=lambda pair: COLOURS.index(pair[0]))
        ),
        currencies=tuple(sorted(currencies.items(), key=lambda pair: (-frequent[pair[0]], pair[0]))),
        in_stock=sum(product.in_stock is True for product in found if fits(product, filters, but="in_stock")),
        on_sale=sum(is_on_sale(product) for product in found if fits(product, filters, but="on_sale")),
        prices=(min(here), max(here), filters.currency or "EUR") if here else None,
    )


def by_frequency(pairs: list[tuple[str, int]], field: str) -> tuple[tuple[str, int], ...]:
    """The most frequent first; equals as they would be without a query, and then by name."""
    values = [getattr(product, field) for product in PRODUCTS]
    everywhere = Counter(each for value in values for each in ([value] if field == "brand" else value))
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], -everywhere[pair[0]], pair[0])))


def some_of(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from([*values, "unknown <b>\x00"]), max_size=2, unique=True).map(tuple)


AMOUNTS = st.none() | st.integers(0, 45).map(float)
FILTERS = st.builds(
    Filters,
    category=st.sampled_from(["", "Home", "Home > Kitchen", "Home > Kitchen > Mugs", "Garden", "Kitchen"]),
    brands=some_of(sorted({product.brand for product in PRODUCTS} - {""})),
    tags=some_of(sorted({tag for product in PRODUCTS for tag in product.tags})),
    colours=some_of(list(COLOURS)),
    in_stock=st.booleans(),
    on_sale=st.booleans(),
    lowest=AMOUNTS,
    highest=AMOUNTS,
    currency=st.sampled_from(["", "", "EUR", "USD", "XXX"]),
)


@given(filters=FILTERS, search=st.sampled_from(["", "", "mug", "sample 1"]))
def test_pages_and_counts_are_those_of_a_look_at_every_product(
    bundle: Bundle, filters: Filters, search: str
) -> None:
    # What a word finds is another test's: here it is one more set.
    ids = {product.id for product in bundle.page(Query(search), limit=COUNT).products}
    found = [product for product in PRODUCTS if product.id in ids]
    expected = [product for product in found if fits(product, filters)]
    page = bundle.page(Query(search, filters), limit=COUNT)
    assert page.total == len(expected)
    if search:
        assert {product.id for product in page.products} == {product.id for product in expected}
    else:
        assert list(page.products) == expected
    assert bundle.facets(Query(search, filters)) == counted(filters, found)


@given(filters=FILTERS)
def test_filters_admit_what_they_find(bundle: Bundle, filters: Filters) -> None:
    bounded = filters.lowest is not None or filters.highest is not None
    filters = replace(filters, currency=filters.currency or ("EUR" if bounded else ""))
    found = {product.id for product in bundle.page(Query(filters=filters), limit=COUNT).products}
    assert {product.id for product in PRODUCTS if filters.admit(product)} == found


@pytest.mark.parametrize(
    ("category", "path"),
    [
        ("", ()),
        (" > ", ()),
        ("Home", ("Home",)),
        (" Home > Kitchen >  Mugs ", ("Home", "Kitchen", "Mugs")),
        ("Bowls & <Plates>", ("Bowls & <Plates>",)),
        ("Plugs>Adapters > 5 V", ("Plugs>Adapters", "5 V")),
    ],
)
def test_a_category_is_a_path(category: str, path: tuple[str, ...]) -> None:
    assert category_path(category) == path


def test_choosing_a_parent_includes_its_children(bundle: Bundle) -> None:
    def total(category: str) -> int:
        return bundle.page(Query(filters=Filters(category))).total

    assert total("Home") == 60 and total("Home > Kitchen") == 40 and total("Home > Kitchen > Mugs") == 20
    assert total("home") == total("Kitchen") == 0


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", [Filters(), Filters(in_stock=True, colours=("red", "blue", "green"))])
def test_pages_of_an_order_hold_every_product_once(bundle: Bundle, sort: str, filters: Filters) -> None:
    query = Query(filters=filters, sort=sort, seed=5)
    total = bundle.page(query).total
    pages = [bundle.page(query, offset=offset, limit=7).products for offset in range(0, total + 7, 7)]
    ids = [product.id for page in pages for product in page]
    assert len(ids) == len(set(ids)) == total > 7
    assert pages[-1] == ()
    assert ids == [product.id for product in bundle.page(query, limit=COUNT).products]


def ordered(bundle: Bundle, sort: str, **filters: str) -> list[Product]:
    return list(bundle.page(Query(filters=Filters(**filters), sort=sort), limit=COUNT).products)


def test_prices_are_sorted_within_their_currency_and_what_has_none_comes_last(bundle: Bundle) -> None:
    for sort, way in (("price", 1), ("price-down", -1)):
        prices = [(product.price, product.currency) for product in ordered(bundle, sort)]
        assert prices[-24:] == [(None, currency) for _, currency in prices[-24:]]
        euros = [amount for amount, currency in prices[:-24] if currency == "EUR"]
        assert prices[: len(euros)] == [(amount, "EUR") for amount in sorted(euros, key=lambda x: way * x)]
        assert ordered(bundle, sort, currency="USD")[0].currency == "USD"


def test_equal_prices_keep_the_catalogues_order(bundle: Bundle) -> None:
    places = {product.id: place for place, product in enumerate(PRODUCTS)}
    for sort in ("price", "price-down"):
        products = ordered(bundle, sort)
        for one, other in pairwise(products):
            if (one.price, one.currency) == (other.price, other.currency) and one.price is not None:
                assert places[one.id] < places[other.id]


def test_names_are_sorted_as_people_do(tmp_path: Path) -> None:
    titles = ["Mug 10", "mug 9", "Älva", "Zebra", "apple", "Mug", "Ångström 2", "12 plates", "", "9" * 5000]
    bundle = write(tmp_path, [Product(id=str(n), title=title, images=()) for n, title in enumerate(titles)])
    found = [product.title for product in bundle.page(Query(sort="name")).products]
    found.remove("9" * 5000)
    assert found == ["", "12 plates", "Älva", "Ångström 2", "apple", "Mug", "mug 9", "Mug 10", "Zebra"]


def test_the_most_popular_come_first_and_what_is_not_known_last(bundle: Bundle) -> None:
    known = [product.popularity for product in ordered(bundle, "popularity")]
    assert known[-17:] == [None] * 17
    assert known[:-17] == sorted(known[:-17], reverse=True)


def test_a_shuffle_is_the_same_for_a_seed_and_another_for_another(bundle: Bundle) -> None:
    def ids(seed: int) -> list[str]:
        return [product.id for product in bundle.page(Query(sort="shuffle", seed=seed), limit=COUNT).products]

    again = Bundle.open(bundle.folder.parent)
    same = [product.id for product in again.page(Query(sort="shuffle", seed=1), limit=COUNT).products]
    assert ids(1) == same != ids(2) != [product.id for product in PRODUCTS]


def test_only_orders_that_there_are_are_offered(bundle: Bundle, tmp_path: Path) -> None:
    assert bundle.sorts == SORTS
    plain = write(tmp_path, [Product(id=name, title=name, images=()) for name in "cab"])
    assert plain.sorts == ("name", "shuffle")
    assert [product.id for product in plain.page(Query(sort="popularity")).products] == ["c", "a", "b"]
    assert [product.id for product in plain.page(Query(sort="price")).products] == ["c", "a", "b"]
    assert plain.facets() == Facets()


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected sort to be one of name, price"):
        Query(sort="random()")


def test_a_catalogue_without_products_has_pages_and_counts(tmp_path: Path) -> None:
    bundle = write(tmp_path, [])
    for query in (
        Query(),
        Query("mug"),
        Query(filters=Filters("x", in_stock=True, lowest=1.0), sort="price"),
    ):
        assert bundle.page(query).total == 0
        assert bundle.facets(query) == Facets()


def test_labels_that_few_products_have_are_counted_too(tmp_path: Path) -> None:
    """A label of few products is kept as a list of them, one of many as bits; both count alike."""
    products = [
        Product(
            id=str(n), title="x", images=(), brand=f"brand {n // 2}", tags=("even",) if n % 2 == 0 else ()
        )
        for n in range(200)
    ]
    bundle = write(tmp_path, products)
    facets = bundle.facets(Query(filters=Filters(tags=("even",))))
    assert len(facets.brands) == 100 and {value.products for value in facets.brands} == {1}
    both = Query(filters=Filters(brands=("brand 3", "brand 99"), tags=("even",)))
    assert [product.id for product in bundle.page(both).products] == ["6", "198"]


def test_the_sample_bundle_has_something_of_everything(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path)
    facets = Bundle.open(tmp_path).facets()
    assert len(facets.brands) > 3 and len(facets.tags) > 3 and len(facets.colours) > 5
    assert 0 < facets.in_stock < COUNT and facets.prices.currency == "EUR"


def test_counts_do_not_depend_on_how_they_are_found(bundle: Bundle, tmp_path: Path) -> None:
    """Of few products the products are looked at, of many the labels; an older build has only labels."""
    older = write(tmp_path, PRODUCTS)
    with sqlite3.connect(older.folder / CATALOGUE) as connection:
        connection.execute("DROP TABLE columns")
    connection.close()
    older = Bundle.open(tmp_path)
    ids = [product.id for product in PRODUCTS]
    for some in (ids[:1], ids[3:9], ids[::3], ids):
        facets = bundle.facets_among(some, Filters())
        assert facets == older.facets_among(some, Filters())
        assert facets == counted(Filters(), [product for product in PRODUCTS if product.id in some])


def test_the_categories_below_one_are_counted_alone(bundle: Bundle) -> None:
    facets = bundle.facets(Query(filters=Filters("Home", in_stock=True)))
    for category in ("", "Home", "Home > Kitchen", "Garden", "unknown"):
        depth = len(category_path(category))
        expected = [
            value
            for value in facets.categories
            if category_path(value.name)[:depth] == category_path(category)
            and len(category_path(value.name)) == depth + 1
        ]
        assert facets.below(category) == expected
    mugs = sum(fits(product, Filters("Home > Kitchen > Mugs", in_stock=True)) for product in PRODUCTS)
    assert mugs and facets.below("Home > Kitchen") == [("Home > Kitchen > Mugs", mugs)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 120, 1000])
def test_a_shuffle_holds_every_number_once(count: int) -> None:
    orders = []
    for seed in (0, 1, 2**63):
        place = shuffled(count, seed=seed)
        orders.append([place(number) for number in range(count)])
        assert sorted(orders[-1]) == list(range(count))
    assert count < 100 or (orders[0] != orders[1] != orders[2])


def test_a_shuffle_favours_no_place() -> None:
    """The mean of what comes first is that of all, within five of its errors."""
    drawn = [shuffled(100, seed=seed)(number) for seed in range(400) for number in range(10)]
    error = (100**2 / 12 / len(drawn)) ** 0.5
    assert abs(sum(drawn) / len(drawn) - 49.5) < 5 * error


@given(
    members=st.sets(st.integers(0, 4999), min_size=1),
    seed=st.integers(0, 5),
    offset=st.integers(0, 5000),
    limit=st.integers(1, 60),
)
def test_a_page_of_an_order_is_found_without_those_before_it(
    members: set[int], seed: int, offset: int, limit: int
) -> None:
    positions = list(range(5000))
    Random(seed).shuffle(positions)
    order = Order(array("I", positions), count=5000)
    kept = [position for position in positions if position in members]
    assert order.page(BitMap(members), offset=offset, limit=limit) == kept[offset : offset + limit]
    first, last = order.ends(BitMap(members))
    assert (positions[first], positions[last]) == (kept[0], kept[-1])
    assert set(order.between(offset, offset + limit * 50)) == set(positions[offset : offset + limit * 50])


@given(
    members=st.sets(st.integers(0, 9999)) | st.integers(1, 9999).map(lambda step: {*range(0, 10_000, step)}),
    different=st.sampled_from([1, 2, 30, 3000, 10_000]),
    offset=st.integers(0, 9999),
    limit=st.integers(1, 60),
)
def test_an_order_backwards_keeps_equals_in_their_order(
    members: set[int], different: int, offset: int, limit: int
) -> None:
    draw = Random(different)
    values = [draw.randrange(different) for _ in range(10_000)]
    rising = sorted(range(10_000), key=values.__getitem__)
    starts = [
        place for place in range(10_000) if not place or values[rising[place]] > values[rising[place - 1]]
    ]
    falling = Falling(Order(array("I", rising), count=10_000), [*starts, 10_000])
    kept = [each for each in sorted(range(10_000), key=lambda each: -values[each]) if each in members]
    assert falling.page(BitMap(members), offset=offset, limit=limit) == kept[offset : offset + limit]
    assert falling.number_of(BitMap(members)) == len(kept) and len(falling) == 10_000
