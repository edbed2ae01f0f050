"""The languages that there are: each has a `.po` file with its messages and a `.json` with its formats."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from dashapp.language.formats import Formats
from dashapp.language.po_files import Entry, read_po, translations

SOURCE = "en"
"""The language of the messages in the source; it has no `.po` file."""

LOCALES = Path(__file__).parent / "locales"


@dataclass(frozen=True)
class Language:
    """One language: its code as in `lang`, its messages and its formats.

    `scripts` has the messages of the browser's scripts as JSON: a text for each, or its plural forms.
    """

    code: str
    translations: NullTranslations
    formats: Formats
    scripts: str

    @property
    def direction(self) -> str:
        """The direction of its script: "ltr" or "rtl"."""
        return self.formats.direction


@cache
def codes() -> tuple[str, ...]:
    """The codes of all languages, in order: each request asks."""
    return tuple(sorted({SOURCE, *(path.stem for path in LOCALES.glob("*.po"))}))


@cache
def language(code: str) -> Language:
    """The language with a code of `codes`."""
    formats = Formats.from_json(json.loads((LOCALES / f"{code}.json").read_text(encoding="utf-8")))
    if code == SOURCE:
        return Language(code, NullTranslations(), formats, scripts="{}")
    entries = read_po(LOCALES / f"{code}.po")
    return Language(code, translations(entries), formats, scripts=_scripts(entries))


def _scripts(entries: list[Entry]) -> str:
    """The messages that files of assets/ use; the widget's are served with the widget."""
    used = [entry for entry in entries if any(_is_script(name) for name in entry.files)]
    said = {entry.id: entry.forms if entry.plural else entry.forms[0] for entry in used if all(entry.forms)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _is_script(name: str) -> bool:
    return name.startswith("assets/") and not name.endswith("/widget.js")


_NO_MESSAGES = "const TRANSLATIONS = {};"


def with_widget_messages(script: str) -> str:
    """The widget's script with its messages in every language.

    Raises `LookupError` if it has no place for them.
    """
    if script.count(_NO_MESSAGES) != 1:
        raise LookupError(f"Expected widget.js to say once: {_NO_MESSAGES!r}.")
    messages = json.dumps(_widget_messages(), ensure_ascii=False, separators=(",", ":"))
    return script.replace(_NO_MESSAGES, f"const TRANSLATIONS = {messages};")


@cache
def _widget_messages() -> dict[str, dict[str, str]]:
    found = {}
    for code in codes():
        if code != SOURCE:
            entries = read_po(LOCALES / f"{code}.po")
            found[code] = {each.id: each.forms[0] for each in entries if "assets/widget.js" in each.files}
    return found
