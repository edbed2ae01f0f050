"""`POST /api/v1/similar`: what it finds, whom it refuses, and that nothing of a photo stays."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from bundle import Bundle
from dashapp import create_app
from dashapp.api import photo_answers
from dashapp.photo.live.turns import BusyError
from dashapp.settings import Settings
from pictures.limits import UPLOAD
from tests.drawn_pictures import BROKEN, encoded, picture

ADDRESS = "/api/v1/similar"
ACCEPTED = "image/jpeg, image/png, image/webp, image/gif, image/avif, image/heif, image/heic"


@pytest.fixture(scope="module")
def live(live_folders: tuple[Path, Path]) -> FlaskClient:
    settings = Settings(data=live_folders[1], live="litert", live_rate=100_000)
    return create_app(settings).server.test_client()


@pytest.fixture(scope="module")
def bundle(live_folders: tuple[Path, Path]) -> Bundle:
    return Bundle.open(live_folders[1])


def photo(folders: tuple[Path, Path], product_id: str) -> bytes:
    return (folders[0] / product_id).read_bytes()


def form(*photos: bytes, boxes: tuple[str, ...] = ()) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "photo": [(io.BytesIO(data), f"{place}.jpg") for place, data in enumerate(photos)]
    }
    return fields | ({"box": list(boxes)} if boxes else {})


def assert_problem(response: TestResponse, status: int, words: str) -> None:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    assert response.cache_control.no_store
    assert words in response.json["detail"], response.json["detail"]
    assert response.json["detail"].endswith((".", "'"))


def test_a_product_s_own_picture_finds_it_and_then_its_list(live, bundle, live_folders) -> None:
    for product in bundle.page(limit=10).products:
        answer = live.post(f"{ADDRESS}?limit=6", data=photo(live_folders, product.id))
        assert answer.status_code == 200 and answer.cache_control.no_store
        found = [(each["product"]["id"], each["score"]) for each in answer.json["similar"]]
        assert found[0][0] == product.id and found[0][1] > 0.999
        for (_, score), entry in zip(found[1:], bundle.neighbours(product.id)[:5], strict=True):
            assert score == pytest.approx(entry.score, abs=0.01)
        said = {name: answer.json[name] for name in ("recipe", "runtime", "photos", "total")}
        assert said == {"recipe": "projected", "runtime": "litert", "photos": 1, "total": 40}


def test_it_says_how_long_each_stage_took(live, live_folders) -> None:
    timing = live.post(ADDRESS, data=photo(live_folders, "cups/0000.png")).headers["Server-Timing"]
    assert [each.split(";")[0] for each in timing.split(", ")] == ["decode", "model", "search", "total"]


def test_ids_and_scores_alone(live, live_folders) -> None:
    data = photo(live_folders, "hats/0001.png")
    full = live.post(f"{ADDRESS}?limit=40", data=data).json["similar"]
    lean = live.post(f"{ADDRESS}?limit=300&fields=ids", data=data).json["similar"]
    assert [set(each) for each in lean] == [{"id", "score"}] * 40
    scores = {each["id"]: each["score"] for each in lean}
    assert all(scores[each["product"]["id"]] == each["score"] for each in full)


def test_filters_apply_to_all_products(live, live_folders) -> None:
    answer = live.post(f"{ADDRESS}?limit=40&category=bags", data=photo(live_folders, "cups/0000.png")).json
    assert {each["product"]["category"] for each in answer["similar"]} == {"bags"}
    assert len(answer["similar"]) == answer["total"] == 13


def test_several_photos_are_searched_with_together(live, live_folders) -> None:
    one, other = (photo(live_folders, each) for each in ("cups/0000.png", "hats/0004.png"))
    answer = live.post(f"{ADDRESS}?limit=300&fields=ids", data=form(one, other)).json
    scores = {each["id"]: each["score"] for each in answer["similar"]}
    assert answer["photos"] == 2
    assert scores["cups/0000.png"] == pytest.approx(scores["hats/0004.png"], abs=0.01)
    again = live.post(f"{ADDRESS}?limit=300&fields=ids", data=form(other, one)).json["similar"]
    assert {each["id"]: each["score"] for each in again} == pytest.approx(scores, abs=1e-5)


def test_a_box_is_the_query(live, live_folders) -> None:
    wide = Image.new("RGB", (48, 20), "white")
    wide.paste(Image.open(io.BytesIO(photo(live_folders, "bags/0005.png"))), (24, 0))
    data = encoded(wide)
    lean = f"{ADDRESS}?limit=1&fields=ids"
    inside = live.post(f"{lean}&box=0.5,0,0.5,1", data=data).json["similar"][0]
    assert inside == live.post(lean, data=photo(live_folders, "bags/0005.png")).json["similar"][0]
    assert inside["id"] == "bags/0005.png"
    assert live.post(lean, data=form(data, boxes=("0.5,0,0.5,1",))).json["similar"][0] == inside
    assert live.post(lean, data=form(data, boxes=("",))).json["similar"][0] != inside


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_picture_is_refused_by_its_content(name: str, live) -> None:
    content, words = BROKEN[name]
    data = content()
    if not data:
        assert_problem(live.post(ADDRESS, data=data), 400, "Expected a photo")
        return
    status = 415 if "not a picture" in words or name.endswith("tiff") else 422
    words = "not a picture" if status == 415 else words
    for body in (data, form(data)):
        answer = live.post(ADDRESS, data=body)
        assert_problem(answer, status, words)
        assert (answer.headers.get("Accept") == ACCEPTED) == (status == 415)
        assert answer.json["code"] == ("photo-unsupported" if status == 415 else "photo-unusable")


def test_the_photo_that_cannot_be_used_is_named(live, live_folders) -> None:
    good = photo(live_folders, "cups/0000.png")
    assert_problem(live.post(ADDRESS, data=form(good, b"<svg/>")), 415, "Photo 2 cannot be used")


def test_sizes_are_refused_before_they_are_read(live) -> None:
    class Watched(io.BytesIO):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            Watched.taken += size
            return super().read(size)

    body = Watched(b"x" * (UPLOAD.bytes + 1))
    answer = live.post(ADDRESS, input_stream=body, content_length=UPLOAD.bytes + 1)
    assert_problem(answer, 413, "at most 10 MB")
    assert Watched.taken == 0
    assert_problem(live.post(ADDRESS, data=form(b"x" * (UPLOAD.bytes + 100_000))), 413, "at most 10 MB")


def test_a_stream_without_a_length_is_cut_where_it_passes_the_limit(live) -> None:
    endless = io.BufferedReader(_Endless())
    environ = {"wsgi.input": endless, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert_problem(live.post(ADDRESS, environ_overrides=environ), 413, "at most 10 MB")


class _Endless(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


@pytest.mark.parametrize(
    ("query", "parts", "words"),
    [
        ("?limit=0", {}, "limit"),
        ("?limit=301", {}, "limit"),
        ("?fields=all", {}, "fields"),
        ("?colour=mauve", {}, "colour"),
        ("?box=1,2,3", {}, "x,y,width,height"),
        ("?recipe=projected", {}, "There is no parameter 'recipe'"),
        ("", {"box": ["9,9,9,9"]}, "x,y,width,height"),
        ("", {"box": ["", ""]}, "as many box fields"),
        ("", {"other": "x"}, "no field 'other'"),
        ("", {"photo": "text"}, "Expected photo to be a file"),
    ],
)
def test_what_cannot_be_read_is_said(query: str, parts: dict, words: str, live, live_folders) -> None:
    data = photo(live_folders, "cups/0000.png")
    whole = {"data": form(data) | parts, "content_type": "multipart/form-data"} if parts else {"data": data}
    assert_problem(live.post(ADDRESS + query, **whole), 400, words)


def test_how_many_photos(live, live_folders) -> None:
    data = photo(live_folders, "cups/0000.png")
    assert live.post(ADDRESS, data=form(*[data] * 4)).status_code == 200
    assert_problem(live.post(ADDRESS, data=form(*[data] * 5)), 400, "at most 4 photos")
    assert_problem(live.post(ADDRESS), 400, "Received: none")
    assert_problem(live.post(ADDRESS, data=form()), 400, "Received: none")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert_problem(live.post(ADDRESS, data=b"--x\r\nnonsense", headers=broken), 400, "broke off")


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file was asked for")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    yield


def test_nothing_is_written_or_logged_and_nothing_of_the_photo_comes_back(live, no_files, caplog) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    large = encoded(picture(1, width=2400, height=1800), "PNG", exif=exif)
    large += b"Secret Trailer" + bytes(2_000_000)
    answer = live.post(ADDRESS, data=form(large, large))
    assert answer.status_code == 200
    assert "Secret" not in answer.text + caplog.text + str(answer.headers)
    assert caplog.text == ""


def test_pages_of_other_origins_may_not_search(live, live_folders) -> None:
    data = photo(live_folders, "cups/0000.png")
    for origin in ("https://other.example", "null", "http://localhost.other.example"):
        assert_problem(live.post(ADDRESS, data=data, headers={"Origin": origin}), 403, "AKIN_CORS")
    for origin in ("http://localhost", "https://localhost"):
        assert live.post(ADDRESS, data=data, headers={"Origin": origin}).status_code == 200


def test_origins_that_are_named_may(live_folders) -> None:
    shop = "https://shop.example"
    settings = Settings(data=live_folders[1], live="litert", cors=(shop,), address="https://look.example")
    client = create_app(settings).server.test_client()
    data = photo(live_folders, "cups/0000.png")
    answer = client.post(ADDRESS, data=data, headers={"Origin": shop})
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == shop
    assert client.post(ADDRESS, data=data, headers={"Origin": "https://look.example"}).status_code == 200
    asked = client.options(ADDRESS, headers={"Origin": shop, "Access-Control-Request-Method": "POST"})
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
    elsewhere = client.options("/api/v1/products", headers={"Origin": shop})
    assert "POST" not in elsewhere.headers["Access-Control-Allow-Methods"] + elsewhere.headers["Allow"]


def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    live_folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    client = create_app(Settings(data=live_folders[1], live="litert", live_rate=6)).server.test_client()
    data = photo(live_folders, "cups/0000.png")
    assert [client.post(ADDRESS, data=data).status_code for _ in range(3)] == [200, 200, 429]
    answer = client.post(ADDRESS, data=data)
    assert_problem(answer, 429, "at most 6 photos a minute")
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    other = client.post(ADDRESS, data=data, headers={"X-Forwarded-For": "203.0.113.9"})
    assert other.status_code == 200, "another client is not held up"


def test_whoever_finds_no_place_is_told_at_once(live, live_folders, monkeypatch) -> None:
    def full(*_: Any) -> None:
        raise BusyError

    monkeypatch.setattr(photo_answers.Places, "place", full)
    answer = live.post(ADDRESS, data=photo(live_folders, "cups/0000.png"))
    assert_problem(answer, 503, "Try again")
    assert answer.headers["Retry-After"] == str(photo_answers._AGAIN)


def test_without_live_mode_nothing_can_be_sent(live_folders) -> None:
    client = create_app(Settings(data=live_folders[1])).server.test_client()
    answer = client.post(ADDRESS, data=photo(live_folders, "cups/0000.png"))
    assert_problem(answer, 405, "Expected one of GET, HEAD, OPTIONS")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "post" not in client.get("/api/v1/openapi.json").json["paths"][ADDRESS]


def test_only_one_address_takes_photos(live) -> None:
    assert live.post("/api/v1/products", data=b"x").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert live.put(ADDRESS, data=b"x").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
