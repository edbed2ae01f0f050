"""The map's page, and what its script asks the server for."""

import gzip
import json
import re
from array import array
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bundle import Bundle, Query
from bundle.search.query import Filters, category_name, category_path
from dashapp import create_app
from dashapp.addresses import product_href
from dashapp.http.assets import ASSETS
from dashapp.http.map_data import COLOURS, MOST, groups_of, map_tag
from dashapp.pages import map as map_module
from dashapp.settings import Settings
from tests.parsed_html import attributes, links_of, one, select, text_of
from tests.sample_bundle import HTML_TITLE, RECIPES, write_sample_bundle
from tests.sample_report import COLUMNS, EDGE, STEP


@pytest.fixture
def bundle(data: Path) -> Bundle:
    return Bundle.open(data)


def address(bundle: Bundle, rest: str) -> str:
    return f"/map/{map_tag(bundle)}/{rest}"


def asked(client: FlaskClient, bundle: Bundle, positions: str) -> list[dict[str, Any]]:
    response = client.get(address(bundle, f"products?positions={positions}"))
    assert response.status_code == 200
    return json.loads(response.text)


def legend(html: str) -> list[tuple[str, str]]:
    return [(group.get("data-name"), text_of(group, ".chip-count")) for group in select(html, "[data-name]")]


def test_the_page_names_its_points_and_its_groups(client: FlaskClient, bundle: Bundle) -> None:
    response = client.get("/map")
    assert response.status_code == 200
    assert text_of(response.text, "title") == "Map · Shop & <Co>"
    assert attributes(response.text, "[data-points]", "data-points") == [address(bundle, "points")]
    counts: dict[str, int] = {}
    for category, count in bundle.categories():
        name = category_name(category_path(category))
        counts[name] = counts.get(name, 0) + count
    assert dict(legend(response.text)) == {name: str(count) for name, count in counts.items()}
    assert not select(response.text, "plates")
    assert one(response.text, "[role=application]").get("tabindex") == "0"


def test_a_search_and_filters_say_which_products_are_not_dimmed(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get("/map?q=mug&stock=in&category=Mugs").text
    (href,) = attributes(html, "[data-matching]", "data-matching")
    said = client.get(href)
    meant = bundle.page(Query("mug", filters=Filters(category="Mugs", in_stock=True)), limit=200).products
    everything = bundle.page(limit=200).products
    assert [each for each, flag in zip(everything, said.data, strict=True) if flag] == list(
        bundle.products_among([each.id for each in everything if each in meant], Filters())
    )
    assert 0 < len(meant) < bundle.count and len(said.data) == bundle.count
    assert f"{len(meant)} products for “mug”; the others are dimmed." in text_of(html, ".count")
    assert links_of(html)["See them as a list"] == "/?q=mug&category=Mugs&stock=in"
    assert one(html, "#search").get("value") == "mug"
    assert attributes(client.get("/map").text, "[data-matching]", "data-matching") == [""]
    assert client.get(address(bundle, "matching")).data == bytes([1]) * bundle.count


def test_a_search_that_finds_nothing_dims_all(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get("/map?q=nothing+of+the+kind").text
    assert "See them as a list" not in links_of(html) and links_of(html)["Show all again"] == "/map"
    assert not any(client.get(address(bundle, "matching?q=nothing+of+the+kind")).data)


def test_points_are_the_places_and_groups_in_the_catalogues_order(
    client: FlaskClient, bundle: Bundle
) -> None:
    response = client.get(address(bundle, "points"))
    assert response.status_code == 200
    numbers = array("H", response.data)
    x, y, group = (numbers[column * 120 : (column + 1) * 120] for column in range(3))
    assert list(x) == [EDGE + STEP * (number % COLUMNS) for number in range(120)]
    assert list(y) == [EDGE + STEP * (number // COLUMNS) for number in range(120)]
    names = ["", *(name for name, _ in legend(client.get("/map").text))]
    products = bundle.products_at(range(120))
    expected = [category_name(category_path(products[number].category)) for number in range(120)]
    assert [names[number] for number in group] == expected
    assert "" in expected


def test_answers_may_be_kept_for_good_and_points_travel_compressed(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=200)
    bundle, client = Bundle.open(tmp_path), create_app(Settings(data=tmp_path)).server.test_client()
    plain = client.get(address(bundle, "points"))
    packed = client.get(address(bundle, "points"), headers={"Accept-Encoding": "gzip"})
    assert (
        "immutable" in plain.headers["Cache-Control"] and "max-age=31536000" in plain.headers["Cache-Control"]
    )
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data) == plain.data
    assert "immutable" in client.get(address(bundle, "products?positions=1")).headers["Cache-Control"]


def test_products_are_those_at_the_positions(client: FlaskClient, bundle: Bundle) -> None:
    records = asked(client, bundle, "7,1,119,500")
    products = bundle.products_at([1, 7, 119])
    assert [(record["position"], record["title"]) for record in records] == [
        (position, products[position].title) for position in (1, 7, 119)
    ]
    assert records[0]["title"] == HTML_TITLE
    assert [record["href"] for record in records] == [product_href(products[at].id) for at in (1, 7, 119)]
    for record in records:
        image = client.get(record["image"])
        assert image.status_code == 200 and image.mimetype == "image/webp"
        assert record["image"].endswith(".small.webp")


def test_a_product_is_opened_under_the_recipe_of_its_map(client: FlaskClient, bundle: Bundle) -> None:
    response = client.get(address(bundle, f"products?recipe={RECIPES[1].name}&positions=0"))
    assert json.loads(response.text)[0]["href"] == product_href("plain", recipe=RECIPES[1].name)


@pytest.mark.parametrize(
    "positions", ["", "x", "-1", "1,,2", "²", "1e3", "9" * 30, ",".join(["1"] * (MOST + 1))]
)
def test_positions_that_are_none_are_refused(client: FlaskClient, bundle: Bundle, positions: str) -> None:
    response = client.get(address(bundle, f"products?positions={positions}"))
    assert response.status_code == 400
    assert f"1 to {MOST} numbers" in response.text
    assert "immutable" not in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize("rest", ["points", "products?positions=1"])
def test_another_bundles_tag_says_that_the_catalogue_has_changed(client: FlaskClient, rest: str) -> None:
    response = client.get(f"/map/000000000000/{rest}")
    assert response.status_code == 404
    assert "load the page again" in response.text


@pytest.mark.parametrize(("recipe", "reason"), [("far", "has no map"), ("nothing", "no such list")])
def test_a_recipe_without_a_map_has_no_points(
    client: FlaskClient, bundle: Bundle, recipe: str, reason: str
) -> None:
    response = client.get(address(bundle, f"points?recipe={recipe}"))
    assert response.status_code == 404 and reason in response.text


def test_a_catalogue_without_a_map_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_module, "is_mapped", lambda bundle, recipe: False)
    response = client.get("/map")
    assert response.status_code == 404
    assert "There is no map" in response.text and links_of(response.text)["See all products"] == "/"


def test_without_a_bundle_there_is_no_map(tmp_path: Path) -> None:
    client = create_app(Settings(data=tmp_path)).server.test_client()
    assert client.get("/map").status_code == 503
    assert client.get("/map/000000000000/points").status_code == 404


def test_categories_are_cut_to_as_many_parts_as_there_are_colours_for() -> None:
    many = [(f"Home > Room {number // 4} > Thing {number}", 1 + number % 4) for number in range(24)]
    rooms = groups_of(many)
    assert sorted(rooms) == [f"Home > Room {number}" for number in range(6)]
    assert sum(rooms.values()) == sum(count for _, count in many)
    # One group alone says nothing: then there are more than colours.
    things = groups_of([(f"Home > Thing {number:02}", number) for number in range(1, COLOURS + 5)])
    assert len(things) == COLOURS + 4 and next(iter(things)) == f"Home > Thing {COLOURS + 4}"
    assert groups_of([("Mugs", 3), ("Bowls", 5)]) == {"Bowls": 5, "Mugs": 3}
    assert groups_of([("Mugs", 3)]) == {"Mugs": 3}
    assert groups_of([]) == {}
    assert groups_of([("Home", 2), ("Home > Mugs", 3), ("Garden", 1)]) == {
        "Home > Mugs": 3,
        "Home": 2,
        "Garden": 1,
    }


# --- colours ---------------------------------------------------------------------------------------

# How people see who lack one kind of cones: Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
_SIGHTS = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# Oklab: https://bottosson.github.io/posts/oklab
_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def times(matrix: tuple, vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def linear(colour: str) -> list[float]:
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]


def oklab(colour: str, sight: str) -> list[float]:
    seen = [min(max(value, 0), 1) for value in times(_SIGHTS[sight], linear(colour))]
    return times(_OKLAB, [value ** (1 / 3) for value in times(_CONES, seen)])


def contrast(one: str, other: str) -> float:
    lights = sorted(
        sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) for c in (one, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize(("mode", "paper"), [("light", "#ffffff"), ("dark", "#171513")])
def test_colours_differ_for_every_eye_and_stand_out_from_the_paper(mode: str, paper: str) -> None:
    style = (ASSETS / "map.css").read_text()
    block = re.search(rf'\[data-bs-theme="{mode}"\] \{{(.*?)\}}', style, flags=re.S).group(1)
    colours = dict(re.findall(r"--map-(\w+): (#[0-9a-f]{6});", block))
    assert set(colours) == {"rest", *map(str, range(1, COLOURS + 1))}
    for name, colour in colours.items():
        assert name == "rest" or contrast(colour, paper) >= 3, name
    for sight in _SIGHTS:
        for this, other in combinations(colours, 2):
            # 0.02 is about what can just be seen.
            distance = (
                sum(
                    (a - b) ** 2
                    for a, b in zip(oklab(colours[this], sight), oklab(colours[other], sight), strict=True)
                )
                ** 0.5
            )
            assert distance > 0.09, (sight, this, other)
