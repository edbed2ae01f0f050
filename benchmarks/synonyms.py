"""Does the search understand the words that shoppers use?

    python benchmarks/synonyms.py [BUNDLE] [--all]

`synonym_queries.csv` has 100 searches for the demo, written before anything was tried with them, each with
the catalogue's own words that answer it, or with none where the shop has nothing. A search is right where it
finds something and all of it is among what those words find, or nothing where nothing is right; else it is
wrong, or silent where it finds nothing.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bundle import Bundle, Query
from bundle.database import Connections, create_catalogue
from bundle.search.synonyms import add_synonyms
from bundle.search.word_search import Search, WordSearch
from precompute.synonyms.table import SynonymTable, synonym_table
from precompute.synonyms.wordnet import WordNet

QUERIES = Path(__file__).with_name("synonym_queries.csv")
BETWEEN = "|"


class Judge:
    """Searches one catalogue with a table of synonyms, and the same catalogue without."""

    def __init__(self, bundle: Bundle, folder: Path) -> None:
        """`bundle` is one of the demo; `folder` is for the two catalogues that are written anew."""
        products = [product for batch in bundle.batches() for product in batch]
        self.table: SynonymTable = synonym_table(products, wordnet=WordNet.fetched())
        for name in ("plain", "with"):
            create_catalogue(folder / name, products)
        add_synonyms(folder / "with", self.table.rows, sources=self.table.sources)
        self._plain, self._with = (WordSearch(Connections(folder / name)) for name in ("plain", "with"))

    def verdict(self, typed: str, answers: str, *, with_table: bool = True) -> tuple[str, Search]:
        """Whether a search is right, wrong or silent, and what it was taken for."""
        words = self._with if with_table else self._plain
        search = words.understood(Query(typed))
        found = _positions(words, search)
        allowed = {place for answer in answers.split(BETWEEN) if answer for place in self._finds(answer)}
        if not found:
            return ("silent" if allowed else "right"), search
        return ("right" if found <= allowed else "wrong"), search

    def _finds(self, answer: str) -> set[int]:
        return _positions(self._plain, self._plain.understood(Query(answer, exact=True)))


def _positions(words: WordSearch, search: Search) -> set[int]:
    hits = words.hits(search)
    return set(hits.members) if hits else set()


def queries() -> Iterator[tuple[str, str]]:
    """The searches, each with its answers."""
    with QUERIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["query"], row["answers"]


def main() -> None:
    """Print every search that is not right, and how many are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("data"), help="a build of the demo")
    parser.add_argument("--all", action="store_true", help="also print the searches that are right")
    arguments = parser.parse_args()
    with Bundle.open(arguments.data) as bundle, tempfile.TemporaryDirectory() as folder:
        judge = Judge(bundle, Path(folder))
        counted: Counter[str] = Counter()
        before: Counter[str] = Counter()
        for typed, answers in queries():
            verdict, search = judge.verdict(typed, answers)
            counted[verdict] += 1
            before[judge.verdict(typed, answers, with_table=False)[0]] += 1
            if verdict != "right" or arguments.all:
                meant = "; ".join(f"{each.word}: {', '.join(each.shown)}" for each in search.meanings)
                print(f"{verdict:8}{typed:22}{search.corrected:22}{meant}")
    print(f"{len(judge.table.rows):,} rows in the table")
    for name, each in (("without the table", before), ("with it", counted)):
        print(f"{name:18} {each['right']} right, {each['wrong']} wrong, {each['silent']} silent")


if __name__ == "__main__":
    main()
