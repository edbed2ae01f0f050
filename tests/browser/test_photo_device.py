"""The search by photo in a browser that compares the photos itself: it agrees, and sends none of them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle
from bundle.live import read_live
from dashapp.photo.live.litert import open_litert
from dashapp.photo.live.uploads import Photo
from pictures.box import WHOLE, Box
from tests.browser.conftest import watched
from tests.browser.test_accessibility import axe, findings_everywhere
from tests.browser.test_photo import cards, choose, open_photo, title_of
from tests.icc import ADOBE_RGB, DISPLAY_P3, Space
from tests.live_demo import demo_pictures
from tests.recorder import Recorder, recording
from tests.repetition import thorough

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Browser, Page = playwright.Browser, playwright.Page
expect = playwright.expect

FAILED = ("net::ERR_FAILED", "status of 503")
TOP = 10

SEARCH = """async (searches) => {
  const { dataset } = document.querySelector("#react-entry-point .photo");
  const { DeviceSearch } = await import("/assets/photo-device.js");
  const { photoOf } = await import("/assets/photo-pictures.js");
  const search = new DeviceSearch(dataset);
  await search.describe();
  await search.load(() => {});
  const found = [];
  for (const photos of searches) {
    const opened = await Promise.all(photos.map(async ([content, box]) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      const photo = await photoOf(new File([bytes], "photo"), { mustShow: true });
      const [x, y, width, height] = box.split(",").map(Number);
      if (box) photo.box = { x, y, width, height };
      return photo;
    }));
    found.push(await search.search(opened, { widens: Boolean(dataset.widens) }));
  }
  return found;
}"""


@pytest.fixture
def recorder(device: str) -> Iterator[Recorder]:
    with recording(device) as recorder:
        yield recorder


@pytest.fixture
def page(browser: Browser, recorder: Recorder) -> Iterator[Page]:
    with watched(browser, recorder.address, borne=FAILED) as context:
        yield context.new_page()


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, form, **options)
    return content.getvalue()


def held_out() -> list[bytes]:
    """Pictures that the bundle does not have, in the ways that photos come."""
    pictures = demo_pictures(shown=False)[::26]
    photos = [path.read_bytes() for path in pictures]
    for place, path in enumerate(pictures[:6]):
        picture = Image.open(path).convert("RGB")
        turned = Image.Exif()
        turned[0x0112] = (6, 3, 8, 5)[place % 4]
        photos.append(encoded(picture.resize((1600, 1200)), "JPEG", quality=92, exif=turned))
        seen_through = picture.convert("RGBA")
        seen_through.putalpha(Image.linear_gradient("L").resize(picture.size))
        photos.append(encoded(seen_through, "PNG"))
        photos.append(encoded(picture.resize((150, 90)), "WEBP", quality=80))
    return photos


def in_script(photo: Photo) -> tuple[str, str]:
    """A photo as `SEARCH` takes it: its bytes and its box, as texts."""
    box = "" if photo.box == WHOLE else ",".join(map(str, astuple(photo.box)))
    return base64.b64encode(photo.data).decode(), box


def test_it_finds_what_python_finds(page: Page, live_data: Path) -> None:
    whole = [Photo(content, WHOLE) for content in held_out()]
    boxes = map(Box.parse, ("0.1,0.2,0.7,0.3", "0.3,0,0.2,1", "0.5,0.5,0.4,0.45", "0,0.6,1,0.4"))
    parts = [Photo(photo.data, box) for photo, box in zip(whole[::4], boxes, strict=False)]
    searches = [[photo] for photo in (*whole, *parts)] + [whole[:2], [parts[0], *whole[5:8]]]
    open_photo(page)
    found = page.evaluate(SEARCH, [[in_script(photo) for photo in photos] for photos in searches])
    bundle = Bundle.open(live_data)
    engine, ids = open_litert(bundle, read_live(bundle)), bundle.product_ids(offset=0, limit=1000)
    shares, differences = [], []
    for photos, similar in zip(searches, found, strict=True):
        here = engine.search(photos, count=1000).ranked
        expected = dict(zip((ids[place] for place in here.positions), here.scores.tolist(), strict=True))
        first = list(expected)[:TOP]
        shares.append(len({name for name, _ in similar[:TOP]}.intersection(first)) / TOP)
        differences += [abs(score - expected[name]) for name, score in similar[:TOP]]
    assert len(shares) >= 40
    assert np.mean(shares) >= 0.95 and min(shares) >= 0.7, shares
    assert max(differences) < 0.02


@pytest.mark.parametrize(
    ("space", "form"),
    [(ADOBE_RGB, "JPEG"), (DISPLAY_P3, "PNG"), thorough(ADOBE_RGB, "PNG"), thorough(DISPLAY_P3, "JPEG")],
    ids=["Adobe RGB-JPEG", "Display P3-PNG", "Adobe RGB-PNG", "Display P3-JPEG"],
)
def test_colours_are_converted_by_the_photo_s_profile(page: Page, space: Space, form: str) -> None:
    patches = np.random.default_rng(3).integers(70, 190, (4, 4, 3), np.uint8)
    pixels = patches.repeat(16, axis=0).repeat(16, axis=1)
    options = {"quality": 100, "subsampling": 0} if form == "JPEG" else {}
    content = encoded(Image.fromarray(pixels), form, icc_profile=space.profile(), **options)
    open_photo(page)
    shown = page.evaluate(
        """async (content) => {
          const { photoOf } = await import("/assets/photo-pictures.js");
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const photo = await photoOf(new File([bytes], "photo"), { mustShow: true });
          return [...photo.pixels({ widens: false }).data];
        }""",
        base64.b64encode(content).decode(),
    )
    found = np.array(shown).reshape(64, 64, 4)[8::16, 8::16, :3]
    right = space.to_srgb(patches)
    assert np.abs(found - right).max() <= (2 if form == "PNG" else 5)
    assert np.abs(patches - right).mean() > 5, "it would be seen if the profile were ignored"


def test_nothing_of_the_photo_leaves_the_device(page: Page, recorder: Recorder, live_data: Path) -> None:
    picture = demo_pictures(shown=True)[7]
    open_photo(page)
    expect(page.get_by_text("Your photo stays on this device")).to_be_visible()
    choose(page, picture)
    page.get_by_role("button", name="Download and search").click()
    assert cards(page)[0] == title_of(Bundle.open(live_data), picture)
    page.get_by_role("button", name="Mark a part").click()
    cards(page)
    page.locator(".photo-found [data-switch=stock]").click()
    expect(page.locator(".narrowed")).to_be_visible()
    # The recorder sees what the worker fetches too.
    assert any(each.path.endswith("/extractor.int8.tflite") for each in recorder.to("/live/"))
    assert recorder.to("/api/") == []
    bodies = [each for each in recorder.requests if each.body and "_dash" not in each.path]
    assert len(bodies) >= 3 and {each.path.partition("?")[0] for each in bodies} == {"/photo/results"}
    for each in bodies:
        sent = json.loads(each.body)
        assert sent.keys() == {"similar"}
        assert all(isinstance(name, str) and len(name) < 20 for name, _ in sent["similar"])
    content = picture.read_bytes()
    longest = max(len(each.path) + len(each.body) for each in recorder.requests if each not in bodies)
    assert longest < 1500 < len(content)
    assert not any(content[:64] in each.body for each in recorder.requests)


def test_the_size_is_said_before_anything_is_fetched_and_the_second_time_nothing_is(
    page: Page, recorder: Recorder
) -> None:
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    expect(page.get_by_text("Searching on this device takes a download of 9.")).to_be_visible()
    assert [each.path for each in recorder.to("/live/")] == ["/live/files.json"]
    page.get_by_role("button", name="Download and search").click()
    cards(page)
    fetched = len(recorder.to("/live/"))
    page.reload()
    page.locator("#react-entry-point .photo[data-ready]").wait_for()
    choose(page, demo_pictures(shown=True)[9])
    cards(page)
    assert [each.path for each in recorder.to("/live/")[fetched:]] == ["/live/files.json"]


def test_where_the_download_fails_the_photo_is_sent_only_once_the_visitor_says_so(
    page: Page, recorder: Recorder, live_data: Path
) -> None:
    picture = demo_pictures(shown=True)[7]
    page.route("**/*.tflite", lambda route: route.abort())
    open_photo(page)
    choose(page, picture)
    page.get_by_role("button", name="Download and search").click()
    failed = "The search on this device failed (the download broke off)."
    expect(page.locator(".photo-offer")).to_contain_text(failed)
    assert recorder.to("/api/") == []
    page.get_by_role("button", name="Send the photo instead").click()
    assert cards(page)[0] == title_of(Bundle.open(live_data), picture)
    assert len(recorder.to("/api/v1/similar")) == 1
    expect(page.get_by_text("Your photo stays on this device")).to_be_hidden()
    expect(page.get_by_text("Your photo is sent to this shop’s server")).to_be_visible()
    page.unroute("**/*.tflite")
    page.get_by_role("button", name="Search on this device instead").click()
    page.get_by_role("button", name="Download and search").click()
    assert cards(page)[0] == title_of(Bundle.open(live_data), picture)
    assert len(recorder.to("/api/v1/similar")) == 1
    expect(page.get_by_text("Your photo stays on this device")).to_be_visible()


def test_a_weak_device_is_not_asked_to_search(page: Page, recorder: Recorder) -> None:
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 1 })")
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    expect(page.locator(".photo-offer")).to_contain_text("This device has too little memory")
    assert not [each for each in recorder.to("/live/") if each.path != "/live/files.json"]
    assert recorder.to("/api/") == []
    page.get_by_role("button", name="Send the photo").click()
    assert cards(page)


def test_a_products_picture_needs_no_download(page: Page, recorder: Recorder, live_data: Path) -> None:
    product = Bundle.open(live_data).page().products[5]
    open_photo(page, f"/photo?product={product.id}")
    assert cards(page)
    assert recorder.to("/live/") == []


def test_axe_finds_nothing_in_the_offer(page: Page) -> None:
    assert axe
    page.emulate_media(reduced_motion="reduce")
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    expect(page.get_by_role("button", name="Download and search")).to_be_visible()
    assert findings_everywhere(page) == []
