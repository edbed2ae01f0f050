"""A catalogue's pictures are decoded in time: ordinary ones here, all others where they can be stopped."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bundle import Bundle
from pictures import apart, in_time
from pictures.decoding import decode
from pictures.errors import NoPictureError, PictureError
from pictures.in_time import decode_in_time, given_up_when_stopped
from pictures.limits import BUILD
from tests.builds import run, tiny, write_pictures
from tests.drawn_pictures import encoded, picture
from tests.hostile_photos import progressive_jpeg
from tests.waiting import eventually

__all__ = ["tiny"]


ORDINARY = {
    "PNG": lambda: encoded(picture(1), "PNG"),
    "JPEG": lambda: encoded(picture(1, width=100), "JPEG"),
    "JPEG in passes": lambda: encoded(picture(1), "JPEG", progressive=True),
    "WebP": lambda: encoded(picture(1), "WEBP"),
    "AVIF": lambda: encoded(picture(1), "AVIF"),
    "BMP": lambda: encoded(picture(1), "BMP"),
    "GIF": lambda: encoded(picture(1), "GIF"),
}
OTHERS = {
    "TIFF": lambda: encoded(picture(1), "TIFF"),
    "HEIF": lambda: encoded(picture(1), "HEIF"),
    "large JPEG in passes": lambda: encoded(picture(1, width=100), "JPEG", progressive=True),
    "large WebP": lambda: encoded(picture(1, width=130), "WEBP"),
    "large AVIF": lambda: encoded(picture(1, width=130), "AVIF"),
    "larger JPEG": lambda: encoded(picture(1, width=200), "JPEG"),
}


@pytest.fixture(autouse=True, scope="module")
def _ended() -> Iterator[None]:
    yield
    while in_time._idle:
        in_time._idle.pop().stop()


@pytest.mark.parametrize("kind", [*ORDINARY, *OTHERS])
def test_the_result_is_the_same_wherever_it_is_decoded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A thousandth of what is ordinary in truth.
    monkeypatch.setattr(in_time, "_PIXELS", 12_000)
    monkeypatch.setattr(in_time, "_PIXELS_OF", {"AVIF": 10_000, "WEBP": 10_000})
    monkeypatch.setattr(in_time, "_PIXELS_IN_PASSES", 7_900)
    asked: list[str] = []
    there = apart.Apart.picture
    monkeypatch.setattr(
        apart.Apart, "picture", lambda *given, **more: asked.append(kind) or there(*given, **more)
    )
    data = (ORDINARY | OTHERS)[kind]()
    for decoding in ("upright", "plain"):
        found, expected = decode_in_time(data, decoding), decode(data, decoding)
        assert (found.mode, found.size) == (expected.mode, expected.size)
        assert found.tobytes() == expected.tobytes()
    assert len(asked) == (2 if kind in OTHERS else 0)


def test_what_is_damaged_has_the_same_reason_wherever_it_is_decoded() -> None:
    for data in (b"II*\0" + bytes(100), b"MM", b"%PDF-1.7", b"", OTHERS["HEIF"]()[:300]):
        with pytest.raises(PictureError) as there:
            decode_in_time(data)
        with pytest.raises(PictureError) as here:
            decode(data)
        assert str(there.value) == str(here.value)
        assert isinstance(there.value, NoPictureError) == isinstance(here.value, NoPictureError)


def test_a_picture_that_takes_too_long_is_left_out_by_name(
    tmp_path: Path, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_time, "BUILD", replace(BUILD, seconds=0.05))
    monkeypatch.setattr(in_time, "_idle", [])
    photos = write_pictures(tmp_path / "photos", 4)
    (photos / "slow.jpg").write_bytes(progressive_jpeg(90))
    run(photos, tmp_path / "data")
    bundle = Bundle.open(tmp_path / "data")
    (left_out,) = bundle.report()["left_out"]
    assert left_out == {"file": "slow.jpg", "reason": "decoding takes longer than 0.05 s"}
    assert bundle.count == 4


def test_who_stops_a_build_waits_for_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import time\nfrom pictures import child\n"
        "child._picture = lambda job, data, limits: time.sleep(600)\nchild.main()\n"
    )
    monkeypatch.setattr(in_time, "Apart", lambda limits, **_: apart.Apart(limits, program=("-c", program)))
    monkeypatch.setattr(in_time, "_idle", [])
    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(KeyboardInterrupt), given_up_when_stopped():
            waiting = [pool.submit(decode_in_time, OTHERS["TIFF"]()) for _ in range(2)]
            eventually(lambda: len([each for each in in_time._busy if each.process_id]) == 2)
            raise KeyboardInterrupt
        for each in waiting:
            with pytest.raises(PictureError, match="stopped"):
                each.result(timeout=60)
    assert not in_time._busy and not in_time._idle


def test_a_process_that_was_left_in_the_middle_of_a_picture_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = OTHERS["TIFF"]()
    expected = decode_in_time(data).tobytes()

    def stopped(stream: io.BufferedReader) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(apart, "receive", stopped)
        decode_in_time(data)
    assert decode_in_time(data).tobytes() == expected
