"""What it takes to read a catalogue's table: rows a second and memory, for each kind.

    python benchmarks/sources.py [--rows 100000]

Each kind is written with the same made-up products, of some 500 characters in twelve columns, and read in a
process of its own: from the file to the list of products that a build goes on with, prices, stock,
categories and HTML understood, and every picture's file looked for. The pictures are 1,000 tiny files in
ten folders, which the rows name in turn, one or two each. Seconds are those of one core at work. Memory is
the most that is resident beyond what Python and the libraries take before the file is opened. "Records" is
the same without the list of products and without looking for files: what it takes to read a table row by
row.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]

# Libraries are loaded before the clock and the memory are looked at.
MEASURE = """
import json, sys, time
from pathlib import Path
from precompute.sources import read_catalogue, read_records
import charset_normalizer, html_text, ijson, lxml.etree, pyarrow.parquet, python_calamine

def memory(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(field))

Path("/proc/self/clear_refs").write_text("5")  # the most memory so far counts from here
path, before, started = Path(sys.argv[1]), memory("VmRSS"), time.process_time()
if sys.argv[2] == "records":
    count = sum(1 for _ in read_records(path))
else:
    count = len(read_catalogue(path).products)
print(json.dumps([count, time.process_time() - started, memory("VmHWM") - before]))
"""
ADJECTIVES = ("Blue", "Große", "Émaillée", "赤い", "Round", "Striped", "Synthetic & soft", "Plain")
NOUNS = ("bowl", "cup", "lamp", "chair", "basket", "vase", "rug")


def rows(count: int) -> Iterator[dict[str, str | float]]:
    """Made-up products, the same ones each time."""
    draw = random.Random(0)
    for number in range(count):
        adjective, noun = draw.choice(ADJECTIVES), draw.choice(NOUNS)
        text = " ".join(draw.choices(ADJECTIVES, k=40))
        yield {
            "sku": f"sku-{number:07}",
            "title": f"{adjective} {noun} {number}",
            "description": f"<p>{text}</p><p>Made of {noun} &amp; more.</p>",
            "category": f"Home > {noun.title()}s > {adjective}",
            "brand": f"Maker {number % 97}",
            "tags": f"{noun}, {number % 13} pieces",
            "price": f"{draw.randrange(1, 3_000):,}.{draw.randrange(100):02} USD",
            "availability": ("in stock", "out of stock", "preorder")[number % 3],
            "link": f"https://shop.example/{number}",
            "image_link": file_name(number),
            "additional_image_link": file_name(number + 1) if number % 2 else "",
            "color": adjective,
        }


def file_name(number: int) -> str:
    return f"images/{number % 10}/{number % 1000:03}.png"


def write_pictures(folder: Path) -> None:
    for number in range(1000):
        path = folder / file_name(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (number % 256, 0, 0)).save(path)


def write_feed(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n')
        for row in table.rename(columns={"sku": "id"}).to_dict("records"):
            elements = "".join(f"<g:{name}>{escape(text)}</g:{name}>" for name, text in row.items() if text)
            file.write(f"<item>{elements}</item>\n")
        file.write("</channel></rss>\n")


def write_lines(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_dict("records"))


WRITERS: dict[str, tuple[str, Callable[[pd.DataFrame, Path], None]]] = {
    "CSV": ("shop.csv", lambda table, path: table.to_csv(path, index=False)),
    "TSV in UTF-16": (
        "shop.tsv",
        lambda table, path: table.to_csv(path, index=False, sep="\t", encoding="utf-16"),
    ),
    "Excel": ("shop.xlsx", lambda table, path: table.to_excel(path, index=False)),
    "JSON": ("shop.json", lambda table, path: table.to_json(path, orient="records", force_ascii=False)),
    "JSON Lines": ("shop.jsonl", write_lines),
    "Parquet": ("shop.parquet", lambda table, path: table.to_parquet(path, row_group_size=20_000)),
    "Google Merchant feed (RSS)": ("shop.xml", write_feed),
}


def measure(path: Path, what: str) -> tuple[int, float, float]:
    """How many products or records there were, the seconds, and the megabytes."""
    command = [sys.executable, "-c", MEASURE, str(path), what]
    done = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    count, seconds, memory = json.loads(done.stdout)
    return count, seconds, memory


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    count = parser.parse_args().rows
    table = pd.DataFrame(rows(count))
    print("| | file, MB | seconds | rows a second | memory, MB | records alone, seconds | records, MB |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder))
        for name, (file, write) in WRITERS.items():
            path = Path(folder, file)
            write(table, path)
            products, seconds, memory = measure(path, "products")
            records, bare, little = measure(path, "records")
            assert products == records == count, f"{name}: {products} products and {records} records"
            print(
                f"| {name} | {path.stat().st_size / 1e6:,.0f} | {seconds:.1f} | {count / seconds:,.0f} "
                f"| {memory:,.0f} | {bare:.1f} | {little:,.0f} |",
                flush=True,
            )
            path.unlink()


if __name__ == "__main__":
    main()
