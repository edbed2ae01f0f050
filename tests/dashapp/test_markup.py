import dash_bootstrap_components as dbc
from dash import html

from dashapp.markup import to_html


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
