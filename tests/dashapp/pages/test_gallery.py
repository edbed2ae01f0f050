"""The gallery as the server sends it: pages, searches, filters with their counts, and ways on."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bundle import BundleWriter, Product
from bundle.search.synonyms import SynonymRow
from dashapp import create_app
from dashapp.settings import Settings
from tests.dashapp.pages.test_pages import heading, tab_title, titles
from tests.parsed_html import attributes, links_of, one, select, text_of, texts, words
from tests.sample_bundle import sample_products, write_sample_bundle

Shop = Callable[..., FlaskClient]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Serves a catalogue of any products, if wanted with rows of synonyms."""
    numbers = count(1)

    def serve(products: list[Product], *, synonyms: Sequence[SynonymRow] = ()) -> FlaskClient:
        with BundleWriter(tmp_path, generation=f"g{next(numbers)}") as writer:
            writer.write_catalogue(products)
            if synonyms:
                writer.write_synonyms(synonyms, sources=[])
            shards = writer.write_neighbours("lite", [])
            writer.write_report({})
            recipes = [{"name": "lite", "shards": shards, "metric": "cosine", "top": 5}]
            writer.publish(
                {"created": "", "counts": {"products": len(products)}, "recipes": recipes, "title": ""}
            )
        return create_app(Settings(data=tmp_path)).server.test_client()

    return serve


def products(number: int, **fields: Callable[[int], object]) -> list[Product]:
    """Products of which each field is what its function gives for their number."""
    return [
        Product(
            id=f"p{n}",
            images=(),
            **{"title": f"Thing {n}"} | {name: make(n) for name, make in fields.items()},
        )
        for n in range(number)
    ]


def options(html: str, menu: str) -> dict[str, str]:
    """The choices of a menu with their counts."""
    names = select(one(html, f".menu[data-switch={menu}]"), ".option-name")
    return {words(name): "".join(texts(name.getparent(), ".option-count")) for name in names}


def menus(html: str) -> list[str]:
    return attributes(html, ".menu", "data-switch")


def links(html: str, *, named: str) -> list[str]:
    """The addresses of the links whose text is, or begins with, `named`."""
    return [
        link.get("href") for link in select(html, "a[href]") if link.text_content().strip().startswith(named)
    ]


def searched_for(html: str) -> str | None:
    """What stands in the search field."""
    return one(html, "#search").get("value")


def test_gallery_shows_the_first_page(client: FlaskClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert tab_title(response.text) == "Shop & <Co>"
    assert len(titles(response.text)) == 48
    assert "48 of 120 products" in response.text
    assert one(response.text, "html").get("lang") == "en"


def test_pages_hold_every_product_once(client: FlaskClient) -> None:
    pages = [titles(client.get(f"/?page={page}").text) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [48, 48, 24]
    assert len({title for page in pages for title in page}) == 120
    assert "Showing 49–96 of 120" in client.get("/?page=2").text


@pytest.mark.parametrize("page", ["0", "-3", "abc", "", "1.5", "%00", "²"])
def test_a_page_that_makes_no_sense_is_the_first(client: FlaskClient, page: str) -> None:
    response = client.get(f"/?page={page}")
    assert response.status_code == 200
    assert "48 of 120 products" in response.text


@pytest.mark.parametrize("page", ["4", "1000000000", "9" * 5000])
def test_beyond_the_end_says_where_the_end_is(client: FlaskClient, page: str) -> None:
    response = client.get(f"/?q=sample&page={page}")
    assert response.status_code == 404
    assert "There are only 3 pages" in response.text
    assert "/?q=sample&page=3" in attributes(response.text, "a", "href")


def test_search_and_category_narrow_together(client: FlaskClient) -> None:
    response = client.get("/?q=bowl&category=Mugs&utm_source=x")
    assert heading(response.text) == "“bowl” in Mugs"
    assert tab_title(response.text) == "“bowl” in Mugs · Shop & <Co>"
    assert titles(response.text) and all("bowl" in title for title in titles(response.text))
    assert searched_for(response.text) == "bowl"


def test_categories_are_links_with_counts_that_keep_the_search(client: FlaskClient) -> None:
    assert links_of(client.get("/").text)["Mugs 30"] == "/?category=Mugs"
    assert links_of(client.get("/?q=mug&page=1").text)["Mugs 30"] == "/?q=mug&category=Mugs"


def test_page_links_keep_search_and_category(client: FlaskClient) -> None:
    assert attributes(client.get("/").text, "a[rel=next]", "href") == ["/?page=2"]
    assert attributes(client.get("/?q=sample").text, "a[rel=next]", "href") == ["/?q=sample&page=2"]
    assert not select(client.get("/?category=Mugs").text, "[aria-label=Pages]")


@pytest.mark.parametrize(
    "query",
    [
        "q=zeppelin",
        "category=Nowhere",
        "brand=%3Cb%3Enobody%3C/b%3E",
        "q=%22%2A%20OR%20(",
        "q=zeppelin&category=Mugs",
    ],
)
def test_nothing_found_is_friendly_and_has_a_way_out(client: FlaskClient, query: str) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == 200
    assert heading(response.text) == "Nothing found"
    assert links_of(response.text)["Show all products"] == "/"


def test_every_filter_shows_its_choices_with_their_counts(client: FlaskClient) -> None:
    html = client.get("/").text
    assert menus(html) == ["sort", "brand", "colour", "tag", "price"]
    assert options(html, "brand") == dict.fromkeys(["Nord", "O'Neill & <Co>", "Straße 9", "Älva"], "24")
    assert options(html, "tag")["<b>eco</b>"] == "40"
    assert list(options(html, "colour"))[:3] == ["black", "grey", "white"]
    assert attributes(html, ".price-form input[placeholder]", "placeholder") == ["12.50", "130.50"]


def test_counts_hold_under_the_other_filters_and_not_their_own(client: FlaskClient) -> None:
    html = client.get("/?brand=Nord&tag=new").text
    sample = [product for product, _ in sample_products()]
    both = [product for product in sample if product.brand == "Nord" and "new" in product.tags]
    assert text_of(html, ".count") == f"{len(both)} products"
    assert options(html, "brand")["Älva"] == str(
        sum(product.brand == "Älva" and "new" in product.tags for product in sample)
    )
    assert options(html, "tag")["<b>eco</b>"] == str(
        sum(product.brand == "Nord" and "<b>eco</b>" in product.tags for product in sample)
    )


def test_a_choice_is_a_link_that_adds_itself_and_then_takes_itself_away(client: FlaskClient) -> None:
    html = client.get("/?brand=Nord").text
    assert links(html, named="Älva") == ["/?brand=Nord&brand=%C3%84lva"]
    assert links(html, named="Nord") == ["/"]
    assert links(html, named="Remove filter Nord") == ["/"]
    chosen = attributes(html, "[data-switch=brand] .option[aria-current=true]", "data-option")
    assert chosen == ["Nord"]


def test_active_filters_are_chips_that_remove_one_or_all(client: FlaskClient) -> None:
    html = client.get("/?q=sample&category=Mugs&brand=Nord&colour=red&stock=in&min=10&max=90").text
    start = "/?q=sample&category=Mugs"
    assert links(html, named="Remove filter Nord") == [f"{start}&colour=red&stock=in&min=10&max=90"]
    assert links(html, named="Remove filter red") == [f"{start}&brand=Nord&stock=in&min=10&max=90"]
    assert links(html, named="Remove filter In stock") == [f"{start}&brand=Nord&colour=red&min=10&max=90"]
    price = links(html, named="Remove filter Price €10.00 to €90.00")
    assert price == [f"{start}&brand=Nord&colour=red&stock=in"]
    assert links(html, named="Clear all") == [start]
    assert links(client.get("/?category=Mugs").text, named="Clear all") == []


def test_categories_open_downwards_and_lead_back_up(shop: Shop) -> None:
    paths = ["Home > Kitchen > Mugs", "Home > Kitchen > Bowls", "Home > Bedroom", "Home > Kitchen"]
    client = shop(products(8, category=lambda n: paths[n % 4]))
    html = client.get("/").text
    # All are in Home, so the choice begins below it.
    assert links(html, named="Kitchen") == ["/?category=Home%20%3E%20Kitchen"]
    assert links(html, named="Mugs") == []
    html = client.get("/?category=Home%20%3E%20Kitchen").text
    assert heading(html) == "Kitchen"
    assert "6 products" in html
    assert links(html, named="Mugs 2") == ["/?category=Home%20%3E%20Kitchen%20%3E%20Mugs"]
    html = client.get("/?category=Home%20%3E%20Kitchen%20%3E%20Mugs").text
    assert links(html, named="Bowls 2") == ["/?category=Home%20%3E%20Kitchen%20%3E%20Bowls"]
    assert "/?category=Home%20%3E%20Kitchen" in links(html, named="Kitchen")
    assert links(html, named="Home") == ["/?category=Home"]


def test_very_many_categories_are_a_menu(shop: Shop) -> None:
    client = shop(products(40, category=lambda n: f"Category {n % 20:02}"))
    html = client.get("/").text
    assert menus(html)[1] == "category"
    assert len(options(html, "category")) == 10
    assert links(html, named="Show all 20") == ["/?all=category"]
    assert len(options(client.get("/?all=category").text, "category")) == 20


def test_long_lists_unfold_and_keep_what_is_chosen_in_sight(shop: Shop) -> None:
    client = shop(products(90, brand=lambda n: f"Brand {min(n % 30, n % 20):02}"))
    html = client.get("/").text
    shown = options(html, "brand")
    assert len(shown) == 10
    counts = [int(count) for count in shown.values()]
    assert counts == sorted(counts, reverse=True)
    everything = options(client.get(links(html, named="Show all")[0]).text, "brand")
    assert len(everything) == 20
    assert links(client.get("/?all=brand").text, named="Show all") == []
    last = list(everything)[-1]
    assert last in options(client.get(f"/?brand={last}").text, "brand")


def test_a_list_that_no_page_could_hold_says_how_much_it_shows(shop: Shop) -> None:
    client = shop(products(1000, brand=lambda n: f"Brand {n:03}"))
    assert links(client.get("/").text, named="Show 400 of 1,000") == ["/?all=brand"]
    shown = options(client.get("/?all=brand&brand=Brand%20999").text, "brand")
    assert len(shown) == 401 and "Brand 999" in shown


def test_what_has_no_or_one_value_has_no_control(shop: Shop) -> None:
    assert menus(shop(products(3)).get("/").text) == ["sort"]
    client = shop(
        products(
            3, brand=lambda n: "One", price=lambda n: 5.0, in_stock=lambda n: True, tags=lambda n: ("x",)
        )
    )
    html = client.get("/").text
    assert menus(html) == ["sort"]
    assert not select(html, "[data-switch=stock]")
    assert menus(shop(products(1)).get("/").text) == []


def test_orders_are_those_that_the_catalogue_has(client: FlaskClient, shop: Shop) -> None:
    everything = [
        "Featured",
        "Name",
        "Price, low to high",
        "Price, high to low",
        "Most popular",
        "Surprise me",
    ]
    assert list(options(client.get("/").text, "sort")) == everything
    assert "Best match" in options(client.get("/?q=mug").text, "sort")
    assert list(options(shop(products(3)).get("/").text, "sort")) == ["Featured", "Name", "Surprise me"]


def test_an_order_stands_in_the_address_and_holds_on_the_next_page(client: FlaskClient) -> None:
    html = client.get("/?sort=price-down&brand=Nord").text
    assert text_of(html, ".order summary") == "Sort: Price, high to low"
    assert titles(html)[0] == "Sample bowl 115"
    html = client.get("/?sort=shuffle&seed=7").text
    assert links(html, named="Next") == ["/?sort=shuffle&seed=7&page=2"]
    assert links(html, named="Shuffle again") == ["/?sort=shuffle&seed=8"]
    pages = [titles(client.get(f"/?sort=shuffle&seed=7&page={page}").text) for page in (1, 2, 3)]
    assert len({title for page in pages for title in page}) == 120


def test_prices_are_a_form_that_keeps_everything_else(client: FlaskClient) -> None:
    html = client.get("/?q=sample&brand=Nord&brand=%C3%84lva&min=20&sort=name&page=1").text
    form = one(html, "form.price-form")
    kept = [(field.get("name"), field.get("value")) for field in select(form, "input[type=hidden]")]
    assert kept == [("q", "sample"), ("brand", "Nord"), ("brand", "Älva"), ("sort", "name")]
    assert form.get("action") == "/" and one(form, "#price-min").get("value") == "20"
    assert select(form, "[type=submit]")


def test_prices_in_several_currencies_are_never_mixed(shop: Shop) -> None:
    client = shop(
        products(
            9, price=lambda n: 10.0 + n, currency=lambda n: "EUR" if n < 6 else "CHF", title=lambda n: f"{n}"
        )
    )
    assert titles(client.get("/?min=14&max=99").text) == ["4", "5"]
    html = client.get("/").text
    assert options(html, "price") == {"EUR": "6", "CHF": "3"}
    html = client.get("/?currency=CHF&min=17").text
    assert titles(html) == ["7", "8"]
    assert "CHF\xa017.00" in html
    assert titles(client.get("/?sort=price-down").text) == list("543210876")


def test_a_first_visit_is_told_what_is_special_below_the_first_row(client: FlaskClient) -> None:
    html = client.get("/").text
    told = one(html, ".product-grid > .start")
    ways = [link.get("href") for link in told.iterdescendants("a")]
    products = [way for way in ways if "/product/" in way]
    # A product of the page, and some that look like it.
    assert len(products) == len(set(products)) > 1
    shown = attributes(client.get(products[0]).text, "section .card-name", "href")
    assert products[0] in attributes(html, ".card-name", "href") and set(products[1:]) <= set(shown)
    assert links(told, named="See the map") == ["/map"]
    assert all(image.get("loading") == "lazy" for image in told.iterdescendants("img"))


@pytest.mark.parametrize("address", ["/?page=2", "/?q=cup", "/?sort=price", "/?stock=in"])
def test_who_asks_for_something_gets_just_that(client: FlaskClient, address: str) -> None:
    html = client.get(address).text
    assert select(html, ".product-card") and not select(html, ".start")


def test_small_pictures_are_offered_and_the_later_ones_wait(client: FlaskClient) -> None:
    images = select(client.get("/").text, ".product-card img")
    assert [image.get("loading") for image in images] == [None] * 6 + ["lazy"] * 42
    small, width = images[0].get("srcset").split(", ")[0].split(" ")
    assert width == "45w"
    assert client.get(small).mimetype == "image/webp"


@given(
    arguments=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "q",
                    "exact",
                    "category",
                    "brand",
                    "tag",
                    "colour",
                    "stock",
                    "sale",
                    "min",
                    "max",
                    "currency",
                    "sort",
                    "seed",
                    "all",
                    "page",
                ]
            ),
            st.text(max_size=20)
            | st.integers().map(str)
            | st.sampled_from(["Nord", "mug", "shuffle", "in", "on"]),
        ),
        max_size=6,
    )
)
def test_no_arguments_are_an_error_of_the_server(client: FlaskClient, arguments: list) -> None:
    cleaned = [(name, value.encode(errors="replace").decode()) for name, value in arguments]
    assert client.get("/", query_string=cleaned).status_code in (200, 404)


@pytest.mark.parametrize(
    ("search", "status"),
    [
        ("?brand=%00&category=\x00", 200),
        ("?q=" + "x" * 10_000, 200),
        # Half of a character, which no browser sends.
        ("?q=\ud800", 400),
        ("?min=\udfff", 400),
    ],
)
def test_nothing_that_a_script_may_send_fails(client: FlaskClient, search: str, status: int) -> None:
    inputs = [
        {"id": "address", "property": name, "value": value}
        for name, value in (("pathname", "/"), ("search", search))
    ]
    output = {"output": "page.children", "outputs": {"id": "page", "property": "children"}, "inputs": inputs}
    output["state"] = [{"id": "language", "property": "data", "value": "en"}]
    assert client.post("/_dash-update-component", json=output).status_code == status


def test_html_in_what_is_filtered_by_stays_text(client: FlaskClient) -> None:
    html = client.get("/?brand=%3Cscript%3Ealert(1)%3C/script%3E&tag=%3Cb%3Eeco%3C/b%3E").text
    assert not select(html, "main b, main script")
    assert "<script>alert(1)</script>" in text_of(html, "main") and "<b>eco</b>" in text_of(html, "main")


def test_the_header_leads_to_the_pages_that_there_are(client: FlaskClient, shop: Shop) -> None:
    html = client.get("/quality").text
    assert links(html, named="For you") == ["/for-you"]
    assert set(attributes(html, "a[aria-current=page]", "href")) == {"/quality"}
    assert links(html, named="About") == ["/about"]
    assert links(shop(products(3)).get("/").text, named="Map") == []


def test_the_map_is_in_the_header_where_the_bundle_has_one(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=3)
    html = create_app(Settings(data=tmp_path)).server.test_client().get("/map").text
    assert links(html, named="Map") == ["/map"]
    assert set(attributes(html, "a[aria-current=page]", "href")) == {"/map"}
