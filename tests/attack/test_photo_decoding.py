"""Files that are made to hurt a decoder: each is named, and none takes its time or its memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bundle import Bundle
from pictures.apart import Apart
from pictures.decoding import decode
from pictures.errors import NoPictureError, PictureError
from pictures.form import Form
from pictures.limits import MEGABYTE, UPLOAD
from tests.builds import run, write_pictures
from tests.drawn_pictures import encoded, picture
from tests.hostile_photos import AS_LARGE_AS_ALLOWED, LARGE, TOO_MANY_PARTS, progressive_jpeg

FORM = Form("upright", 32, "crop", "bicubic")
BESIDE = 40 * MEGABYTE
"""What the decoding process has by itself, and the file that it was given."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells it here")


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    apart = Apart(UPLOAD)
    yield apart
    apart.stop()


def square(apart: Apart, data: bytes, *, seconds: float = UPLOAD.seconds) -> bytes:
    return apart.square(data, FORM, seconds=seconds)[0]


def status_of(process_id: int, name: str) -> int:
    """A number of bytes that Linux says of a process."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


@pytest.mark.parametrize("kind", TOO_MANY_PARTS)
def test_too_many_parts_are_named_before_a_decoder_takes_them(kind: str) -> None:
    data = TOO_MANY_PARTS[kind]()
    for limits in (UPLOAD, None):
        started = time.process_time()
        with pytest.raises(PictureError, match=r"far more|more than|more bytes than"):
            decode(data, limits=limits) if limits else decode(data)
        assert time.process_time() - started < 1, "of the processor's time, not of the clock's"


def test_a_build_names_such_files_and_goes_on(tmp_path: Path, tiny: object) -> None:
    photos = write_pictures(tmp_path / "photos", 4)
    kinds = ("EXIF segments, 2.5 MB", "fill", "empty APP13", "PNG chunks", "GIF extensions")
    for place, kind in enumerate(kinds):
        (photos / f"hostile_{place}.jpg").write_bytes(TOO_MANY_PARTS[kind]())
    run(photos, tmp_path / "data")
    bundle = Bundle.open(tmp_path / "data")
    reasons = {entry["file"]: entry["reason"] for entry in bundle.report()["left_out"]}
    assert set(reasons) == {f"hostile_{place}.jpg" for place in range(len(kinds))} and bundle.count == 4
    assert all("than a picture has" in reason or "chunks" in reason for reason in reasons.values())


@pytest.mark.slow
@pytest.mark.parametrize("kind", LARGE)
def test_what_takes_too_much_memory_is_named_and_takes_none(kind: str, apart: Apart) -> None:
    apart.stop()
    with pytest.raises(PictureError, match=r"which take \d+ MB to decode|more than the limit of 100 million"):
        square(apart, LARGE[kind]())
    assert apart.process_id is not None, "the process was not ended by it"
    if Path("/proc/self/status").exists():
        assert status_of(apart.process_id, "VmHWM") < BESIDE


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("kind", AS_LARGE_AS_ALLOWED)
def test_what_is_allowed_takes_what_it_is_known_to_take_and_gives_it_back(kind: str, apart: Apart) -> None:
    data = AS_LARGE_AS_ALLOWED[kind]()
    apart.stop()
    apart.start()
    before = status_of(apart.process_id, "VmRSS")
    assert len(square(apart, data)) == 32 * 32 * 3
    if apart.process_id is not None:
        assert status_of(apart.process_id, "VmHWM") < before + UPLOAD.memory + len(data)
        assert status_of(apart.process_id, "VmRSS") < before + 25 * MEGABYTE


def test_the_same_comes_out_as_without_a_process_of_its_own(apart: Apart) -> None:
    for name in UPLOAD.formats:
        data = encoded(picture(3, width=200), name)
        assert square(apart, data) == FORM.square(data, limits=UPLOAD).tobytes()
    with pytest.raises(NoPictureError, match="not a picture in a supported format"):
        square(apart, b"%PDF-1.7")
    with pytest.raises(PictureError, match="empty"):
        square(apart, b"")


def test_what_takes_too_long_is_ended_and_the_next_one_is_decoded(apart: Apart) -> None:
    slow = progressive_jpeg(90)
    good = encoded(picture(1), "JPEG")
    square(apart, good)
    ended = apart.process_id
    with pytest.raises(PictureError, match="decoding takes longer than 2 s"):
        square(apart, slow, seconds=0.05)
    assert apart.process_id is None
    assert square(apart, good) and apart.process_id not in (None, ended)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_decoder_that_is_ended_from_outside_is_replaced_and_no_photo_is_to_blame(
    number: signal.Signals, apart: Apart
) -> None:
    apart.start()
    os.kill(apart.process_id, number)
    assert square(apart, encoded(picture(1), "JPEG"))


def test_a_photo_that_breaks_its_decoder_down_is_to_blame() -> None:
    program = (
        "import os, signal\nfrom pictures import child\n"
        "child._pictures = lambda job, data, limits: os.kill(os.getpid(), signal.SIGSEGV)\nchild.main()\n"
    )
    apart = Apart(UPLOAD, program=("-c", program))
    with pytest.raises(PictureError, match="damaged: it crashes the decoder"):
        square(apart, encoded(picture(1), "JPEG"))
    apart.stop()


@needs_proc
@pytest.mark.slow
def test_memory_that_no_check_foresaw_is_refused_by_the_system() -> None:
    """As of a decoder that takes more than it is known to: here the check's own limit is lifted."""
    program = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from pictures import child\n"
        "bounded = child._pictures\n"
        "child._pictures = lambda job, data, limits: bounded(job, data, replace(limits, memory=10**12))\n"
        "child.main()\n"
    )
    apart = Apart(UPLOAD, program=("-c", program))
    try:
        with pytest.raises(PictureError, match=r"takes more memory than there is|damaged"):
            square(apart, LARGE["transparent WebP"]())
        assert square(apart, encoded(picture(1), "JPEG"))
    finally:
        apart.stop()


def test_the_process_ends_with_the_one_that_it_works_for() -> None:
    program = (
        "import os, sys\n"
        "from pictures.apart import Apart\nfrom pictures.limits import UPLOAD\n"
        "apart = Apart(UPLOAD)\napart.start()\nprint(apart.process_id, flush=True)\nos._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    child, deadline = int(done.stdout), time.monotonic() + 60
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _is_running(child)


def _is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc/self/stat").exists()
    return state != "Z"


def test_a_process_that_was_forked_starts_one_of_its_own(apart: Apart) -> None:
    apart.start()
    first = apart.process_id
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Other tests' threads are not used in it.
        forked = os.fork()
    if forked == 0:
        try:
            assert apart.process_id is None
            square(apart, encoded(Image.new("RGB", (9, 9)), "PNG"))
            os.write(writing, str(apart.process_id).encode())
            apart.stop()
        finally:
            os._exit(0)
    os.waitpid(forked, 0)
    assert int(os.read(reading, 20)) != first
    assert square(apart, encoded(picture(1), "JPEG")) and apart.process_id == first
