from pathlib import Path

import dash_bootstrap_components as dbc
from dash import html

from bundle import ProductImage
from dashapp.parts.components import picture
from dashapp.parts.markup import to_html
from dashapp.settings import Settings
from dashapp.site import open_site


def test_text_and_attributes_are_escaped() -> None:
    component = html.A("<i> & \"'", href="/?a=1&b=\"'<>", title="</a>")
    assert to_html(component) == (
        '<a href="/?a=1&amp;b=&quot;&#x27;&lt;&gt;" title="&lt;/a&gt;">&lt;i&gt; &amp; &quot;&#x27;</a>'
    )


def test_names_numbers_and_switches() -> None:
    component = html.Div(
        [html.Label("x", htmlFor="y"), None, html.Br(), 5], className="c", tabIndex=0, hidden=True, key="k"
    )
    assert to_html(component) == '<div class="c" hidden tabindex="0"><label for="y">x</label><br>5</div>'


def test_an_input_of_bootstrap_is_an_input() -> None:
    assert to_html(dbc.Input(id="n", type="range", min=5)) == '<input id="n" min="5" type="range">'


def test_names_that_html_writes_in_small_letters() -> None:
    image = html.Img(src="a.webp", srcSet="b.webp 45w, a.webp 90w", sizes="12rem")
    assert to_html(image) == '<img sizes="12rem" src="a.webp" srcset="b.webp 45w, a.webp 90w">'


def test_a_picture_that_waits_says_so_to_dash_too(data: Path) -> None:
    site = open_site(Settings(data=data))
    image = ProductImage("0" * 64, 91, 120)
    tile = picture(site, image, alt="x", sizes="12rem", lazy=True)
    assert 'loading="lazy"' in to_html(tile)
    properties = tile["props"]["children"][0]["props"]
    # Some browsers begin to fetch with the address, so they have to know before.
    assert next(iter(properties)) == "loading"
    assert f"{'0' * 64}.small.webp 46w, " in properties["srcSet"]
    assert "loading" not in to_html(picture(site, image, alt="x"))
