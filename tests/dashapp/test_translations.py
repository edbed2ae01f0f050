"""Every visible text is translated: in a language that nobody speaks, none of it stays English."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement

from bundle import Bundle
from bundle.search.query import category_path
from dashapp import create_app
from dashapp.language import catalogues
from dashapp.language.po_files import Entry, read_po
from dashapp.settings import Settings
from tests.parsed_html import parse
from tests.sample_bundle import write_sample_bundle
from tests.small_bundle import write_small_bundle

LOCALES = Path(catalogues.__file__).parent / "locales"
ROOT = Path(__file__).resolve().parents[2]
NOBODY = "xx"

_ACCENTS = str.maketrans("aceinosuyACEINOSUY", "åçéîñøšüýÅÇÉÎÑØŠÜÝ")
_PLACES = re.compile(r"(\{\w*\})")
_SAID = re.compile(r"⟦[^⟦⟧]*(?:⟧|$)|^[^⟦⟧]*⟧")
"""What is said; a link in the middle of a sentence has the rest of it in other texts."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_CLDR = re.compile(r"and|or|\d+ May 2025")
"""What the language takes from CLDR, here that of English."""

_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt", "content", "data-private")
_UNSEEN = {"script", "style", "code", "kbd", "svg"}


def pseudo(message: str) -> str:
    """A message in the language that nobody speaks; what is in braces stays."""
    return (
        "⟦"
        + "".join(
            part if _PLACES.fullmatch(part) else part.translate(_ACCENTS) for part in _PLACES.split(message)
        )
        + "⟧"
    )


def _block(entry: Entry) -> str:
    quote = json.dumps
    lines = [f"#: {' '.join(entry.files)}"]
    lines += [f"msgctxt {quote(entry.context)}"] if entry.context else []
    lines += [f"msgid {quote(entry.id)}"]
    if not entry.plural:
        return "\n".join([*lines, f"msgstr {quote(pseudo(entry.id))}"])
    lines += [f"msgid_plural {quote(entry.plural)}", f"msgstr[0] {quote(pseudo(entry.id))}"]
    return "\n".join([*lines, f"msgstr[1] {quote(pseudo(entry.plural))}"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The language that nobody speaks, and a bundle."""
    folder = tmp_path_factory.mktemp("nobody")
    entries = [entry for entry in read_po(LOCALES / "messages.pot") if entry.id]
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    header += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"'
    (folder / f"{NOBODY}.po").write_text("\n\n".join([header, *map(_block, entries)]))
    shutil.copy(LOCALES / "en.json", folder / f"{NOBODY}.json")
    write_sample_bundle(folder / "data", live=True)
    write_small_bundle(folder / "alone", ["1"], recipe={"metric": "cosine", "scores": {}})
    return folder


@pytest.fixture(scope="module")
def client_in(folder: Path) -> Iterator[Callable[[str], FlaskClient]]:
    """Makes the dashboard of a folder speak the language that nobody speaks."""

    def client_of(data: str) -> FlaskClient:
        live = "browser" if data == "data" else ""
        settings = Settings(data=folder / data, language=NOBODY, live=live, title="7")
        return create_app(settings).server.test_client()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "LOCALES", folder)
        patch.setattr("dashapp.photo.live.start.can_search", lambda settings: False)
        yield client_of


@pytest.fixture(scope="module")
def nobodys(client_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return client_in("data")


@pytest.fixture(scope="module")
def own_words(folder: Path) -> set[str]:
    """What the catalogue and its build say themselves."""
    bundle = Bundle.open(folder / "data")
    words = {"cosine", "euclidean", "dot", "pad", "Shop & <Co>", bundle.manifest["digest"]}
    for product in bundle.page(limit=200).products:
        words |= {product.title, product.category, product.brand, product.description, product.id}
        words |= {*category_path(product.category), *product.tags, *product.facts, *product.facts.values()}
    for recipe in bundle.recipes:
        words |= {recipe[name] for name in ("name", "label", "description") if recipe.get(name)}
    return words


def left_in_english(page: str, own: set[str]) -> list[str]:
    """The visible texts of a page that are neither said in its language nor the catalogue's own."""
    return [f"{where}: {text.strip()}" for where, text in visible(parse(page)) if _is_english(text, own)]


def _is_english(text: str, own: set[str]) -> bool:
    while _SAID.search(text):
        text = _SAID.sub(" ", text)
    # What stands side by side, as in the titles of tabs.
    parts = (part.strip(" \n:,.()") for part in text.split(" · "))
    return any(_WORD.search(part) and part not in own and not _CLDR.fullmatch(part) for part in parts)


def visible(html: HtmlElement) -> Iterator[tuple[str, str]]:
    """Each text and attribute that a visitor sees or hears, but those of the catalogue, with its element."""
    for element in html.iter("*"):
        chain = [element, *element.iterancestors()]
        if any(each.tag in _UNSEEN or each.get("lang") == "en" for each in chain):
            continue
        if not any(each.get("dir") == "auto" for each in chain):
            for text in (element.text, *(child.tail for child in element)):
                if text and text.strip():
                    yield element.tag, text
        if element.tag != "meta" or element.get("name") == "description":
            for name in _ATTRIBUTES:
                if value := element.get(name):
                    yield f"{element.tag} {name}", value


PAGES = [
    *("/", "/?page=2", "/?page=99", "/?category=Mugs&colour=red&stock=in&sale=on&min=10&max=90&sort=shuffle"),
    *(
        "/?q=mugg",
        "/?q=mug+nowhere",
        "/?q=xyzxyz&category=Mugs&brand=Nord",
        "/?tag=new&all=tag",
        "/?brand=Nord",
    ),
    *("/product/plain", "/product/plain?recipe=far&n=30&less=a%2Fb&stock=in&price=near", "/product/none"),
    *("/product/a%2Fb?category=same&colour=same&price=lower&sale=on", "/product/plain?recipe=none"),
    *("/compare/plain", "/compare/plain?recipes=sample,sample", "/compare/plain?recipes=far"),
    *("/for-you", "/for-you?like=plain&like=gone&less=a%2Fb&seen=yes", "/for-you?like=gone"),
    *("/map", "/map?q=mug", "/map?colour=red", "/photo", "/photo?product=plain", "/about", "/nowhere"),
    *(
        "/quality",
        "/quality?recipe=far",
        "/quality?list=hubs",
        "/quality?list=orphans",
        "/quality?list=twins",
    ),
    *("/quality?list=left-out", "/quality?list=hubs&page=99"),
]


@pytest.mark.parametrize("address", PAGES)
def test_no_text_of_a_page_is_left_in_english(
    nobodys: FlaskClient, own_words: set[str], address: str
) -> None:
    page = nobodys.get(address).text
    assert "⟦" in page
    assert not left_in_english(page, own_words)


@pytest.mark.parametrize("data", ["alone", "nothing"])
@pytest.mark.parametrize("address", ["/", "/product/1", "/map", "/about", "/quality"])
def test_nor_of_a_shop_with_hardly_anything(
    client_in: Callable[[str], FlaskClient], data: str, address: str
) -> None:
    page = client_in(data).get(address).text
    assert "⟦" in page
    assert not left_in_english(page, {"Title of 1", "lite"})


def test_nor_of_what_is_found_for_a_photo(nobodys: FlaskClient, own_words: set[str]) -> None:
    found = {"similar": [["plain", 0.9], ["a/b", 0.3]]}
    for search in ("", "?product=plain", "?colour=red&stock=in&brand=Nord&tag=new&max=20"):
        answer = nobodys.post(f"/photo/results{search}", json=found)
        assert answer.status_code == 200
        assert not left_in_english(answer.text, own_words)


def test_a_text_that_is_not_said_is_found() -> None:
    page = "<div><p>⟦Šåýs ⟦møré⟧⟧</p><p>Plain</p><img alt='Left'><b dir='auto'>Own</b><i>Mine</i></div>"
    assert left_in_english(page, {"Mine"}) == ["p: Plain", "img alt: Left"]


# --- the languages that there are ------------------------------------------------------------------


CODES = sorted(path.stem for path in LOCALES.glob("*.po"))


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_translated_with_the_places_of_its_values(code: str) -> None:
    formats = json.loads((LOCALES / f"{code}.json").read_text(encoding="utf-8"))
    wrong = []
    for entry in read_po(LOCALES / f"{code}.po"):
        if not entry.id:
            continue
        expected = len(formats["plurals"]) if entry.plural else 1
        wanted = set(_PLACES.findall(entry.plural or entry.id))
        if entry.fuzzy or len(entry.forms) != expected or not all(entry.forms):
            wrong.append(f"not translated: {entry.key}")
        # A form for one or two may say the number in words.
        elif any(
            set(_PLACES.findall(form)) not in ((wanted, wanted - {"{count}"}) if entry.plural else (wanted,))
            for form in entry.forms
        ):
            wrong.append(f"other values: {entry.key}")
    assert not wrong, f"{code}: translate these, then run make messages"


def test_the_languages_have_the_messages_of_the_sources() -> None:
    from tools.messages import TEMPLATE, template, written

    expected = written(template())
    assert TEMPLATE.read_text(encoding="utf-8") == expected, "run make messages"
    keys = {entry.key for entry in read_po(TEMPLATE)}
    for code in CODES:
        assert {entry.key for entry in read_po(LOCALES / f"{code}.po")} == keys, "run make messages"


def test_the_languages_formats_are_those_of_cldr() -> None:
    from tools.messages import formats

    for code in ("en", *CODES):
        kept = json.loads((LOCALES / f"{code}.json").read_text(encoding="utf-8"))
        assert kept == formats(code), "run make messages"


def test_the_files_of_messages_are_read_as_babel_reads_them() -> None:
    from tools.messages import read

    for code in CODES:
        ours = {entry.key: entry.forms for entry in read_po(LOCALES / f"{code}.po") if entry.id}
        theirs = {
            f"{each.context}\x04{_id(each.id)}" if each.context else _id(each.id): (
                list(each.string) if isinstance(each.string, tuple) else [each.string]
            )
            for each in read(LOCALES / f"{code}.po")
            if each.id
        }
        assert ours == theirs


def _id(message: object) -> str:
    return str(message[0] if isinstance(message, tuple | list) else message)


def test_every_code_of_a_problem_has_a_sentence_in_each_language() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "dashapp").rglob("*.py")]
    codes = {code for text in sources for code in re.findall(r'\bcode="([a-z-]+)"', text)}
    script = (ROOT / "assets" / "problems.js").read_text(encoding="utf-8")
    assert codes == set(re.findall(r'case "([a-z-]+)": return _\(', script)) and len(codes) > 5


UNITS = re.compile(r"[}] (?:s|MB|Mo|[Pp]ixels?)(?![\w’])")
FRENCH = re.compile("[^\u00a0\u202f][:;!?»]|«[^\u00a0]")


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda path: path.stem)
def test_translations_are_set_as_printers_do(path: Path) -> None:
    """Units and French signs stay on the line of what they belong to; no quotation mark is a typewriter's."""
    for text in (form for entry in read_po(path) if entry.id for form in entry.forms):
        assert not set(text) & set("\"'") and "..." not in text, text
        assert not UNITS.search(text), text
        assert path.stem != "fr" or not FRENCH.search(text), text
