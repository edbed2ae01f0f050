"""Collects the dashboard's messages for translation, and writes what its languages need: `make messages`.

Every `.po` file in dashapp/language/locales is a language. Babel extracts the messages of the sources into
the template `messages.pot`, merges it into each `.po`, and gives the formats of CLDR for its `.json`.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "dashapp" / "language" / "locales"
TEMPLATE = LOCALES / "messages.pot"
SOURCE = "en"

_KEYWORDS = {
    "_": None,
    "N_": None,
    "NP_": ((1, "c"), 2),
    "n_": (1, 2),
    "p_": ((1, "c"), 2),
    "np_": ((1, "c"), 2, 3),
}

_METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}

_STRING = r'"(?:[^"\\]|\\.)*"'
_CALL = re.compile(rf"(?<![\w.])(?:_|N_|n_)\(\s*({_STRING})(?:,\s*({_STRING}))?")
"""A message in a script, which is a literal in double quotes; the second is its plural. Babel's own reader of
scripts takes some divisions for regular expressions, and misses what follows."""

_UNWANTED = tuple(
    f'"{name}: '
    for name in (
        *("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Report-Msgid-Bugs-To"),
        *("Last-Translator", "Language-Team"),
    )
)
"""What the header of a file does not get."""

_WORLD = {"en": "en_001"}
"""Whose days and lists a language takes: English as it is written outside of the United States."""

_MANY = 200
"""From this number on, no language here has another plural form, but for whole millions in a few."""

_GROUPED_FROM_TEN_THOUSAND = {"es", "pl"}
"""Languages whose `minimumGroupingDigits` is 2 in CLDR, which Babel's data leaves out."""


def sources() -> Iterator[Path]:
    """The files with messages; judging by eye, which no visitor sees, stays English."""
    for folder, suffixes in ((ROOT / "dashapp", (".py", ".html")), (ROOT / "assets", (".js",))):
        for path in sorted(folder.rglob("*")):
            if path.suffix in suffixes and not {"judge", "vendor"} & set(path.parts):
                yield path


def template() -> Catalog:
    """All messages of the sources, each with the files that it is used in."""
    catalog = Catalog(project="Akin", charset="utf-8", header_comment="# Messages of Akin's dashboard.")
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".js":
            for one, several in _CALL.findall(path.read_text(encoding="utf-8")):
                message = (json.loads(one), json.loads(several)) if several else json.loads(one)
                catalog.add(message, locations=[(name, 0)])
            continue
        with path.open("rb") as file:
            found = extract(_METHODS[path.suffix], file, keywords=_KEYWORDS, comment_tags=("Translators:",))
            for _line, message, comments, context in found:
                if message:
                    catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def written(catalog: Catalog) -> str:
    """A catalogue as the text of its file. It names files without lines, so moved messages change nothing."""
    for message in catalog:
        message.locations = sorted({(name, 0) for name, _ in message.locations})
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, include_lineno=False, sort_output=True)
    text = buffer.getvalue().decode()
    # Dates and tools in the header would change with every run.
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(_UNWANTED))


def read(path: Path) -> Catalog:
    """The catalogue of a `.po` file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem if path.suffix == ".po" else None)


def languages() -> list[str]:
    """The codes of all languages that have a `.po` file."""
    return sorted(path.stem for path in LOCALES.glob("*.po"))


def formats(code: str) -> dict[str, object]:
    """The fields of `dashapp.language.formats.Formats` for a language, from CLDR."""
    locale, world = Locale.parse(code), Locale.parse(_WORLD.get(code, code))
    symbols = locale.number_symbols["latn"]
    currency = locale.currency_formats["standard"].pattern.split(";")[0]
    return {
        "direction": locale.text_direction,
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "grouped_from": 10_000 if code in _GROUPED_FROM_TEN_THOUSAND else 1_000,
        "percent": _number(locale.percent_formats[None].pattern).replace("%", symbols["percentSign"]),
        "currency": _number(currency).replace("¤", "{symbol}"),
        "symbols": {name: sign for name, sign in sorted(locale.currency_symbols.items()) if name != sign},
        "day": _day(world.date_formats["long"].pattern),
        "months": [world.months["format"]["wide"][month] for month in range(1, 13)],
        "all_of": _list(world, "standard"),
        "one_of": _list(world, "or"),
        "plurals": _plurals(code, locale),
    }


def _number(pattern: str) -> str:
    return re.sub(r"[#0,.]+", "{number}", pattern)


def _day(pattern: str) -> str:
    """A pattern of CLDR with day, month and year as names in braces."""
    names = {"d": "{day}", "MMMM": "{month}", "M": "{month_number}", "y": "{year}"}
    parts = re.findall(r"'([^']*)'|(d|MMMM|M|y)|([^'dMy]+)", pattern)
    return "".join(quoted or names.get(field, "") or text for quoted, field, text in parts)


def _list(locale: Locale, kind: str) -> list[str]:
    patterns = locale.list_patterns[kind]
    return [patterns[place] for place in ("2", "start", "middle", "end")]


def _plurals(code: str, locale: Locale) -> list[str]:
    """CLDR's name of each of gettext's plural forms; fails where a `.po` counts otherwise than CLDR."""
    path = LOCALES / f"{code}.po"
    catalog = read(path) if path.exists() else Catalog(locale=code)
    place = PluralFormOf(catalog)
    names: dict[int, str] = {}
    for number in range(_MANY):
        name = locale.plural_form(number)
        if names.setdefault(place(number), name) != name:
            raise SystemExit(f"{path}: expected Plural-Forms to count as CLDR does. Received: {place.rule}.")
    return [names[form] for form in range(len(names))]


class PluralFormOf:
    """Which of a catalogue's plural forms a number needs, by the rule in its header."""

    def __init__(self, catalog: Catalog) -> None:
        from gettext import c2py  # what the standard library reads the rule with

        self.rule = catalog.plural_expr
        self._form = c2py(self.rule)

    def __call__(self, number: int) -> int:  # noqa: D102
        return int(self._form(number))


def main() -> int:
    """Write the template, merge it into the languages' files, write their formats. Says what is missing."""
    LOCALES.mkdir(exist_ok=True)
    messages = template()
    TEMPLATE.write_text(written(messages), encoding="utf-8")
    missing = 0
    for code in languages():
        catalog = read(LOCALES / f"{code}.po")
        catalog.update(template(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        (LOCALES / f"{code}.po").write_text(written(catalog), encoding="utf-8")
        lacking = [message for message in catalog if message.id and not _complete(message.string)]
        missing += len(lacking)
        print(f"{code}: {len(lacking)} of {len(catalog)} messages are not translated")
    for code in (SOURCE, *languages()):
        text = json.dumps(formats(code), ensure_ascii=False, indent=1)
        (LOCALES / f"{code}.json").write_text(text + "\n", encoding="utf-8")
    return 1 if missing else 0


def _complete(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    sys.exit(main())
