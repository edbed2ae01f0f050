"""The addresses and file names of a static site."""

from __future__ import annotations

import json
import re

import pytest

from dashapp.addresses import GalleryQuery, compare_href, for_you_href, href_of, product_href, written_by
from dashapp.document.static_addresses import NotOnStaticSite, StaticAddresses, file_name, file_of
from tests.javascript.conftest import run_node

ODD = [
    *(
        "a",
        "A",
        "aB",
        "Ab",
        "AB",
        "a/b",
        "a b",
        "a%20b",
        "..",
        ".",
        "...",
        "a.b",
        ".a",
        "a.",
        "con",
        "CON",
        "nul.txt",
    ),
    *("ä", "a\u0308", "Ä", "日本", "😀", "x\ny", "a~b", "~", "a~~1", "a+b", "a_b", "a-b", "com1", "x" * 500),
    *("X" * 500, "x" * 180, "x" * 181, "ü" * 300, "?", "#", "a\\b", "a:b", "index.html"),
]


def test_no_two_names_are_the_same_even_where_case_does_not_count():
    names = [file_name(text) for text in ODD]
    assert len({name.lower() for name in names}) == len(ODD)
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize("text", ODD)
def test_names_are_safe_on_every_system(text):
    for part in file_name(text).split("/"):
        assert re.fullmatch(r"[a-z0-9._~-]{1,181}", part)
        assert part.strip(".") == part and part.split(".")[0] not in ("con", "nul", "com1")


def test_no_name_is_a_folder_that_another_lies_in():
    names = [file_name(text) for text in ODD]
    assert not [(one, two) for one in names for two in names if two.startswith(f"{one}/")]


def test_scripts_make_the_same_names():
    program = (
        "import { fileName } from './assets/static-names.js';"
        f"console.log(JSON.stringify({json.dumps(ODD)}.map(fileName)));"
    )
    done = run_node("--input-type=module", "-e", program)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [file_name(text) for text in ODD]


@pytest.mark.parametrize("below", ["", "/look"])
def test_pages_have_addresses_of_their_own(below):
    with written_by(StaticAddresses(below)):
        found = [
            GalleryQuery().href,
            GalleryQuery(page=2).href,
            GalleryQuery.of(category="Home > Big mugs").href,
            GalleryQuery.of(brands=("Nord",)).href,
            product_href("A/1"),
            product_href(".."),
            product_href("a", recipe="colour"),
            compare_href("a", recipes="one,two"),
            for_you_href(likes=["a", "b"]),
            href_of("/about"),
            href_of("/map", recipe="x"),
            href_of("/quality", list="hubs", page="2"),
            href_of("/assets/akin.css", v="12"),
        ]
    assert [address.removeprefix(below) for address in found] == [
        "/",
        "/page/2/",
        "/category/home~~1/big~20mugs~~1/",
        "/search/?brand=Nord",
        "/product/a~2f1~~1/",
        "/product/~2e~2e/",
        "/product/a/colour/",
        "/compare/a/one+two/",
        "/for-you/?like=a&like=b",
        "/about/",
        "/map/of/x/",
        "/quality/list/hubs/2/",
        "/assets/akin.css?v=12",
    ]
    assert all(address.startswith(f"{below}/") for address in found)


def test_what_no_file_answers_has_no_address():
    with written_by(StaticAddresses()), pytest.raises(NotOnStaticSite):
        product_href("a", shown=5)


def test_a_hosts_file_for_an_address():
    assert [file_of("/"), file_of("/a/?b"), file_of("/x.js?v=1")] == ["index.html", "a/index.html", "x.js"]
