"""A few meanings in WordNet's own format, and the reader of them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from precompute.synonyms.wordnet import WordNet

LICENCE = "".join(f"  {line} Terms {line} of WordNet  \n" for line in range(1, 4))

NOUNS = """
    thing: entity, thing
    artefact < thing: artefact
    furnishing < artefact: furnishing
    seat < furnishing: seat
    chair < seat: chair
    armchair < chair: armchair, easy_chair
    throne < armchair: throne
    padding < artefact: padding
    cushion < padding: cushion
    pillow < cushion: pillow
    bolster < pillow: bolster, long_pillow
    part < artefact: machine_part
    absorber < part: shock_absorber, cushion
    vessel < artefact: vessel
    bowl < vessel: bowl
    salad_bowl < vessel: salad_bowl
    dish < vessel: plate
    trousers < artefact: trousers
    trouser < artefact: trouser
    lamp < artefact: lamp, Aladdin
    27 cloth < thing: cloth
    27 wood < thing: wood
    27 oak < wood: oak
    18 chairman < thing: chair
"""
"""Each line has a meaning's name, the one above it, and its words; a number before it is its topic."""

ADJECTIVES = """
    striped: striped, stripy
    banded & striped: banded
    wooden: wooden
"""


def tiny_wordnet(folder: Path) -> WordNet:
    """WordNet with the meanings above; an earlier line is the commoner meaning of its words."""
    files = {}
    for kind, name, text in (("n", "noun", NOUNS), ("a", "adj", ADJECTIVES)):
        index, data = _written(kind, text)
        for part, content in (("index", index), ("data", data)):
            files[f"{part}.{name}"] = folder / f"{part}.{name}"
            files[f"{part}.{name}"].write_text(LICENCE + content, encoding="utf-8")
    return WordNet(files)


def _written(kind: str, text: str) -> tuple[str, str]:
    """The index and the data of one kind of words."""
    meanings: dict[str, tuple[int, list[str]]] = {}
    pointers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in filter(None, map(str.strip, text.splitlines())):
        left, _, words = line.partition(": ")
        names = left.split()
        topic = int(names.pop(0)) if names[0].isdigit() else 6 if kind == "n" else 0
        meanings[names[0]] = (topic, words.split(", "))
        if len(names) == 3:
            sign, back = ("@", "~") if names[1] == "<" else ("&", "&")
            pointers[names[0]].append((sign, names[2]))
            pointers[names[2]].append((back, names[0]))
    place, places = len(LICENCE), {}
    for name in meanings:  # Every number has a fixed width, so places are known before the lines are made.
        places[name] = place
        place += len(_line(kind, 0, *meanings[name], [(sign, 0) for sign, _ in pointers[name]]))
    data = "".join(
        _line(kind, places[name], *meanings[name], [(sign, places[to]) for sign, to in pointers[name]])
        for name in meanings
    )
    senses: dict[str, list[int]] = defaultdict(list)
    for name, (_, words) in meanings.items():
        for word in words:
            senses[word.lower()].append(places[name])
    index = "".join(
        f"{word} {kind} {len(found)} 1 @ {len(found)} 0 {' '.join(f'{each:08}' for each in found)}  \n"
        for word, found in sorted(senses.items())
    )
    return index, data


def _line(kind: str, place: int, topic: int, words: list[str], pointers: list[tuple[str, int]]) -> str:
    listed = " ".join(f"{word} 0" for word in words)
    pointing = "".join(f" {sign} {to:08} {kind} 0000" for sign, to in pointers)
    head = f"{place:08} {topic:02} {kind} {len(words):02x}"
    return f"{head} {listed} {len(pointers):03}{pointing} | what it is  \n"
