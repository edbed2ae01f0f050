"""Microdata, JSON-LD and Open Graph as pages write them: nested, referred to, damaged."""

from __future__ import annotations

import pytest

from precompute.collect.readers.markup import MICRODATA, RDFA, parse_page, read_items
from precompute.collect.readers.open_graph import first
from precompute.collect.readers.structured import read_structured

PAGE = "https://shop.example/mugs/blue"


def items(page: str):
    return read_items(parse_page(page), PAGE, MICRODATA).top


def structured(page: str):
    return read_structured(parse_page(page), PAGE)


def one(inside: str):
    (item,) = items(f"<div itemscope itemtype='https://schema.org/Product'>{inside}</div>")
    return item


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("<h1 itemprop=x> A <b>blue</b>\n mug<script>1</script></h1>", "A blue mug"),
        ("<meta itemprop=x content=12.50>", "12.50"),
        ("<meta itemprop=x>", ""),
        ("<img itemprop=x src='../a b.jpg'>", "https://shop.example/a b.jpg"),
        ("<img itemprop=x>", ""),
        ("<a itemprop=x href=' /mugs '>Mugs</a>", "https://shop.example/mugs"),
        ("<a itemprop=x href='http://[broken'>Mugs</a>", "http://[broken"),
        ("<link itemprop=x href=https://schema.org/InStock>", "https://schema.org/InStock"),
        ("<object itemprop=x data=film.mp4></object>", "https://shop.example/mugs/film.mp4"),
        ("<data itemprop=x value=7>seven</data>", "7"),
        ("<data itemprop=x>seven</data>", "seven"),
        ("<meter itemprop=x value=4.5>4½ stars</meter>", "4.5"),
        ("<time itemprop=x datetime=2026-05-01>May</time>", "2026-05-01"),
        ("<time itemprop=x>May</time>", "May"),
        ("<span itemprop=x content=EUR>€</span>", "EUR"),
        ("<span itemprop=x content=''>€</span>", "€"),
    ],
)
def test_the_value_of_an_element(element, value):
    assert one(element)["x"] == [value]


def test_an_item_has_its_types_and_its_name():
    assert one("")["@type"] == ["https://schema.org/Product"]
    (item,) = items("<p itemscope itemid='urn:1' itemtype='https://schema.org/A  https://schema.org/B'></p>")
    assert (item["@type"], item["@id"]) == (["https://schema.org/A", "https://schema.org/B"], "urn:1")


def test_several_values_are_a_list_and_several_names_share_one():
    item = one("<p itemprop='name title'>Mug</p><p itemprop=color>Red</p><p itemprop=color>Blue</p>")
    assert (item["name"], item["title"], item["color"]) == (["Mug"], ["Mug"], ["Red", "Blue"])


def test_an_item_inside_is_a_value_and_its_properties_are_its_own():
    offer = "<div itemprop=offers itemscope><i itemprop=price>12</i></div>"
    item = one(f"<section>{offer}</section><i itemprop=name>Mug</i>")
    assert item["offers"][0]["price"] == ["12"]
    assert "price" not in item and item["name"] == ["Mug"]


def test_an_item_inside_that_is_no_property_stands_by_itself():
    inside = "<i itemscope><b itemprop=name>2</b></i>"
    outer, inner = items(f"<div itemscope><p itemprop=name>1{inside}</p></div>")
    assert (outer["name"], inner["name"]) == (["12"], ["2"])


def test_what_an_item_refers_to_is_its_own():
    page = """<p id=a><i itemprop=name>Mug</i></p>
      <div itemscope itemref="a b nowhere"></div>
      <p id=b itemprop=offers itemscope><i itemprop=price>12</i></p>"""
    item = next(each for each in items(page) if "name" in each)
    assert (item["name"], item["offers"][0]["price"]) == (["Mug"], ["12"])


def test_items_that_refer_to_each_other_come_to_an_end():
    pair = (f"<p itemscope id={a} itemprop=x itemref={b}></p>" for a, b in ("ab", "ba"))
    found = items(f"<div>{''.join(pair)}</div>")
    assert len(found) == 2 and all("x" not in each["x"][0] for each in found)


def test_items_deep_inside_each_other_are_all_read():
    depth = 100
    found = items("<div itemscope itemprop=x>" * depth + "<b itemprop=name>deepest</b>" + "</div>" * depth)

    def count(item) -> int:
        return 1 + (count(item["x"][0]) if "x" in item else 0)

    assert sum(map(count, found)) == depth
    assert "deepest" in repr(found)


@pytest.mark.parametrize(
    "written",
    [
        '{"name": "A"}',
        '[{"name": "A",}, ]',
        '<!-- data of the page -->{"name": "A"}',
        '//<![CDATA[\n{"name": "A"}\n//]]>',
        '{/* the name */ "name": "A", // all of it\n}',
        '{"name": "A", /* the last */ }',
    ],
)
def test_json_is_read_as_pages_write_it(written):
    page = f"<html><head><script type='application/ld+json; charset=utf-8'>{written}</script></head></html>"
    assert structured(page).nodes[0] == [{"name": "A"}]


@pytest.mark.parametrize("text", ["https://a/b", "/* no comment */", ",}", '\\",}//', "<!-- -->", "a\nb"])
def test_what_looks_like_a_mistake_inside_a_string_stays(text):
    page = f'<script type=\'application/ld+json\'>{{"name": "{text}",}}</script>'
    (node,) = structured(page).nodes[0]
    assert node["name"] == text.replace("\\", "")


LONG = 200_000


@pytest.mark.parametrize("damage", ['{"name": ', '"' + '\\"' * LONG, "/*" * LONG, "," * LONG, "{" * LONG])
def test_a_damaged_script_costs_no_other(damage):
    scripts = (f"<script type='application/ld+json'>{each}</script>" for each in (damage, '{"name": "A"}'))
    assert structured(f"<html><body>{''.join(scripts)}</body></html>").nodes[0] == [{"name": "A"}]


def test_open_graph_is_read_where_the_parser_ends_the_head_early():
    page = """<html><head><meta property="og:title" content=" Mug "><img src=pixel.gif>
      <meta property="Product:Price:Amount" content="12"></head><body></body></html>"""
    found = structured(page).meta
    assert found == [("og:title", "Mug"), ("product:price:amount", "12")]
    assert first(found, "og:price:amount", "product:price:amount") == "12"


def test_rdfa_has_the_same_form():
    page = """<div vocab="https://schema.org/" typeof="Product"><b property="name">Mug</b>
      <p rel="offers" typeof="Offer"><i property="schema:price" content="12">x</i></p></div>"""
    (item,) = read_items(parse_page(page), PAGE, RDFA).top
    assert (item["name"], item["offers"][0]["price"]) == (["Mug"], ["12"])
