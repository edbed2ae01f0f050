"""Runs a collection from beginning to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pictures.errors import PictureError
from precompute.collect.addresses import is_address, without_credentials
from precompute.collect.catalogue_folder import Choice, Written, write_catalogue, write_report
from precompute.collect.fetching.crawl import crawl
from precompute.collect.fetching.guard import networks
from precompute.collect.fetching.limits import CollectLimits
from precompute.collect.fetching.politeness import Manners
from precompute.collect.journal import Answer, Journal
from precompute.collect.picture_fetching import PHASE as PICTURES
from precompute.collect.picture_fetching import Pictures, keep_picture, picture_address, want
from precompute.collect.readers import Found, Target
from precompute.collect.readers.kinds import Scope, reader_of
from precompute.collect.readers.table import say_of
from precompute.collect.reading import PHASE as READING
from precompute.collect.reading import Reading
from precompute.collect.settings import RESUMABLE_HOURS, TABLE, USER_AGENT, CollectSettings
from precompute.shared.errors import UserError
from precompute.shared.lock import locked
from precompute.shared.progress import say, stage
from precompute.shared.wording import counted
from precompute.sources import LeftOut, read_records
from precompute.sources.catalogue import table_in
from precompute.sources.files import JOURNAL
from precompute.sources.folders.picture_files import PictureFiles, read_picture
from precompute.sources.folders.unpacked import UnpackFolder, opened
from precompute.store.files import remove_unfinished


@dataclass(frozen=True)
class Collected:
    """The result of a collection. `unfinished` says what is missing and why; empty if nothing is."""

    folder: Path
    kind: str
    products: int
    pictures: int
    left_out: list[LeftOut]
    unfinished: str


def collect(settings: CollectSettings) -> Collected:
    """Collect a catalogue into `settings.out`, or resume a collection that was stopped there.

    A finished collection is refreshed: only changes are fetched. Raises `UserError` if the source is
    unsuitable, does not answer or has no product.
    """
    networks(settings.allow_private)
    with locked(settings.out):
        journal = Journal(settings.out / JOURNAL)
        remove_unfinished(settings.out / JOURNAL)
        try:
            collection = _Collection(settings, journal, CollectLimits(settings), Manners())
            return collection.gather(is_known=_begin(settings, journal))
        finally:
            journal.close()


def _begin(settings: CollectSettings, journal: Journal) -> bool:
    """Resume a collection, or begin a new one that reuses earlier answers.

    Returns whether it relies on what an earlier collection found out about the source.
    """
    asked = {
        "source": settings.source,
        "forced": settings.kind or "",
        "columns": json.dumps(dict(settings.columns)),
        "allowed": json.dumps(settings.allow_domains),
    }
    now = datetime.now(UTC)
    started, kind = journal.state("started"), journal.state("kind")
    is_same = all(journal.state(name) == value for name, value in asked.items())
    is_recent = bool(started) and now - datetime.fromisoformat(started) < timedelta(hours=RESUMABLE_HOURS)
    if is_same and is_recent and journal.state("phase") != "finished":
        journal.reopen()
        if kind:
            say("Resuming the last collection where it was stopped.")
        return False
    known = {"kind": kind, "scope": journal.state("scope")} if is_same and kind else {}
    seeds = journal.seeds() if known else []
    journal.begin(**asked, started=now.isoformat(timespec="seconds"))
    if seeds:
        say(f"{_shown(settings)} is collected again: only changes are fetched.")
        journal.plant(READING, seeds, **known)
    return bool(seeds)


@dataclass(frozen=True)
class _Collection:
    """The passes of one collection, and what they share."""

    settings: CollectSettings
    journal: Journal
    limits: CollectLimits
    manners: Manners

    def gather(self, *, is_known: bool) -> Collected:
        """Read, fetch the pictures, write. If the likeliest place has no products, try the next one."""
        settings, journal = self.settings, self.journal
        unfinished = self._read()
        kind, scope = journal.state("kind"), Scope.from_json(journal.state("scope"))
        reader = reader_of(kind, scope, settings)
        choice = Choice(journal, reader, settings.max_products, settings.max_images)
        count = sum(1 for _ in choice.records())
        if not count and kind == "sitemap" and not settings.kind:
            say("None of the pages in the sitemap has product data: following links instead.")
            self._begin_anew(
                READING, [Target(scope.start, "page", scope.start)], kind="pages", scope=scope.to_json()
            )
            return self.gather(is_known=False)
        if not count and is_known:
            say("No products are left where they were found before: examining the source again.")
            self._begin_anew(READING, [])
            return self.gather(is_known=False)
        if not count:
            reason = self._no_products()
            # The next collection does not rely on what was found out about the source.
            journal.begin()
            raise UserError(reason)
        say(f"Found {counted(count, 'product')}.")
        self._copy_pictures(choice)
        unfinished = self._get_pictures(choice) or unfinished
        try:
            written = write_catalogue(choice, settings.out)
        except UserError:
            if unfinished:
                raise UserError(
                    f"Expected pictures of {counted(count, 'product')}. Received: none ({unfinished}). "
                    "Everything collected is kept: run the same command again to continue."
                ) from None
            # The same command tries again, because the pictures may be there by then.
            journal.note(phase="finished")
            raise
        journal.note(phase="" if unfinished else "finished")
        self._report(written, unfinished)
        return Collected(settings.out, kind, written.products, written.pictures, written.left_out, unfinished)

    def _begin_anew(self, phase: str, seeds: list[Target], **known: str) -> None:
        """Restart the same collection from other seeds."""
        names = ("source", "forced", "columns", "allowed", "started")
        self.journal.begin(**{name: self.journal.state(name) for name in names})
        if seeds:
            self.journal.plant(phase, seeds, **known)

    def _read(self) -> str:
        """Run the first pass. Returns what is missing and why; empty if nothing is."""
        if not is_address(self.settings.source):
            self._read_local()
            return ""
        if self.journal.state("kind") and not self.journal.has_open(READING):
            return ""
        with stage("Reading", 1, "pages") as advance:
            self.journal.release()
            reading = Reading(self.settings, self.journal, self.limits, advance)
            crawl(self.settings, reading, self.manners)
        if passed_over := list(reading.passed_over()):
            # A resumed collection and the report read it from the journal.
            self.journal.note(passed_over=json.dumps([[each.file, each.reason] for each in passed_over]))
        if not self.journal.state("kind"):
            raise UserError(
                f"Expected an answer from {_shown(self.settings)} within {reading.limit}. Received: none."
            )
        if reading.gone:
            raise UserError(
                f"Expected {_shown(self.settings)} to answer until the end. Received: {reading.gone}. "
                "Everything read so far is kept: run the same command again to continue."
            )
        # If --max-products was reached, nothing is missing.
        is_part = reading.limit and "products" not in reading.limit
        return f"further pages were not read because of {reading.limit}" if is_part else ""

    def _read_local(self) -> None:
        """Read the records of a local table, without fetching anything."""
        settings, path = self.settings, Path(self.settings.source)
        if not path.exists():
            raise UserError(f"Expected an address or a table. Received: {path}, which does not exist.")
        unpack = self._unpack()
        given, path = path, opened(path, unpack)
        pictures = PictureFiles(self._picture_folder(given, path), unpack_to=unpack)
        if path.is_dir():
            _, records = table_in(path, settings.columns, pictures=pictures) or (None, None)
            if records is None:
                raise UserError(f"Expected an address or a table. Received: {given}, a folder without one.")
        else:
            records = read_records(path, columns=settings.columns, kind=settings.kind, pictures=pictures)
        target = Target(str(records.path), TABLE)
        self.journal.note(kind=TABLE, scope=Scope(target.url, frozenset()).to_json())
        self.journal.add(READING, [target])
        self.journal.keep_found(READING, target, Answer(), Found(records))
        say_of(records)

    def _unpack(self) -> UnpackFolder:
        """The folder to which a local archive, or pictures inside a local table, are unpacked."""
        return UnpackFolder(self.settings.out / JOURNAL / "unpacked")

    def _picture_folder(self, given: Path, path: Path) -> Path:
        """The folder that the paths in a local table start from."""
        return self.settings.image_folder or (path if path.is_dir() else given.parent)

    def _copy_pictures(self, choice: Choice) -> None:
        """Copy a local table's pictures that are paths into the catalogue."""
        source = Path(self.settings.source)
        if is_address(self.settings.source):
            return
        unpack = self._unpack()
        folder = self._picture_folder(source, opened(source, unpack))
        files = PictureFiles(folder)
        for image in (image for record in choice.records() for image in record.images):
            if image in choice.local or image in choice.reasons or is_address(image):
                continue
            try:
                inside = unpack.folder / image
                data = read_picture(inside if inside.is_file() else folder / files.find(image))
                choice.local[image] = keep_picture(data, self.settings.out)
            except (ValueError, OSError, PictureError) as error:
                choice.reasons[image] = str(error)

    def _get_pictures(self, choice: Choice) -> str:
        """Run the second pass. Returns what is missing and why; empty if nothing is."""
        self.journal.release()
        count, known = want(_addresses(choice), self.settings.out, self.journal)
        with stage("Pictures", count, "pictures") as advance:
            advance(known, known)
            pictures = Pictures(self.settings.out, self.journal, self.limits, advance)
            if self.journal.has_open(PICTURES):
                crawl(self.settings, pictures, self.manners)
        for host, reason in pictures.gone.items():
            say(f"{host} no longer answers ({reason}): its other pictures were not fetched.")
        if pictures.limit:
            return f"further pictures were not fetched because of {pictures.limit}"
        return f"{', '.join(pictures.gone)} does not answer" if pictures.gone else ""

    def _no_products(self) -> str:
        counts = self.journal.count(READING)
        first = next(self.journal.troubles(READING), None)
        why = f"; {first[0]}: {first[2]}" if first and not counts.get("done") else ""
        named = next((each for each in self.journal.entries() if isinstance(each, LeftOut)), None)
        why = f"; {named.file}: {named.reason}" if named is not None else why
        if self.journal.state("kind") == TABLE:
            return f"Expected products in {_shown(self.settings)}. Received: none{why}."
        pages = f"{sum(counts.values()):,} pages"
        return (
            f"Expected products at {_shown(self.settings)}. Received: none in {pages}{why}. Neither a shop "
            "system's list nor JSON-LD, microdata or Open Graph in pages was found. Try the address of a "
            "category's page or of a product feed, or an exported table."
        )

    def _report(self, written: Written, unfinished: str) -> None:
        counts = {
            "pages": self.journal.count(READING),
            "picture_addresses": self.journal.count(PICTURES),
            "products": written.products,
            "pictures": written.pictures,
            "left_out": len(written.left_out),
        }
        content = {
            "source": _shown(self.settings),
            "kind": self.journal.state("kind"),
            "started": self.journal.state("started"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "unfinished": unfinished,
            "user_agent": USER_AGENT,
            "counts": counts,
            "left_out": [asdict(entry) for entry in written.left_out],
        }
        write_report(self.settings.out, content)


def _addresses(choice: Choice) -> Iterator[tuple[str, int]]:
    """The addresses of all pictures, each once, with its position among its product's pictures."""
    seen: set[str] = set()
    for record in choice.records():
        for place, image in enumerate(record.images):
            try:
                url = picture_address(image)
            except PictureError:
                continue
            if url not in seen:
                seen.add(url)
                yield url, place


def _shown(settings: CollectSettings) -> str:
    return without_credentials(settings.source)
