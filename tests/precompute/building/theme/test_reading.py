from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bundle.format import BundleError
from bundle.theme import Theme, read_theme
from precompute.building.theme import prepare_theme, theme_beside
from precompute.building.theme.fields import FIELDS
from precompute.shared.errors import UserError

ROOT = Path(__file__).resolve().parents[4]
THEMES = sorted((ROOT / "demo" / "themes").glob("*/theme.toml"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" {0} viewBox="0 0 40 20">{1}</svg>'
LOGO = SVG.format("", '<path d="M0 0h40v20z" fill="#123456"/>')


def write(folder: Path, text: str, **files: str | bytes) -> Path:
    """A theme.toml, and files whose names have _ for their last dot."""
    for name, content in files.items():
        stem, _, ending = name.rpartition("_")
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{stem}.{ending}").write_bytes(data)
    path = folder / "theme.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(UserError) as failure:
        prepare_theme(path)
    text = str(failure.value)
    assert str(path) in text and "\n" not in text and text.endswith((".", "?"))
    return text


def png(width: int = 8, height: int = 4) -> bytes:
    data = BytesIO()
    Image.new("RGBA", (width, height), "red").save(data, "PNG")
    return data.getvalue()


def store(path: Path, folder: Path) -> Theme:
    """The theme as a reader of the bundle finds it."""
    for name, content in prepare_theme(path).files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return read_theme(folder)


@pytest.mark.parametrize("path", THEMES, ids=lambda path: path.parent.name)
def test_the_demos_themes_are_themes(path: Path, tmp_path: Path) -> None:
    prepared = prepare_theme(path)
    theme = store(path, tmp_path)
    assert theme == prepared.theme and len(THEMES) == 3
    for name in theme.stored:
        assert (tmp_path / "theme" / name).is_file()
    assert theme.logos["light"].width > theme.logos["light"].height > 0
    assert all(source.is_file() for source in prepared.sources)


def test_a_bundle_without_a_theme_has_akins(tmp_path: Path) -> None:
    assert read_theme(tmp_path) == Theme()


def test_a_broken_theme_in_a_bundle_is_said(tmp_path: Path) -> None:
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "theme.json").write_text('{"unknown": 1}')
    with pytest.raises(BundleError, match="build it again"):
        read_theme(tmp_path)


def test_it_is_found_beside_the_catalogue(tmp_path: Path) -> None:
    assert theme_beside(tmp_path) is None
    path = write(tmp_path, "")
    assert theme_beside(tmp_path) == theme_beside(tmp_path / "products.csv") == path


def test_every_field_is_taken(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        name = "Ünder & Co"
        logo = { light = "a.svg", dark = "b.png" }
        icon = "a.svg"
        scheme = "dark"
        density = "compact"
        radius = 12
        cards = ["brand"]
        css = "own.css"
        [colours]
        accent = "#8a2be2"
        on_accent = "#ffffff"
        second = { light = "#ffee00", dark = "#333300" }
        page = { light = "#fffdf8", dark = "#101010" }
        [typeface]
        text = ["Avenir Next", "sans-serif"]
        heading_weight = 600
        [header]
        style = "band"
        text = "Hello"
        [about]
        text = "One.\\n\\nTwo."
        [links]
        imprint = "https://shop.example/imprint"
        contact = "mailto:hello@shop.example"
        """,
        a_svg=LOGO,
        b_png=png(),
        own_css="/* mine */ .x { background: url('data:image/png;base64,AA==') }",
    )
    theme = store(path, tmp_path)
    assert (theme.name, theme.scheme, theme.density, theme.header) == (
        "Ünder & Co",
        "dark",
        "compact",
        "band",
    )
    assert theme.cards == ("brand",) and theme.about_text == "One.\n\nTwo."
    assert [(mode, logo.file, logo.width) for mode, logo in sorted(theme.logos.items())] == [
        ("dark", "logo-dark.png", 8),
        ("light", "logo-light.svg", 40),
    ]
    css = (tmp_path / "theme" / "theme.css").read_text()
    for line in (
        "--accent: #8a2be2;",
        "--second: #ffee00;",
        "--round: 0.75rem;",
        '--text: "Avenir Next", sans-serif, var(--text-fallback);',
        "--heading-weight: 600;",
        "/* mine */",
    ):
        assert line in css
    # Without scripts the mode is the dark one.
    assert css.index(':root,\n[data-bs-theme="dark"]') < css.index('[data-bs-theme="light"]')


def test_words_may_be_in_several_languages(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [header]
        text = "Hi!"
        [footer.text]
        de = "Gut."
        fr = "Bien."
        [links]
        shop = "https://shop.example/"
        imprint = { de = "https://shop.example/impressum", en = "https://shop.example/imprint" }
        """,
    )
    theme = store(path, tmp_path)
    said = {code: theme.said_in(code) for code in ("de", "fr", "en", "pl")}
    assert {each.header_text for each in said.values()} == {"Hi!"}
    assert [each.footer_text for each in said.values()] == ["Gut.", "Bien.", "Gut.", "Gut."]
    ends = [each.links["imprint"].rpartition("/")[2] for each in said.values()]
    assert ends == ["impressum", "impressum", "imprint", "impressum"]
    assert all(each.links["shop"] == "https://shop.example/" for each in said.values())


def test_a_theme_of_an_earlier_build_is_read(tmp_path: Path) -> None:
    theme = store(write(tmp_path, '[footer]\ntext = "Hi!"'), tmp_path)
    kept = tmp_path / "theme" / "theme.json"
    content = json.loads(kept.read_text())
    del content["translations"]
    kept.write_text(json.dumps(content))
    assert read_theme(tmp_path) == theme


def test_the_tag_changes_with_every_file(tmp_path: Path) -> None:
    text = 'logo = "a.svg"'
    first = prepare_theme(write(tmp_path, text, a_svg=LOGO)).theme.tag
    assert prepare_theme(write(tmp_path, text)).theme.tag == first
    other = prepare_theme(write(tmp_path, text, a_svg=LOGO.replace("123456", "654321"))).theme.tag
    assert len({first, other, prepare_theme(write(tmp_path, text + "\nradius = 3")).theme.tag}) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[colors]\naccent = "#fff"', "Did you mean colours?"),
        ('[colours]\naccnt = "#fff"', "Did you mean colours.accent?"),
        ('accent = "#fff"', "Did you mean colours.accent?"),
        ('nam = "x"', "Did you mean name?"),
        ("colours = 3", "Expected colours in"),
        ('[colours]\naccent = "red"', "Expected colours.accent in"),
        ('[colours]\naccent = { light = "#a8432a", drak = "#fff" }', "Did you mean colours.accent.dark?"),
        ('[colours]\naccent = { dark = "#fff" }', "to have a value for light"),
        ("radius = 33", "from 0 to 32. Received: 33"),
        ("radius = true", "Expected radius"),
        ("radius = 1.5", "Expected radius"),
        ('cards = ["prise"]', "a list of some of price, brand,"),
        ('density = "dense"', "one of comfortable or compact"),
        ('name = ""', "Expected name"),
        ('name = "a\\nb"', "one line of text"),
        ("[typeface]\ntext = []", "Expected typeface.text"),
        ('[typeface]\ntext = ["a; b"]', "Expected typeface.text"),
        ('[typeface]\ntext = "font.otf"', ".woff2 or .ttf"),
        ('[links]\nimprint = "javascript:alert(1)"', "https://, http:// or mailto:"),
        ('[links]\nimprint = "/imprint"', "Expected links.imprint"),
        ('[footer]\ntext = { en = "a", jp = "b" }', "Received: 'jp'"),
        ('[footer]\ntext = { en = "a", de = 3 }', "Expected footer.text.de"),
        ("[footer]\ntext = {}", "Expected footer.text"),
        ('[links]\nimprint = { german = "https://a.example" }', "Expected links.imprint"),
        ('logo = "logo.gif"', ".svg or .png"),
        ('logo = "none.svg"', "No such file"),
        ("name = ", "is not valid TOML"),
        ('[colours]\npage = "#777777"\ntext = "#888888"', "text (#888888) on the page (#777777)"),
    ],
)
def test_a_field_that_does_not_fit_is_said_in_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    assert said in refused(write(tmp_path, text))


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>1</script>", "the element script"),
        ('<g xmlns:h="http://www.w3.org/1999/xhtml"><h:script/></g>', "the element script"),
        ("<foreignObject/>", "the element foreignobject"),
        ('<path onclick="x()"/>', "the event attribute onclick"),
        ('<set attributeName="onclick" to="x()"/>', "the event attribute onclick"),
        ('<animate attributeName="href" to="javascript:x()"/>', "an animation of href"),
        ('<image href="https://evil.example/a.png"/>', "an external reference"),
        ('<image href="data:image/svg+xml,&lt;svg/&gt;"/>', "an external reference"),
        ('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="//evil.example/#a"/>', "an external reference"),
        ('<path fill="url(https://evil.example/#a)"/>', "url(https://evil.example/#a)"),
        ('<path style="fill: url( //evil.example/#a )"/>', "url(//evil.example/#a)"),
        ("<style>@import 'x'</style>", "@import"),
        ("<style>a { fill: u\\72l(//evil.example) }</style>", "url(//evil.example)"),
        ('<a href="#b"/>', "the element a"),
        ("<?xml-stylesheet href='a.css'?>", "a processing instruction"),
        ("<path>", "it is no XML"),
    ],
)
def test_an_svg_that_is_more_than_a_picture_is_refused(inside: str, said: str, tmp_path: Path) -> None:
    text = refused(write(tmp_path, 'logo = "a.svg"', a_svg=SVG.format("", inside)))
    assert said in text and "'a.svg'" in text and "logo" in text


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format("", "<text>&x;</text>"),
        '<?xml-stylesheet href="//evil.example/a.css"?>' + LOGO,
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "<html/>",
        "no picture",
        SVG.format('width="9000" height="9000"', ""),
        b"",
        "x" * 200_001,
    ],
    ids=range(8),
)
def test_what_is_no_svg_logo_is_refused(content: str, tmp_path: Path) -> None:
    refused(write(tmp_path, 'icon = "a.svg"', a_svg=content))


def test_an_svg_as_programs_draw_it_is_taken(tmp_path: Path) -> None:
    drawn = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="30px"'
        ' height="12">'
        '<defs><linearGradient id="a"/></defs><style>.b { fill: url(#a) }</style><use x:href="#a"/></svg>'
    )
    logo = prepare_theme(write(tmp_path, 'logo = "a.svg"', a_svg=drawn)).theme.logos["light"]
    assert (logo.width, logo.height) == (30, 12)


@pytest.mark.parametrize("content", [b"GIF89a", png(64, 64)[:60], b""], ids=("gif", "cut", "empty"))
def test_what_is_no_png_is_refused(content: bytes, tmp_path: Path) -> None:
    assert "to be an SVG or PNG picture" in refused(write(tmp_path, 'logo = "a.png"', a_png=content))


@pytest.mark.parametrize("name", ["text.woff2", "text.ttf"])
@pytest.mark.parametrize(
    "content", [b"", b"wOF2" + bytes(60), b"\0\1\0\0\0\1" + bytes(9), b"OTTO" + bytes(60)]
)
def test_what_is_no_whole_font_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert "to be a whole font" in refused(write(tmp_path, f'[typeface]\ntext = "{name}"'))


@pytest.mark.parametrize(
    "content",
    [
        '@import "https://evil.example/a.css";',
        "@IMPORT url(a.css)",
        "@im\\70ort 'a.css'",
        ".a { background: url(https://evil.example/a.png) }",
        ".a { background: url('a.png') }",
        ".a { background: image-set('a.png' 1x) }",
        ".a { background: ur/**/l(https://evil.example) }",
        b"\xff\xfe",
        "x" * 64_001,
    ],
    ids=range(9),
)
def test_css_that_loads_something_is_refused(content: str | bytes, tmp_path: Path) -> None:
    text = refused(write(tmp_path, 'css = "own.css"', own_css=content))
    assert "css" in text and "own.css" in text


def test_the_docs_name_every_field_and_no_other() -> None:
    text = (ROOT / "docs" / "themes.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `") and " | " in line]
    names = [name.strip(" `") for row in rows for name in row.split(",")]
    named = [name for name in names if not name.startswith("--")]
    assert sorted(named) == sorted(FIELDS)
