"""Where requests end, however their bytes come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashapp.http.framing import HEAD_END, Body

BODIES = st.binary(max_size=300)
CHUNKED = st.lists(st.binary(min_size=1, max_size=60), max_size=6)
TRAILERS = st.sampled_from([b"", b"X-Sum: 1\r\n", b"A: b\r\nC: d\r\n"])
EXTENSIONS = st.sampled_from([b"", b";a", b" ; a=b", b';a="b;c"'])


def with_length(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:\t%d\r\n\r\n" % len(body) + body


@st.composite
def in_chunks(draw: st.DrawFn) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = draw(CHUNKED)
    lines = [b"%x%s\r\n%s\r\n" % (len(part), draw(EXTENSIONS), part) for part in parts]
    return head + b"".join(lines) + b"0\r\n" + draw(TRAILERS) + b"\r\n"


REQUESTS = st.one_of(BODIES.map(with_length), in_chunks(), st.just(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))


@given(request=REQUESTS, after=st.binary(max_size=40), pieces=st.lists(st.integers(1, 90), min_size=1))
def test_the_end_is_found_once_it_has_come_and_not_before(
    request: bytes, after: bytes, pieces: list[int]
) -> None:
    whole, data, body = request + after, bytearray(), None
    cut = 0
    while cut < len(whole):
        step = pieces[len(data) % len(pieces)]
        data += whole[cut : cut + step]
        cut += step
        if body is None and (head := data.find(HEAD_END)) >= 0:
            body = Body.after(data, head + len(HEAD_END))
        end = body.end(data) if body else None
        if len(data) >= len(request):
            assert end == len(request)
            return
        assert end is None


@given(junk=st.binary(max_size=60))
def test_what_is_no_chunk_is_not_waited_for(junk: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = bytearray(head + b"not a size\r\n" + junk)
    assert Body.after(data, len(head)).end(data) == len(data)


def test_a_line_before_a_chunk_and_a_trailer_have_a_limit() -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for endless in (b"1" * 20_000, b"0\r\n" + b"X: y\r\n" * 4_000):
        data = bytearray(head + endless)
        assert Body.after(data, len(head)).end(data) == len(data)
