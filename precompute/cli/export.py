"""`python -m precompute export`: writes a build's results for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from precompute.cli.options.files import add_data_option
from precompute.cli.output import add_output_options, show, warn
from precompute.reports.shops import IDS, SHOP_FORMATS
from precompute.shared.errors import UserError
from precompute.shared.wording import counted

_LEFT_OUT_SHOWN = 20

_FORMATS = {
    "csv": "the lists as a table: product, neighbour, rank, score",
    "parquet": "the same as Parquet",
    "matrix": "every product with every other, as CSV with ids on both axes",
    "embeddings-parquet": "the compared vectors, with their products' ids",
    "embeddings-npy": "the same for numpy.load, with the ids in a JSON file beside it",
} | {name: each.what for name, each in SHOP_FORMATS.items()}

_EXAMPLES = """examples:
  python -m precompute export --format csv
  python -m precompute export --format matrix --recipe vgg16-fc2 --out matrix.csv
  python -m precompute export --format woocommerce
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "export",
        help="write lists, embeddings or the full matrix for other programs, or lists for a shop system",
        description="Writes a build's results as a file for other programs:\n"
        + "\n".join(f"  {name:<20}{text}" for name, text in _FORMATS.items()),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser)
    parser.add_argument(
        "--recipe", help="whose lists or embeddings are exported (default: the bundle's first recipe)"
    )
    parser.add_argument("--format", choices=list(_FORMATS), required=True, help="one of the list above")
    parser.add_argument(
        "--out", type=Path, help="the file to write (default: named after the format, in this folder)"
    )
    shop = parser.add_argument_group("lists for a shop system")
    shop.add_argument(
        "--top",
        type=int,
        metavar="N",
        help="the most look-alikes of a product (default: what the recipe shows at first)",
    )
    shop.add_argument(
        "--ids",
        choices=IDS,
        help="what ids of digits are in the shop: SKUs (references) or the shop system's numbers",
    )
    shop.add_argument(
        "--changed-since",
        metavar="GENERATION",
        help="write only products whose list differs from that generation's, a folder's name in the bundle",
    )
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export, name the files and return 0."""
    if arguments.format in SHOP_FORMATS:
        return _run_for_shop(arguments)
    for option in ("top", "ids", "changed_since"):
        if getattr(arguments, option) is not None:
            raise UserError(
                f"Expected --{option.replace('_', '-')} with a shop system's --format "
                f"({', '.join(SHOP_FORMATS)}). Received: --format {arguments.format}."
            )
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


def _run_for_shop(arguments: argparse.Namespace) -> int:
    if arguments.top is not None and arguments.top < 1:
        raise UserError(f"Expected --top to be 1 or more. Received: {arguments.top}.")
    from precompute.reports.export import check_out
    from precompute.reports.shop_export import ShopExportSettings, export_to_shop

    form = SHOP_FORMATS[arguments.format]
    out = arguments.out or Path(form.file)
    check_out(out)
    found = export_to_shop(
        ShopExportSettings(
            data=arguments.data,
            format=form,
            recipe=arguments.recipe,
            out=out,
            top=arguments.top,
            ids=arguments.ids,
            changed_since=arguments.changed_since,
        )
    )
    unchanged = f", {found.unchanged:,} unchanged" if arguments.changed_since else ""
    show(
        arguments,
        summary={
            "files": [{"file": found.file, "bytes": found.file.stat().st_size}],
            "products": found.products,
            "unchanged": found.unchanged,
            "left_out": [{"id": name, "reason": reason} for name, reason in found.left_out.items()],
        },
        lines=[f"{found.file}  {counted(found.products, 'product')}{unchanged}", *_left_out(found.left_out)],
    )
    if found.left_out:
        warn(arguments, " ".join(_left_out(found.left_out)))
    return 0


def _left_out(reasons: dict[str, str]) -> Iterator[str]:
    """One sentence for each product that was left out, and one for those that are too many to name."""
    for name, reason in list(reasons.items())[:_LEFT_OUT_SHOWN]:
        yield f"{name} is left out: {reason}."
    if len(reasons) > _LEFT_OUT_SHOWN:
        yield f"{len(reasons) - _LEFT_OUT_SHOWN:,} more are left out; --json names them all."
