"""Says messages in the language of the request in progress.

Babel finds messages by the names of these functions, so they are short and their messages are literals.
Values for the places in braces are keyword arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from string import Formatter
from typing import Any
from unicodedata import bidirectional

from dashapp.language.catalogues import SOURCE, Language, language

_CURRENT: ContextVar[Language] = ContextVar("language", default=language(SOURCE))  # noqa: B039

_ISOLATE = "\u2068{}\u2069"
"""Keeps the direction of a text in braces from its surroundings: Unicode's isolates."""


def current() -> Language:
    """The language that messages are said in."""
    return _CURRENT.get()


def speak(spoken: Language) -> None:
    """Say what follows in this thread in a language."""
    _CURRENT.set(spoken)


@contextmanager
def speaking(spoken: Language) -> Iterator[None]:
    """Say what is made inside in a language."""
    before = _CURRENT.set(spoken)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def _(message: str, **values: str) -> str:
    """A message, with `values` in its places."""
    spoken = _CURRENT.get()
    return _filled(spoken, spoken.translations.gettext(message), values)


def n_(one: str, several: str, number: int, **values: str) -> str:
    """The form of a message that a number needs; `{count}` in it is the number."""
    spoken = _CURRENT.get()
    message = spoken.translations.ngettext(one, several, number)
    return _filled(spoken, message, {"count": spoken.formats.number(number), **values})


def p_(context: str, message: str, **values: str) -> str:
    """A message that has another meaning, and so perhaps another translation, in another context."""
    spoken = _CURRENT.get()
    return _filled(spoken, spoken.translations.pgettext(context, message), values)


def np_(context: str, one: str, several: str, number: int, **values: str) -> str:
    """As `n_`, in a context."""
    spoken = _CURRENT.get()
    message = spoken.translations.npgettext(context, one, several, number)
    return _filled(spoken, message, {"count": spoken.formats.number(number), **values})


def N_(message: str) -> str:
    """Marks a message that is said later, by `_`: a constant of a module."""
    return message


def NP_(context: str, message: str) -> str:
    """As `N_`, for a message that is said by `p_` in this context."""
    return message


def woven(message: str, **parts: Any) -> list[Any]:
    """A translated message in pieces, with components in its places."""
    pieces: list[Any] = []
    for text, name, _spec, _conversion in Formatter().parse(message):
        pieces += [text] if text else []
        if name is not None:
            part = parts[name]
            pieces += part if isinstance(part, list) else [part]
    return pieces


def _filled(spoken: Language, message: str, values: dict[str, str]) -> str:
    if not values:
        return message
    isolates = spoken.formats.direction == "rtl"
    return message.format(**{name: _isolated(value, always=isolates) for name, value in values.items()})


def _isolated(value: str, *, always: bool) -> str:
    """A value that may run in the other direction than its sentence, isolated from it."""
    if always or (not value.isascii() and any(bidirectional(each) in ("R", "AL") for each in value)):
        return _ISOLATE.format(value) if value else value
    return value
