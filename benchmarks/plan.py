"""python benchmarks/plan.py [PHOTOS]: what `python -m precompute plan` predicts beside what a build takes.

Both commands run as a person runs them, one after the other, each build into an empty folder, for the
embedded catalogue and for the folder of pictures PHOTOS where it is given. A ratio of 1.00 is a prediction
that came true.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
MEMORY = "import resource; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
MEASURED = f"""
import subprocess, sys
done = subprocess.run([sys.executable, "-m", "precompute", *sys.argv[1:]], stderr=subprocess.DEVNULL)
{MEMORY}
sys.exit(done.returncode)
"""


def run(*arguments: str | Path) -> tuple[dict[str, Any], int]:
    """What a command says with --json, and the most memory it took, in bytes."""
    command = [sys.executable, "-c", MEASURED, *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    summary, end = json.JSONDecoder().raw_decode(done.stdout)
    return summary, int(done.stdout[end:])


def size_of(folder: Path, *parts: str) -> int:
    """Bytes of the files below a folder, of those with one of `parts` in their path where any is given."""
    files = {
        path.stat().st_ino: path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and (not parts or set(parts) & set(path.relative_to(folder).parts))
    }
    return sum(files.values())


def compare(source: Path) -> None:
    """Print a table of what was predicted for a catalogue and what came."""
    (predicted,) = run("plan", source)[0]["plans"]
    with tempfile.TemporaryDirectory() as folder:
        built, memory = run("build", source, "--out", folder)
        generation = Path(built["folder"])
        rows = {
            "seconds": (sum(predicted["seconds"].values()), sum(built["seconds"].values())),
            "memory, MB": (predicted["memory"] / 1e6, memory / 1e6),
            "lists, MB": (predicted["sizes"]["lists"] / 1e6, size_of(generation, "neighbours") / 1e6),
            "thumbnails, MB": (
                predicted["sizes"]["thumbnails"] / 1e6,
                size_of(generation, "thumbnails") / 1e6,
            ),
            "disk, MB": (predicted["disk"] / 1e6, size_of(Path(folder)) / 1e6),
        }
        checked, _ = run("check", "--slug", "--data", folder)
        rows["slug, MB"] = (predicted["slug"] / 1e6, sum(checked["slug"]["parts"].values()) / 1e6)
    print(f"\n{source.name}, {built['products']:,} products\n")
    print("| | predicted | came | ratio |\n|---|---|---|---|")
    for name, (guess, truth) in rows.items():
        print(f"| {name} | {guess:,.1f} | {truth:,.1f} | {guess / truth:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="?", type=Path)
    photos = parser.parse_args().photos
    for source in (REPOSITORY / "demo", *([photos.resolve()] if photos else [])):
        compare(source)


if __name__ == "__main__":
    main()
