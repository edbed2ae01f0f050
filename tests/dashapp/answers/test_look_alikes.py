"""What a stored list becomes when it is shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle import Bundle, BundleWriter, Neighbour, Product
from bundle.search.query import Filters
from dashapp.answers.look_alikes import Wishes, folded, groups_of, look_alikes
from dashapp.answers.recommendations import recommendations


def product(name: str, **fields: object) -> Product:
    return Product(name, f"Title of {name}", (), **fields)


ANY = Wishes()
CATALOGUE = [
    product(
        "p",
        category="Home > Mugs",
        price=20.0,
        currency="EUR",
        in_stock=True,
        colours=("blue", "white"),
        twins="p",
    ),
    product(
        "a", category="Home > Mugs", price=25.0, currency="EUR", in_stock=True, colours=("white", "blue")
    ),
    product("b", category="Home > Bowls", price=19.99, currency="EUR", in_stock=False, colours=("red",)),
    product(
        "c", category="Home > Mugs > Large", price=25.01, currency="EUR", colours=("blue",), variants="g"
    ),
    product("d", category="Home > Mugs", price=20.0, currency="USD", in_stock=True, variants="g"),
    product("e", category="Home > Mugs", price=15.0, currency="EUR", in_stock=True, variants="h"),
    product("f", in_stock=True, variants="g"),
    product("g", price=14.99, currency="EUR", in_stock=True, colours=("blue",), twins="p"),
]
LISTS = {
    "p": "abcdefg",
    "a": "pcdefgb",
    "b": "acdpefg",
    "c": "dfpabeg",
    "d": "cfpabeg",
    "e": "apbcdfg",
    "f": "cdpabeg",
    "g": "pabcdef",
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    root = tmp_path_factory.mktemp("similar")
    with BundleWriter(root, generation="similar") as writer:
        writer.write_catalogue(CATALOGUE)
        lists = (
            (name, [Neighbour(other, 0.9 - place / 10) for place, other in enumerate(others)])
            for name, others in LISTS.items()
        )
        shards = writer.write_neighbours("r", lists)
        recipe = {"name": "r", "shards": shards, "metric": "cosine", "top": 5}
        writer.publish({"counts": {"products": len(CATALOGUE)}, "recipes": [recipe]})
    return Bundle.open(root)


def shown(bundle: Bundle, wishes: Wishes = ANY, *, of: str = "p", count: int = 10, **asked: object) -> str:
    """The ids of a list, those that share a card in brackets."""
    one = bundle.product(of)
    found = look_alikes(bundle, one, recipe="r", count=count, filters=wishes.filters(one), **asked)
    return " ".join(
        each.product.id + "".join(f"({variant.id})" for variant in each.variants) for each in found.shown
    )


def test_variants_share_the_card_of_the_first(bundle: Bundle) -> None:
    assert shown(bundle) == "a b c(d)(f) e"
    assert shown(bundle, count=3) == "a b c(d)(f)"


def test_the_scores_are_those_of_the_list(bundle: Bundle) -> None:
    found = look_alikes(bundle, bundle.product("p"), recipe="r", count=4)
    assert [each.score for each in found.shown] == pytest.approx([0.9, 0.8, 0.7, 0.5])


def test_a_products_own_variants_are_no_look_alikes_of_it(bundle: Bundle) -> None:
    assert shown(bundle, of="c") == "p(g) a b e"
    assert {each.id for each in bundle.variants(bundle.product("c"), limit=9)} == {"d", "f"}
    assert [each.id for each in bundle.variants(bundle.product("p"), limit=9)] == ["g"]
    assert bundle.variants(bundle.product("a"), limit=9) == []


@pytest.mark.parametrize(
    ("wishes", "left"),
    [
        (Wishes(category="same"), "a c(d) e"),
        (Wishes(stock="in"), "a d(f) e"),
        (Wishes(price="near"), "a b e"),
        (Wishes(price="lower"), "b e"),
        (Wishes(colour="same"), "a c"),
        (Wishes(category="same", stock="in", colour="same"), "a"),
        (Wishes(price="lower", category="same"), "e"),
    ],
)
def test_each_wish_leaves_what_it_says(bundle: Bundle, wishes: Wishes, left: str) -> None:
    assert shown(bundle, wishes) == left


def test_what_filters_leave_out_makes_room(bundle: Bundle) -> None:
    assert shown(bundle, Wishes(stock="in"), count=3) == "a d(f) e"
    found = look_alikes(bundle, bundle.product("p"), recipe="r", count=2, filters=Filters(in_stock=True))
    assert (len(found.shown), found.longest, found.admitted, found.listed) == (2, 3, 4, 6)


def test_wishes_that_mean_nothing_for_a_product_do_not_empty_its_list(bundle: Bundle) -> None:
    wishes = Wishes(category="same", price="near", colour="same")
    assert wishes.about(bundle.product("f")) == Wishes()
    assert shown(bundle, wishes, of="f") == shown(bundle, of="f") != ""


def test_less_of_one_takes_it_away_and_lowers_what_is_near_it(bundle: Bundle) -> None:
    # c, which leads the lists of both: 1/63 - 2 * 2 * (1/61 - 1/63) = 0.0138, less than the 1/65 = 0.0154 of
    # e, which is farther down in their lists, as are a and b.
    assert shown(bundle, less=["d", "f"]) == "a b e c"
    assert shown(bundle, less=["unknown", "p"]) == shown(bundle)


def test_wishes_are_read_from_and_written_to_an_address() -> None:
    wishes = Wishes.from_arguments(
        {"category": "same", "price": "lower", "stock": "maybe", "colour": "", "x": "y"}
    )
    assert wishes == Wishes(category="same", price="lower")
    assert wishes.arguments() == {"category": "same", "price": "lower"}
    assert Wishes.from_arguments(wishes.arguments()) == wishes


groups = st.lists(st.tuples(st.sampled_from(["", "v", "w"]), st.sampled_from(["", "t", "u"])), max_size=12)


@settings(deadline=None)
@given(groups)
def test_folding_loses_nothing_and_keeps_the_order(named: list[tuple[str, str]]) -> None:
    products = [
        product(str(number), variants=variants, twins=twins) for number, (variants, twins) in enumerate(named)
    ]
    found = folded(products)
    assert sorted((one for group in found for one in group), key=products.index) == products
    firsts = [products.index(group[0]) for group in found]
    assert firsts == sorted(firsts)
    for group in found:
        assert [products.index(one) for one in group] == sorted(products.index(one) for one in group)
        # Every one joined because of one that was there before it.
        for place, one in enumerate(group[1:], start=1):
            assert any(groups_of(one) & groups_of(other) for other in group[:place])
    for one, other in ((one, other) for one in found for other in found if one is not other):
        assert not groups_of(one[0]) & groups_of(other[0])


# --- recommendations ----------------------------------------------------------------------------


def recommended(bundle: Bundle, *likes: str, **asked: object) -> list[str]:
    chosen = bundle.products(likes)
    found = recommendations(bundle, likes=chosen, weights=[1.0] * len(chosen), recipe="r", count=10, **asked)
    return [each.product.id for each in found]


def test_recommendations_blend_the_lists_and_leave_out_what_was_seen(bundle: Bundle) -> None:
    # c: 1/63 + 1/62; d: 1/64 + 1/63; b: 1/62 + 1/67; e: 1/65 + 1/64; f: 1/66 + 1/65; g: 1/67 + 1/66, but it
    # is all but the same as p; a and p: 1/61 each.
    assert recommended(bundle, "p", "a") == ["c", "b", "e"]
    assert recommended(bundle, "p", "a", seen=True) == ["c", "b", "e", "g", "a"]


def test_variants_of_what_was_seen_are_not_recommended(bundle: Bundle) -> None:
    assert not {"c", "d", "f"} & set(recommended(bundle, "c"))


def test_what_is_near_the_unwanted_falls_until_nothing_is_left_of_it(bundle: Bundle) -> None:
    likes, less = bundle.products(["p", "a"]), bundle.products(["b"])
    for weights, left in (([1.0, 1.0], ["c", "e"]), ([0.1, 0.1], [])):
        found = recommendations(bundle, likes=likes, weights=weights, less=less, recipe="r", count=9)
        assert [each.product.id for each in found] == left


def test_a_recommendation_says_what_it_is_close_to(bundle: Bundle) -> None:
    likes = bundle.products(["p", "a", "b"])
    first, *_ = recommendations(bundle, likes=likes, weights=[1.0, 0.9, 0.1], recipe="r", count=1)
    assert first.product.id == "c"
    assert [each.id for each in first.because] == ["p", "a"]
    assert all(first.product.id in LISTS[each.id] for each in first.because)
