"""Derives titles and categories from the names of files and folders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from precompute.sources.text import word_set
from precompute.sources.values.categories import BETWEEN

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}", re.IGNORECASE)
"""A hexadecimal word with letters and digits: a program chose this file's name."""

_LETTERS_AND_DIGITS = re.compile(r"[A-Za-z0-9]{16,}")
_CHANGES = re.compile(r"\d(?=[A-Za-z])|[A-Za-z](?=\d)|[a-z](?=[A-Z])")
_MOST_CHANGES = 4
"""A long word that changes more often between letters and digits is a key."""

_NUMBER = re.compile(r"[\d\s_.-]+")
_BETWEEN_WORDS = re.compile(r"[\s_]+")
_OF_CAMERA = re.compile(r"[1-9]\d\d[A-Z_]{5}")
"""How cameras name folders, such as 100APPLE and 101CANON."""

_SPACES = re.compile(r"[\s_-]+")
_PREFIX = re.compile(r"([^\W\d_]+(?:[ _-][^\W\d_]+)*)[ _-]*\d+")
_CAMERA = word_set("""
    img image images dsc dscn dscf dcim pxl mvimg photo photos picture pic pics screenshot screen shot
    scan scans whatsapp foto bild file unnamed download untitled gopr cimg sam p file product item frame
    page
    """)
"""Words with which cameras and programs begin the names of pictures."""

_NO_CATEGORIES = word_set("""
    images image img imgs pictures picture pics photos photo fotos foto bilder imagenes imagens immagini
    afbeeldingen zdjecia jpg jpeg jpegs png pngs webp media uploads upload assets static dataset
    datasets data files train training test testing val valid validation dev all raw originals original
    productimages productphotos productpictures produktbilder artikelbilder produktfotos dcim
    cameraroll newfolder neuerordner nouveaudossier nuevacarpeta nuovacartella
    """)
"""Folder names that only say that there are pictures, or which part of a data set, are no categories."""


def title_from(path: str, category: str) -> str:
    """A title from a picture's name: its words, or the category followed by its number, or the category."""
    stem = PurePosixPath(path).stem
    words = [word for word in _BETWEEN_WORDS.split(_without_keys(stem)) if word]
    last = category.rpartition(BETWEEN)[2] or "product"
    if not words:
        words = [last]
    elif all(map(_NUMBER.fullmatch, words)):
        words = [last, *words]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def category_of_folders(path: str) -> str:
    """The category that a picture's folders name, without meaningless folders."""
    parts = PurePosixPath(path).parts[:-1]
    return BETWEEN.join(part for part in parts if not _is_no_category(part))


def _is_no_category(folder: str) -> bool:
    return _SPACES.sub("", folder.casefold()) in _NO_CATEGORIES or _OF_CAMERA.fullmatch(folder) is not None


def category_of_name(path: str) -> str:
    """The letters before the number in a picture's name; empty if a camera wrote them."""
    match = _PREFIX.match(PurePosixPath(path).stem)
    if match is None or _is_key(PurePosixPath(path).stem):
        return ""
    words = match[1].replace("_", " ")
    return "" if all(word in _CAMERA for word in words.casefold().replace("-", " ").split()) else words


def capitalised_alike(categories: Iterable[str]) -> dict[str, str]:
    """Map each category to itself, with capitalised parts if any category has a capitalised part."""
    given = list(dict.fromkeys(categories))
    parts = [part for category in given for part in category.split(BETWEEN) if part]
    if not any(part[:1].isupper() for part in parts) or not any(part[:1].islower() for part in parts):
        return {category: category for category in given}
    return {
        category: BETWEEN.join(part[:1].upper() + part[1:] for part in category.split(BETWEEN))
        for category in given
    }


def _without_keys(stem: str) -> str:
    text = _UUID.sub(" ", stem)
    if text == stem and _is_key(stem):
        return ""
    # "red-mug-5f3a9c1e2b": a program added a key to make names unique.
    kept = [part for part in re.split(r"([\s_-]+)", text) if not _is_key(part)]
    return "".join(kept).strip(" -_")


def _is_key(word: str) -> bool:
    """Whether a word is a hash or another key rather than a word of a language."""
    if _HEX.fullmatch(word) or _UUID.fullmatch(word):
        return True
    return bool(_LETTERS_AND_DIGITS.fullmatch(word)) and len(_CHANGES.findall(word)) > _MOST_CHANGES
