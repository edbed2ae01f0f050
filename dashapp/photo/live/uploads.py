"""Reads the photos of a request, with a size limit, into memory and nowhere else."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, cast

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

from dashapp.photo.live.turns import BusyError
from dashapp.problems import Problem, unusable
from pictures.box import WHOLE, Box
from pictures.limits import MEGABYTE, UPLOAD

MOST_PHOTOS = 4

MEDIA_TYPES = (*(f"image/{name.lower()}" for name in UPLOAD.formats), "image/heic")
"""The media types of accepted photos; HEIF, used by phones, has two."""

ROOM = 24 * MEGABYTE
"""The most bytes of photos in a worker's memory at a time: two of the largest."""

_FORM = "multipart/form-data"
_PIECE = 64 * 1024
_AROUND = 16 * 1024
"""The most bytes of a form besides its photos, so that a photo of the full size still fits."""

_BUFFER = 128 * 1024
"""The most bytes of a form's text fields, and of the parser's buffer."""


@dataclass(frozen=True)
class Photo:
    """The bytes of a photo, and the box to search with."""

    data: bytes
    box: Box = WHOLE


def read_photos(
    request: Request, *, box: str = "", take: Callable[[int], None] = lambda count: None
) -> tuple[Photo, ...]:
    """Read the photos of a request that has not been read yet: its body, or the parts of a form.

    `box` belongs to a photo that is the body. `take` is called with the number of bytes as they arrive and
    may stop the reading by `BusyError`. Raises `Problem` if there are no photos, too many or too large ones,
    if a box is invalid, or if they do not arrive in time.
    """
    is_form = request.mimetype == _FORM
    limit = UPLOAD.bytes + (_AROUND if is_form else 0)
    if (request.content_length or 0) > limit:
        raise _too_large()
    try:
        # One extra byte tells a body of exactly this size from a larger one.
        stream = _CountingStream(get_input_stream(request.environ, max_content_length=limit + 1), take)
        if is_form:
            return _of_form(request, stream, box=box)
        data = stream.read()
    except RequestEntityTooLarge:
        raise _too_large() from None
    except RequestTimeout:
        raise _late() from None
    except (Problem, BusyError):
        raise
    # The client went away or the body is malformed; the server raises its own errors for that.
    except Exception:
        raise _broken() from None
    if len(data) > limit:
        raise _too_large()
    if len(data) < (request.content_length or 0):
        raise _broken()
    return _together([data] if data else [], [box] if box else [])


class _CountingStream:
    """A stream that reports the number of bytes as they arrive."""

    def __init__(self, stream: IO[bytes], tell: Callable[[int], None]) -> None:
        self._stream, self._tell = stream, tell

    def read(self, size: int = -1) -> bytes:
        """As of any stream."""
        if size >= 0:
            content = self._stream.read(size)
            self._tell(len(content))
            return content
        whole = io.BytesIO()
        while content := self.read(_PIECE):
            whole.write(content)
        return whole.getvalue()


def _of_form(request: Request, stream: _CountingStream, *, box: str) -> tuple[Photo, ...]:
    if box:
        raise unusable("box", "a field of the form beside each photo", box)
    # By default, Werkzeug would write files to temporary files on disk.
    parser = FormDataParser(
        stream_factory=lambda *_, **__: io.BytesIO(),
        max_form_memory_size=_BUFFER,
        max_form_parts=4 * MOST_PHOTOS,
        silent=False,
    )
    # Of a stream the parser only reads.
    body = cast(IO[bytes], stream)
    _, fields, files = parser.parse(body, request.mimetype, request.content_length, request.mimetype_params)
    for name in (*fields, *files):
        if name not in ("photo", "box"):
            raise Problem(HTTPStatus.BAD_REQUEST, f"There is no field {name!r}. Expected photo and box.")
    photos = [file.stream.read() for file in files.getlist("photo")]
    if "photo" in fields or "box" in files:
        raise Problem(HTTPStatus.BAD_REQUEST, "Expected photo to be a file and box to be text.")
    return _together([data for data in photos if data], fields.getlist("box"))


def _together(photos: list[bytes], boxes: list[str]) -> tuple[Photo, ...]:
    if not photos:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"Expected a photo as the body, or a form with 1 to {MOST_PHOTOS} files named photo. "
            "Received: none.",
        )
    if len(photos) > MOST_PHOTOS:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"Expected at most {MOST_PHOTOS} photos. Received: {len(photos)}."
        )
    if boxes and len(boxes) != len(photos):
        detail = f"Expected as many box fields as photos ({len(photos)}), or none. Received: {len(boxes)}."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, parameter="box")
    parsed = [_box(text) for text in boxes] or [WHOLE] * len(photos)
    return tuple(Photo(data, box) for data, box in zip(photos, parsed, strict=True))


def _box(text: str) -> Box:
    try:
        return Box.parse(text)
    except ValueError as error:
        raise unusable("box", str(error), text[:100]) from None


def _too_large() -> Problem:
    limit = UPLOAD.bytes // MEGABYTE
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"Expected at most {limit} MB of photos in all. Send smaller ones.",
        code="photo-too-large",
    )


def _late() -> Problem:
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "The photo did not arrive in time.", code="photo-late")


def _broken() -> Problem:
    detail = "The request broke off, or is not a valid form."
    return Problem(HTTPStatus.BAD_REQUEST, detail, code="photo-broken-off")
