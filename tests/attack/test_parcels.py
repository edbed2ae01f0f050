"""Who serves or packs a bundle in one file can neither write elsewhere, fill memory nor stop a host."""

from __future__ import annotations

import gzip
import hashlib
import io
import ipaddress
import random
import shutil
import ssl
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bundle import Bundle, BundleError
from bundle import format as fmt
from bundle.parcel import fetch as fetch_module
from bundle.parcel import unpack as unpack_module
from bundle.parcel.fetch import fetch
from bundle.parcel.keep import keep
from bundle.parcel.pack import pack
from bundle.parcel.public import PrivateAddressError, connect
from bundle.parcel.source import ParcelSource
from bundle.parcel.unpack import unpack
from tests.certificates import write_certificate
from tests.small_bundle import write_small_bundle

NAME = "20250501T000000000000Z"
HERE = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1"))


def archive(path: Path, *entries: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> Path:
    """A packed file with these entries, each filled with as many bytes as it says."""
    with tarfile.open(path, "w:gz", format=form) as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(b"x" * entry.size) if entry.isreg() else None)
    return path


def entry(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, kind, link
    return made


def refused(path: Path, folder: Path, said: str) -> None:
    """Unpacking says why it does not, and nothing is outside of the folder."""
    before = {each for each in folder.parent.rglob("*") if not each.is_relative_to(folder)}
    folder.mkdir()
    with pytest.raises(BundleError, match=said) as error:
        unpack(path, folder)
    assert "\n" not in str(error.value) and "python -m precompute pack" in str(error.value)
    assert before == {each for each in folder.parent.rglob("*") if not each.is_relative_to(folder)}
    assert not any(each.is_symlink() or each.is_fifo() for each in folder.rglob("*"))


@pytest.mark.parametrize(
    "name",
    [
        *("../out", f"{NAME}/../../out", "/etc/cron.d/out", f"/{NAME}/x", f"{NAME}//x", f"{NAME}/./x"),
        *(f"{NAME}/a\\b", f"{NAME}/.hidden", f"{NAME}/\x01", f"{NAME}/-x", f"{NAME}/{'x' * 300}", "stray"),
        *(
            f"{NAME}/" + "/".join("abcdefghij"),
            "C:/out",
            f"{NAME}/\udcff",
            "-rf",
            f"{NAME}/a\nb",
            ".fetched/lock",
        ),
    ],
)
def test_a_name_cannot_lead_elsewhere(tmp_path: Path, name: str) -> None:
    refused(archive(tmp_path / "x.tar.gz", entry(name, 3)), tmp_path / "to", "a name that no bundle has")


@pytest.mark.parametrize(
    "kind",
    [
        *(tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE),
        *(tarfile.DIRTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, b"Z"),
    ],
)
def test_only_regular_files_are_written(tmp_path: Path, kind: bytes) -> None:
    made = archive(tmp_path / "x.tar.gz", entry(f"{NAME}/x", kind=kind, link="/etc/passwd"))
    refused(made, tmp_path / "to", r"python -m precompute pack")
    assert not (tmp_path / "to" / NAME / "x").exists()


def test_a_file_cannot_be_written_twice_or_through_another(tmp_path: Path) -> None:
    twice = archive(tmp_path / "a.tar.gz", entry(f"{NAME}/x", 1), entry(f"{NAME}/x", 1))
    refused(twice, tmp_path / "a", "Received: .* twice")
    below = archive(tmp_path / "b.tar.gz", entry(f"{NAME}/x", 1), entry(f"{NAME}/x/y", 1))
    (tmp_path / "b").mkdir()
    with pytest.raises((BundleError, OSError)):
        unpack(below, tmp_path / "b")


def test_a_second_generation_or_another_name_is_refused(tmp_path: Path) -> None:
    current = entry(fmt.CURRENT, 3)
    for number, entries in enumerate(
        ([entry("one/x")], [current, entry("one/x")], [current, entry("xxx/x"), entry("two/x")], [])
    ):
        made = archive(tmp_path / f"{number}.tar.gz", *entries)
        refused(made, tmp_path / str(number), "Expected one generation in")


def test_a_bomb_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "LARGEST", 5_000_000)
    made = archive(tmp_path / "x.tar.gz", entry(f"{NAME}/x", 30_000_000))
    assert made.stat().st_size < 100_000
    refused(made, tmp_path / "to", "at most 5,000,000 bytes")
    assert (tmp_path / "to" / NAME / "x").stat().st_size <= 5_000_000


def test_emptiness_between_files_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "LARGEST", 5_000_000)
    claimed = entry(f"{NAME}/x", 1 << 40).tobuf(tarfile.GNU_FORMAT)
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(claimed + bytes(30_000_000)))
    refused(tmp_path / "x.tar.gz", tmp_path / "to", "at most 5,000,000 bytes")


def test_many_files_stop_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "MOST_FILES", 50)
    made = archive(tmp_path / "x.tar.gz", *(entry(f"{NAME}/{number}") for number in range(60)))
    refused(made, tmp_path / "to", "at most 50 files")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_claims_to_be_huge_is_not_read(tmp_path: Path, kind: bytes) -> None:
    head = entry("x", 1 << 33, kind).tobuf(tarfile.GNU_FORMAT)
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(head + bytes(20_000_000)))
    refused(tmp_path / "x.tar.gz", tmp_path / "to", "no header of more than")


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\x1f\x8b", gzip.compress(b"no tar", mtime=0), b"<html>"]
)
def test_what_is_no_archive_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.tar.gz").write_bytes(data)
    refused(tmp_path / "x.tar.gz", tmp_path / "to", "is no bundle in one file|Expected one generation")


def test_a_damaged_archive_is_a_sentence_wherever_the_damage_is(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "data", ["a", "b"], generation=NAME)
    with Bundle.open(tmp_path / "data") as bundle:
        whole = pack(bundle, tmp_path / "x.tar.gz").path.read_bytes()
    plain = gzip.decompress(whole)
    dice = random.Random(7)
    for number in range(300):
        data = bytearray(whole if number % 2 else plain)
        for _ in range(dice.randrange(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        damaged = bytes(data[: dice.choice([len(data), dice.randrange(len(data))])])
        (tmp_path / "x.tar.gz").write_bytes(damaged if number % 2 else gzip.compress(damaged, 1, mtime=0))
        shutil.rmtree(tmp_path / "to", ignore_errors=True)
        (tmp_path / "to").mkdir()
        try:
            unpack(tmp_path / "x.tar.gz", tmp_path / "to")
        except (BundleError, OSError):
            continue
        assert set(tmp_path.iterdir()) == {tmp_path / name for name in ("data", "to", "x.tar.gz")}


Answer = Callable[[BaseHTTPRequestHandler], None]


class Files:
    """A server by HTTPS whose answers a test chooses, by path; `asked` has the paths in order."""

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.asked.append(self.path)
                files.answers[self.path](self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def sends(data: bytes, *, status: int = 200, length: int | None = None, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def leads(to: str) -> Answer:
    return sends(b"", status=302, Location=to)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate for localhost, and of its key."""
    folder = tmp_path_factory.mktemp("certificate")
    write_certificate(folder)
    return folder


@pytest.fixture
def files(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    monkeypatch.setattr(fetch_module, "_PAUSE", 0.0)
    served = Files(certificate)
    yield served
    served.close()


def asked(files: Files, data: bytes, path: str = "/a.tar.gz") -> ParcelSource:
    return ParcelSource(files.address + path, hashlib.sha256(data).hexdigest())


def failure(source: ParcelSource, to: Path) -> str:
    with pytest.raises(BundleError) as error:
        fetch(source, to, allowed=HERE, say=lambda _: None)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_release_asset_is_fetched_through_its_redirect(files: Files, tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "made", ["a"], generation=NAME)
    with Bundle.open(tmp_path / "made") as bundle:
        data = pack(bundle, tmp_path / "x.tar.gz").path.read_bytes()
    files.answers = {"/a.tar.gz?token=s": leads("/b"), "/b": sends(data)}
    said: list[str] = []
    keep(asked(files, data, "/a.tar.gz?token=s"), tmp_path / "data", allowed=HERE, say=said.append)
    assert fmt.read_current(tmp_path / "data") == NAME
    assert files.asked == ["/a.tar.gz?token=s", "/b"]
    assert not any("token" in line for line in said)


def test_private_addresses_are_refused_unless_they_are_named(files: Files, tmp_path: Path) -> None:
    source = asked(files, b"")
    with pytest.raises(BundleError, match=r"leads into a private network, to .*AKIN_BUNDLE_PRIVATE"):
        fetch(source, tmp_path / "x", allowed=(), say=lambda _: None)
    assert files.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "169.254.169.254", "::ffff:10.0.0.1"])
def test_no_notation_leads_into_a_private_network(host: str) -> None:
    with pytest.raises(PrivateAddressError):
        connect(host, 443, timeout=1, allowed=())


@pytest.mark.parametrize(
    "location",
    ["http://localhost/a", "file:///etc/passwd", "", "https://", "https://me:pw@localhost/a", "ftp://x/y"],
)
def test_a_redirect_stays_with_https(files: Files, tmp_path: Path, location: str) -> None:
    files.answers = {"/a.tar.gz": leads(location)}
    assert "redirect" in failure(asked(files, b""), tmp_path / "x")


def test_redirects_end(files: Files, tmp_path: Path) -> None:
    files.answers = {"/a.tar.gz": leads("/a.tar.gz")}
    assert "more than 5 redirects" in failure(asked(files, b""), tmp_path / "x")
    assert len(files.asked) == 6


def test_another_file_is_refused_by_its_hash(files: Files, tmp_path: Path) -> None:
    files.answers = {"/a.tar.gz": sends(b"other")}
    assert "to have the SHA-256" in failure(asked(files, b"this"), tmp_path / "x")


def test_a_missing_file_is_asked_for_once_and_a_busy_server_thrice(files: Files, tmp_path: Path) -> None:
    files.answers = {"/a.tar.gz": sends(b"", status=404), "/b": sends(b"", status=503)}
    assert "Received: status 404" in failure(asked(files, b""), tmp_path / "x")
    assert "answered 503" in failure(asked(files, b"", "/b"), tmp_path / "x")
    assert files.asked == ["/a.tar.gz", *["/b"] * 3]


def test_a_short_answer_is_asked_for_again(files: Files, tmp_path: Path) -> None:
    answers = iter([sends(b"tar", length=5), sends(b"tarry")])
    files.answers = {"/a.tar.gz": lambda handler: next(answers)(handler)}
    fetch(asked(files, b"tarry"), tmp_path / "x", allowed=HERE, say=lambda _: None)
    assert (tmp_path / "x").read_bytes() == b"tarry"


def test_a_file_that_is_too_large_is_not_fetched(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "LARGEST", 1_000_000)
    files.answers = {"/a.tar.gz": sends(b"", length=1_000_001), "/b": sends(b"x" * 3_000_000, length=-1)}
    assert "at most 1,000,000 bytes. Received: 1,000,001." in failure(asked(files, b""), tmp_path / "x")
    assert "at most 1,000,000 bytes. Received: more." in failure(asked(files, b"", "/b"), tmp_path / "x")
    assert (tmp_path / "x").stat().st_size <= 1_000_000


def test_a_slow_server_is_given_up(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_module, "SECONDS", -1.0)
    files.answers = {"/a.tar.gz": sends(b"x" * 100)}
    assert "It came too slowly" in failure(asked(files, b""), tmp_path / "x")


def test_a_server_without_a_known_certificate_is_refused(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    files.answers = {"/a.tar.gz": sends(b"")}
    assert "self-signed certificate" in failure(asked(files, b""), tmp_path / "x").replace(
        "self signed", "self-signed"
    )
    assert files.asked == []
