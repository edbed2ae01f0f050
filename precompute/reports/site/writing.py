"""Writes a static site with several processes, each a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from precompute.reports.site.folder import OWN, Changes, SiteFolder
from precompute.reports.site.rendering import SitePart, Source, files_of, parts_of, pinned
from precompute.shared.lock import locked
from precompute.shared.machine import available_cores
from precompute.shared.progress import stage


@dataclass(frozen=True)
class WrittenSite:
    """The site in the folder `out`: how many `files` it has, their `bytes`, and the changes of this run."""

    out: Path
    files: int
    bytes: int
    changes: Changes


def write_site(source: Source, out: Path, *, processes: int | None = None) -> WrittenSite:
    """Write the site into `out`, where it replaces the one that the command wrote there before.

    Only files whose content changed are written, and files of products that left are removed. A run that was
    interrupted is continued by the next one. As many `processes` work as there are cores, unless given.

    Raises `UserError` for a folder that is not the command's own, and `BundleError` for a bundle that cannot
    be served.
    """
    source = pinned(source)
    parts = parts_of(source)
    folder = SiteFolder.open(out)
    with locked(out / OWN):
        owned = folder.owned()
        changes, files = Changes(), {}
        with stage("site", sum(part.steps for part in parts), unit="steps") as advance:
            for part, found, digests in _done(source, folder, parts, owned, processes or available_cores()):
                changes.add(found)
                files.update(digests)
                advance(part.steps)
        folder.finish(files, owned, changes)
    size = sum((out / path).stat().st_size for path in files)
    return WrittenSite(out, len(files), size, changes)


def _done(
    source: Source, folder: SiteFolder, parts: list[SitePart], owned: dict[str, str], processes: int
) -> Iterator[tuple[SitePart, Changes, dict[str, str]]]:
    if processes < 2:
        _begin(owned)
        for part in parts:
            yield part, *_write(source, folder, part)
        return
    # Forked from this process, they would share SQLite's files. This server has only imported the packages.
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", files_of.__module__])
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(owned,)) as pool:
        futures: dict[Future[tuple[Changes, dict[str, str]]], SitePart] = {
            pool.submit(_write, source, folder, part): part for part in parts
        }
        try:
            for future in as_completed(futures):
                yield futures[future], *future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_owned: dict[str, str] = {}
"""In each process, the files that the command wrote before: too many to be sent with every part."""


def _begin(owned: dict[str, str]) -> None:
    _owned.clear()
    _owned.update(owned)


def _write(source: Source, folder: SiteFolder, part: SitePart) -> tuple[Changes, dict[str, str]]:
    changes, digests = Changes(), {}
    for path, content in files_of(source, part):
        digest = folder.write(path, content, _owned, changes)
        if digest:
            digests[path] = digest
    return changes, digests
