"""`python -m precompute pack`: writes the live generation into one file, for hosts that fetch it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bundle import Bundle, BundleError
from bundle.parcel.pack import SUFFIX, file_count, pack
from precompute.cli.options.files import add_data_option
from precompute.cli.output import add_output_options, show
from precompute.shared.errors import UserError
from precompute.shared.progress import stage

_EPILOG = """\
examples:
  python -m precompute pack
  python -m precompute pack --data data-photos --out photos.tar.gz

put the file where the host can fetch it by https, then set AKIN_BUNDLE_URL to its address and hash
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `pack`."""
    parser = subparsers.add_parser(
        "pack",
        help="write the live generation into one file, which a host fetches when it starts",
        description="Compares every file of the live generation with the seal, then writes all of them into "
        "one file. The same generation makes the same file.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the file to write (default: akin-GENERATION.tar.gz, here)"
    )
    add_output_options(parser)
    parser.set_defaults(run=run, stopped="No file was written.")


def run(arguments: argparse.Namespace) -> int:
    """Pack, print the hash and what to set on the host, and return 0.

    Raises `BundleError` if the bundle is not as it was built, `UserError` if the file cannot be written.
    """
    with Bundle.open(arguments.data) as bundle:
        out: Path = arguments.out or Path(f"akin-{bundle.folder.name}{SUFFIX}")
        if not out.name.endswith(SUFFIX):
            raise UserError(f"Expected --out to name a {SUFFIX} file. Received: {out}.")
        if not out.parent.is_dir():
            raise UserError(f"Expected --out to be in a folder that is there. Received: {out}.")
        files = file_count(bundle)
        # The manifest and the table of files are what the others are compared with.
        with stage("checking", files - 2, "files") as advance:
            wrong = bundle.mismatches(contents=True, advance=advance)
        if wrong:
            raise BundleError(
                f"{bundle.folder} is not as it was built: {wrong[0]} Nothing was packed. "
                "python -m precompute check says more."
            )
        with stage("packing", files, "files") as advance:
            parcel = pack(bundle, out, advance=advance)
    setting = f"AKIN_BUNDLE_URL=https://HOST/{out.name}#sha256={parcel.sha256}"
    show(
        arguments,
        summary={
            "file": parcel.path,
            "bytes": parcel.bytes,
            "sha256": parcel.sha256,
            "generation": parcel.generation,
            "files": files,
        },
        lines=[
            f"File        {parcel.path}, {parcel.bytes / 1e6:,.1f} MB",
            f"Generation  {parcel.generation}",
            f"SHA-256     {parcel.sha256}",
            f"On the host {setting}",
        ],
    )
    return 0
