"""Writes a static site with several processes, each a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from precompute.reports.site.folder import OWN, Changes, SiteFolder, WrittenSite
from precompute.reports.site.made import Made, MadeFile, Unit, read_made
from precompute.reports.site.rendering import Making, SitePart, makings_of, parts_of
from precompute.reports.site.source import Source
from precompute.shared.lock import locked
from precompute.shared.machine import available_cores
from precompute.shared.progress import stage


def write_site(source: Source, out: Path, *, processes: int | None = None) -> WrittenSite:
    """Write the site into `out`, where it replaces the one that the command wrote there before.

    Only what would come out otherwise is made, only files whose content changed are written, and files of
    products that left are removed. A run that was interrupted is continued by the next one. As many
    `processes` work as there are cores, unless given.

    Raises `UserError` for a folder that is not the command's own, and `BundleError` for a bundle that cannot
    be served.
    """
    source = source.pinned()
    parts = parts_of(source)
    folder = SiteFolder.open(out)
    with locked(out / OWN):
        known = read_made(out / OWN)
        owned = folder.owned()
        changes = Changes()
        units: dict[str, Unit] = {}
        with stage("site", sum(part.steps for part in parts), unit="steps") as advance:
            work = _Work(source, folder, source.key(), known, frozenset(owned))
            for part, found, made in _done(work, parts, processes or available_cores()):
                changes.add(found)
                units.update((unit.name, unit) for unit in made)
                advance(part.steps)
        done = Made("" if changes.foreign else source.key(), units)
        folder.finish({file.path: file.sha256 for file in done.files}, owned, changes)
        done.write(out / OWN)
    return WrittenSite(out, len(done.files), sum(file.bytes for file in done.files), changes)


@dataclass(frozen=True)
class _Work:
    """What every process needs: the source and its `key`, the folder, and what is in that already."""

    source: Source
    folder: SiteFolder
    key: str
    known: Made
    owned: frozenset[str]

    def write(self, part: SitePart) -> tuple[Changes, list[Unit]]:
        """Make and write what is not there already of one part."""
        changes, units = Changes(), []
        for making in makings_of(self.source, part):
            keys = (making.key or self.key, self.key)
            kept = self.known.kept(self.folder.path, making.name, keys)
            changes.unchanged += len(kept.files) if kept else 0
            units.append(kept or self._made(making, changes))
        return changes, units

    def _made(self, making: Making, changes: Changes) -> Unit:
        files, is_whole = [], True
        for path, content in making.files():
            digest = self.folder.write(path, content, self.owned, changes)
            if digest:
                files.append(MadeFile.at(self.folder.path, path, digest))
            else:
                is_whole = False
        key = self.key if making.went_beyond else making.key or self.key
        return Unit(making.name, key if is_whole else "", tuple(files))


def _done(
    work: _Work, parts: list[SitePart], processes: int
) -> Iterator[tuple[SitePart, Changes, list[Unit]]]:
    if processes < 2:
        for part in parts:
            yield part, *work.write(part)
        return
    # Processes forked from this one would share SQLite's files. The fork server has only imported packages.
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", makings_of.__module__])
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(work,)) as pool:
        futures: dict[Future[tuple[Changes, list[Unit]]], SitePart] = {
            pool.submit(_write, part): part for part in parts
        }
        try:
            for future in as_completed(futures):
                yield futures[future], *future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_work: list[_Work] = []
"""What each process needs: too much to be sent with every part."""


def _begin(work: _Work) -> None:
    _work[:] = [work]


def _write(part: SitePart) -> tuple[Changes, list[Unit]]:
    return _work[0].write(part)
