"""The index that a static site's pages search with: JSON files, of which a search loads those it needs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from bundle import Bundle
from bundle.format import COLOURS, compact_json
from bundle.search.query import category_name, category_path
from bundle.search.synonyms import Meaning
from bundle.search.words import BETWEEN, COLOUR_WORDS

FOLDER = "index"

_SHARD = 2
"""A word is in the file of its first letters, so many of them."""

_DIGITS = 8
"""Significant digits of a score: a word that nearly all products have scores a millionth of another."""

Found = tuple[tuple[int, float], ...]


def index_files(
    bundle: Bundle, name_of: Callable[[str], str], said_terms: Callable[[Meaning], str]
) -> Iterator[tuple[str, bytes]]:
    """The paths and contents of the index's files, but for the words' (`word_files`).

    `name_of` makes a safe file name of any text, and `said_terms` what a page says that a synonym is taken
    for. `about.json` says which other files there are.
    """
    columns = columns_of(bundle)
    yield f"{FOLDER}/columns.json", compact_json(columns)
    codes = {
        shard: list(entries) for shard, entries in groupby(bundle.codes(), lambda entry: entry[0][:_SHARD])
    }
    for shard, entries in codes.items():
        yield f"{FOLDER}/codes/{name_of(shard)}.json", compact_json(entries)
    vocabulary = bundle.vocabulary()
    yield f"{FOLDER}/spelling.json", compact_json(vocabulary)
    for sort in set(bundle.sorts) & {"name", "popularity"}:
        yield f"{FOLDER}/orders/{sort}.json", compact_json(bundle.order(sort))
    synonyms: dict[str, dict[str, Any]] = defaultdict(dict)
    for meaning, scores in bundle.meanings():
        said = {"terms": said_terms(meaning), "adds": meaning.adds or None}
        told = {name: value for name, value in said.items() if value and said["terms"]}
        synonyms[meaning.word[:_SHARD]][meaning.word] = {"found": _entries(_rounded(scores)), **told}
    for shard, words in synonyms.items():
        yield f"{FOLDER}/synonyms/{name_of(shard)}.json", compact_json(words)
    about = {
        "count": bundle.count,
        "currency": bundle.currency,
        "sorts": bundle.sorts,
        "words": shards_of(searched_words(bundle)),
        "codes": sorted(codes),
        "synonyms": sorted(synonyms),
        "between": sorted(BETWEEN),
    }
    yield f"{FOLDER}/about.json", compact_json(about)


def searched_words(bundle: Bundle) -> list[str]:
    """The words that a search may find something by: those of the products, and others for colours."""
    return sorted({*bundle.vocabulary(), *COLOUR_WORDS})


def shards_of(vocabulary: Iterable[str]) -> list[str]:
    """The beginnings of words that have a file each."""
    return sorted({word[:length] for word in vocabulary for length in range(1, _SHARD + 1)})


def word_files(
    bundle: Bundle, shards: Sequence[str], vocabulary: Sequence[str], name_of: Any
) -> Iterator[tuple[str, bytes]]:
    """The files of some `shards`: what each beginning of a word finds, with scores.

    An entry is `[score, [position, …]]`, best first: more is better, and the positions of
    the products that have the score, each less the one before. A beginning that finds the same as the
    only longer one is left out, so a script takes the first entry that begins with what was typed.
    """
    for shard in shards:
        words = [word for word in vocabulary if word.startswith(shard)]
        if len(shard) < _SHARD:
            found = {shard: _found(bundle, shard)}
        else:
            found = _shortest({word[:end] for word in words for end in range(_SHARD, len(word) + 1)}, bundle)
        content = {beginning: _entries(entries) for beginning, entries in sorted(found.items()) if entries}
        yield f"{FOLDER}/words/{name_of(shard)}.json", compact_json(content)


def _shortest(beginnings: Iterable[str], bundle: Bundle) -> dict[str, Found]:
    kept: dict[str, Found] = {}
    # Longest first, so that what a beginning would be taken for is there already.
    for beginning in sorted(beginnings, reverse=True):
        found = _found(bundle, beginning)
        next_one = next(reversed(kept), "")
        if not next_one.startswith(beginning) or kept[next_one] != found:
            kept[beginning] = found
    return kept


def _found(bundle: Bundle, word: str) -> Found:
    return _rounded(bundle.scores(word))


def _rounded(scores: Iterable[tuple[int, float]]) -> Found:
    return tuple((position, float(f"{-score:.{_DIGITS}g}")) for position, score in scores)


def _entries(found: Found) -> list[tuple[float, list[int]]]:
    by_score: dict[float, list[int]] = defaultdict(list)
    for position, score in found:
        by_score[score].append(position)
    return [(score, deltas(sorted(positions))) for score, positions in sorted(by_score.items(), reverse=True)]


def deltas(positions: Iterable[int]) -> list[int]:
    """Rising numbers as the first one and the steps between them."""
    steps, before = [], 0
    for position in positions:
        steps.append(position - before)
        before = position
    return steps


def columns_of(bundle: Bundle) -> dict[str, Any]:
    """What products are filtered and sorted by: one value for each product, in the catalogue's order.

    `category`, `brand` and `currency` are places in `names`, the most frequent first, or -1; `tag` and
    `colour` are lists of such places. `stock` and `sale` are 1 or 0, and `price` is null where there is none.
    """
    products = [product for batch in bundle.batches() for product in batch]
    return {
        "category": _one([category_name(category_path(each.category)) for each in products]),
        "brand": _one([each.brand for each in products]),
        "tag": _several([each.tags for each in products]),
        "colour": _several([each.colours for each in products], order=COLOURS),
        "currency": _one([each.currency if each.price is not None else None for each in products]),
        "stock": [int(each.in_stock is True) for each in products],
        "sale": [int(each.saving > 0) for each in products],
        "price": [each.price for each in products],
    }


def _one(values: Sequence[str | None]) -> dict[str, Any]:
    places = _places(value for value in values if value is not None)
    return {"names": list(places), "of": [-1 if value is None else places[value] for value in values]}


def _several(values: Sequence[Sequence[str]], *, order: Sequence[str] = ()) -> dict[str, Any]:
    places = _places((name for names in values for name in names), order)
    return {"names": list(places), "of": [[places[name] for name in names] for names in values]}


def _places(names: Iterable[str], order: Sequence[str] = ()) -> Mapping[str, int]:
    """The places of names: in an `order`, and then the most frequent first, equals by name."""
    counts = Counter(names)
    first = {name: place for place, name in enumerate(order)}
    in_order = sorted(counts, key=lambda name: (first.get(name, len(first)), -counts[name], name))
    return {name: place for place, name in enumerate(in_order)}
