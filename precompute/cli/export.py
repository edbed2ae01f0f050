"""`python -m precompute export`: writes a build's results for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from precompute.cli.output import add_output_options, show

_FORMATS = {
    "csv": "the lists as a table: product, neighbour, rank, score",
    "parquet": "the same as Parquet",
    "matrix": "every product with every other, as CSV with ids on both axes",
    "embeddings-parquet": "the vectors that are compared, with their products' ids",
    "embeddings-npy": "the same for numpy.load, with the ids in a JSON file beside it",
}

_EXAMPLES = """examples:
  python -m precompute export --format csv
  python -m precompute export --format matrix --recipe vgg16-fc2 --out matrix.csv
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "export",
        help="write lists, embeddings or the full matrix for other programs",
        description="Writes a build's results as a file for other programs:\n"
        + "\n".join(f"  {name:<20}{text}" for name, text in _FORMATS.items()),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="the bundle (default: data)")
    parser.add_argument("--recipe", help="recipe of the bundle (default: its first)")
    parser.add_argument("--format", choices=list(_FORMATS), required=True, help="what to write, as above")
    parser.add_argument("--out", type=Path, help="file to write (default: lists.csv and the like)")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export, name the files and return 0."""
    # NumPy and Arrow are imported here so that --help and a wrong option answer at once.
    from precompute.reports.export import ExportSettings, export

    settings = ExportSettings(
        data=arguments.data, format=arguments.format, recipe=arguments.recipe, out=arguments.out
    )
    files = [(path, path.stat().st_size) for path in export(settings)]
    show(
        arguments,
        summary={"files": [{"file": path, "bytes": size} for path, size in files]},
        lines=[f"{path}  {size / 1e6:,.1f} MB" for path, size in files],
    )
    return 0
