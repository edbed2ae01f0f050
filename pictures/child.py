"""The child process of `pictures.apart.Apart`: decodes one picture after another until its input ends.

The operating system limits its address space and the CPU time for each picture, forbids it to write files,
and ends it when it exceeds a limit.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms

from pictures.box import Box
from pictures.colours.reduced import reduced
from pictures.decoding import decode
from pictures.errors import NoPictureError, PictureError
from pictures.form import Form
from pictures.limits import PictureLimits
from pictures.messages import receive, send

_SLACK = 64 * 1024**2
"""Bytes of address space on top of `PictureLimits.memory`, for the libraries."""

_KEPT = {True: 224 * 1024**2, False: 24 * 1024**2}
"""Bytes that may stay in use after a picture, by what `Apart` says of keeping them. If there are more, a new
process replaces this one."""

_WAITING = 5
"""The wall-clock limit as a multiple of the CPU limit, as other programs may use the CPU too."""


def main() -> None:
    """Read pictures from stdin and write the results to stdout."""
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    warnings.simplefilter("ignore")
    # One thread takes the same CPU time and less memory.
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
    head, _ = receive(jobs)
    limits = PictureLimits(**head["limits"] | {"formats": tuple(head["limits"]["formats"])})
    kept = _KEPT[head["keeps_memory"]]
    os.nice(head["niceness"])
    _load_everything()
    _bound_memory(limits)
    before = _resident()
    send(answers, {"ready": True})
    # A decoder's complaints about a hostile file do not belong in the log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    while True:
        try:
            job, data = receive(jobs)
        except EOFError:
            return
        answer, content = _answered(job, data, limits)
        del data
        answer["last"] = _resident() > before + kept
        send(answers, answer, content)
        if answer["last"]:
            return


def _answered(job: dict[str, Any], data: bytes, limits: PictureLimits) -> tuple[dict[str, Any], bytes]:
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, job["seconds"])
    signal.setitimer(signal.ITIMER_REAL, _WAITING * job["seconds"])
    try:
        pictures = _pictures(job, data, limits)
        answer: dict[str, Any] = {"size": pictures[0].size, "reduced": pictures[-1].size}
        content = b"".join(picture.tobytes() for picture in pictures)
    except PictureError as error:
        answer, content = {"reason": str(error), "is_picture": not isinstance(error, NoPictureError)}, b""
    except MemoryError:
        answer, content = {"reason": "decoding takes more memory than there is", "is_picture": True}, b""
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return answer | {"seconds": time.process_time() - started}, content


def _pictures(job: dict[str, Any], data: bytes, limits: PictureLimits) -> list[Image.Image]:
    """What the job asks for: an extractor's input, and the reduced picture if its colours are needed."""
    box = Box(*job["box"])
    if job["form"] is None:
        return [decode(data, job["decoding"], limits=limits, box=box)]
    form = Form(**job["form"])
    picture = form.decoded(data, limits=limits, box=box)
    return [form.squared(picture), *([reduced(picture)] if job["reduced"] else [])]


def _load_everything() -> None:
    """Load what Pillow would load lazily, before memory is measured."""
    Image.init()
    ImageCms.createProfile("sRGB")


def _bound_memory(limits: PictureLimits) -> None:
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))
    status = Path("/proc/self/statm")
    # Other systems, such as macOS, have no such limit. The memory that each format needs is still checked.
    if status.exists():
        used = int(status.read_text().split()[0]) * resource.getpagesize()
        most = used + limits.memory + limits.bytes + _SLACK
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _resident() -> int:
    status = Path("/proc/self/statm")
    if not status.exists():
        return 0
    return int(status.read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
