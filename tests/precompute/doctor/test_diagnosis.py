"""What the doctor finds in small catalogues that were made to have it, and what it leaves as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from bundle import Bundle
from precompute.building import build as builds
from precompute.doctor import KINDS, Diagnosis
from precompute.shared.errors import UserError
from precompute.shared.lock import locked
from tests.builds import TINY, Tiny, run, write_pictures
from tests.drawn_pictures import encoded
from tests.precompute.doctor.conftest import of_kind, photo, products_of, write_catalogue
from tests.precompute.doctor.test_measuring import exif

Doctor = Callable[..., Diagnosis]


def card() -> Image.Image:
    image = Image.new("RGB", (300, 300), "#eeeeee")
    ImageDraw.Draw(image).rectangle((90, 110, 210, 160), fill="#999999")
    return image


def canvas() -> Image.Image:
    image = Image.new("RGB", (600, 600), "white")
    image.paste(photo(90, size=120), (240, 240))
    return image


def kinds_of(found: Diagnosis) -> set[str]:
    return {finding.kind for finding in found.findings}


def test_a_catalogue_with_nothing_wrong_has_no_finding(doctor: Doctor, tmp_path: Path) -> None:
    rows = {f"p{seed}": {"image": photo(seed)} for seed in range(6)}
    found = doctor(write_catalogue(tmp_path / "shop", rows))
    assert found.findings == []
    assert (found.products, found.pictures) == (6, 6)
    assert found.severities() == {"problem": 0, "warning": 0, "hint": 0}
    assert len(found.unchecked) == 2, "there are too few products to judge categories and turns"


def test_a_system_folder_is_no_missing_product(doctor: Doctor, tmp_path: Path) -> None:
    folder = write_catalogue(tmp_path / "shop", {f"p{seed}": {"image": photo(seed)} for seed in range(6)})
    (folder / "@eaDir").mkdir()
    (folder / "@eaDir" / "thumbnail.png").write_bytes(encoded(photo(9)))
    found = doctor(folder)
    assert kinds_of(found) == {"not-used"} and found.severities()["problem"] == 0


def test_pictures_that_hurt_are_found_each_by_its_name(doctor: Doctor, tmp_path: Path) -> None:
    turned_twice = photo(12, size=300).resize((200, 300))
    rows = {
        "good": {"image": photo(1)},
        "blurred": {"image": photo(2).filter(ImageFilter.GaussianBlur(3))},
        "small": {"image": photo(3, size=120)},
        "empty": {"image": canvas()},
        "blank": {"image": Image.new("RGB", (300, 300), "#dddddd")},
        "card": {"image": card()},
        "twice": {"image": encoded(turned_twice, "JPEG", exif=exif(6, 300, 200))},
        "lying": {"image": encoded(photo(13).resize((400, 300)), "JPEG", exif=exif(8, 400, 300))},
        "damaged": {"image": b"no picture at all"},
        "cut short": {"image": encoded(photo(14), "JPEG")[:3000]},
        "second": {"image": photo(15), "images": "extra.png"},
    }
    folder = write_catalogue(tmp_path / "shop", {})
    (folder / "extra.png").write_bytes(encoded(photo(16).filter(ImageFilter.GaussianBlur(4))))
    (folder / "nobody.png").write_bytes(encoded(photo(17)))
    found = doctor(write_catalogue(folder, rows | {"gone": {"image": "gone.png"}}))
    assert sorted(products_of(found, "blurred-picture")) == [("blurred",), ("second",)]
    assert products_of(found, "small-picture") == [("small",)]
    assert "120 × 120 pixels" in of_kind(found, "small-picture")[0].text
    assert products_of(found, "empty-picture") == [("empty",)]
    assert products_of(found, "blank-picture") == [("blank",)]
    assert products_of(found, "placeholder") == [("card",)]
    assert products_of(found, "turned-twice") == [("twice",)]
    assert products_of(found, "relies-on-exif") == [("lying",)]
    damaged = of_kind(found, "damaged-picture")
    assert sorted(finding.products for finding in damaged) == [("cut short",), ("damaged",)]
    assert all("left out of the shop" in finding.text for finding in damaged)
    assert [finding.text for finding in of_kind(found, "left-out")] == [
        "products.csv, line 13: its image 'gone.png' does not exist."
    ]
    assert [finding.files for finding in of_kind(found, "not-used")] == [("nobody.png",)]
    blurred = next(finding for finding in found.findings if finding.products == ("second",))
    assert blurred.files == ("extra.png",) and blurred.image in found.case.by_image
    order = [kind.name for kind in KINDS]
    assert [order.index(finding.kind) for finding in found.findings] == sorted(
        order.index(finding.kind) for finding in found.findings
    )


def test_pictures_on_several_products_are_found_but_not_on_variants(doctor: Doctor, tmp_path: Path) -> None:
    shared, blank, again = photo(1), card(), photo(2)
    again_saved = encoded(again.resize((200, 200)), "JPEG", quality=60)
    part = again.crop((20, 20, 300, 300))
    rows = {
        "a": {"image": shared},
        "b": {"image": shared},
        "c": {"image": photo(3), "variants": "v"},
        "d": {"image": photo(3), "variants": "v"},
        "e": {"image": blank},
        "f": {"image": blank, "category": "Hats"},
        "g": {"image": blank, "category": "Bags"},
        "h": {"image": again},
        "i": {"image": again_saved},
        "j": {"image": photo(4)},
        "k": {"image": part},
    }
    found = doctor(write_catalogue(tmp_path / "shop", rows))
    assert products_of(found, "shared-picture") == [("a", "b")]
    assert products_of(found, "placeholder") == [("e", "f", "g")]
    (near,) = products_of(found, "near-duplicate")
    assert near[:2] == ("h", "i")


@pytest.mark.slow
def test_a_product_among_others_of_another_category_is_found(doctor: Doctor, tmp_path: Path) -> None:
    rows = {
        f"{name} {seed}": {"image": photo(100 * hue + seed, hue=hue), "category": name}
        for hue, name in enumerate(("Cups", "Hats", "Bags"))
        for seed in range(30)
    }
    rows["Cups 5"]["category"] = "Hats"
    # A category that holds a bit of everything is no ground to judge by, nor is one of two halves.
    for seed in range(12):
        rows[f"Hats {seed}"]["category"] = "Caps"
    for name in ("Cups", "Hats", "Bags"):
        for seed in range(26, 30):
            rows[f"{name} {seed}"]["category"] = "Sale"
    found = doctor(write_catalogue(tmp_path / "shop", rows), recipes=(replace(TINY, depth=40),))
    (finding,) = of_kind(found, "wrong-category")
    assert finding.products == ("Cups 5",)
    assert "“Hats”" in finding.text and "“Cups”" in finding.text
    assert finding.beside and all(other.startswith("Cups") for other in finding.beside)


@pytest.mark.slow
def test_a_turned_picture_is_found_and_how_to_turn_it(doctor: Doctor, tmp_path: Path) -> None:
    rows = {f"p{seed}": {"image": photo(seed)} for seed in range(30)}
    rows["p3"]["image"] = photo(3).rotate(90)
    rows["p7"]["image"] = photo(7).rotate(180)
    rows["p9"]["image"] = photo(9).rotate(270)
    found = doctor(write_catalogue(tmp_path / "shop", rows))
    words = {finding.products[0]: finding.text for finding in of_kind(found, "turned-picture")}
    assert words.keys() == {"p3", "p7", "p9"}
    assert "to the right by 90°" in words["p3"] and "to the left by 90°" in words["p9"]
    assert "upside down" in words["p7"]
    turns = {finding.products[0]: finding.turn for finding in of_kind(found, "turned-picture")}
    assert turns == {"p3": 270, "p7": 180, "p9": 90}, (
        "what was turned to the left is to be turned to the right"
    )


def test_a_catalogue_with_nothing_right_is_examined(doctor: Doctor, tmp_path: Path) -> None:
    folder = write_catalogue(
        tmp_path / "shop", {f"p{n}": {"image": f"broken {n}".encode()} for n in range(3)}
    )
    found = doctor(folder)
    assert found.pictures == 0 and len(of_kind(found, "damaged-picture")) == 3
    with pytest.raises(UserError, match="Expected products"):
        doctor(write_catalogue(tmp_path / "nothing", {}))


def test_a_build_before_and_after_is_quick_and_the_bundle_stays(
    doctor: Doctor, tiny: type[Tiny], tmp_path: Path
) -> None:
    photos, data = write_pictures(tmp_path / "photos", 12), tmp_path / "data"
    run(photos, data)
    before = {
        path: path.stat().st_mtime_ns for path in (data / "CURRENT", *Bundle.open(data).folder.rglob("*"))
    }
    tiny.pictures = 0
    first = doctor(photos)
    assert tiny.pictures == 9, "of the pictures none is embedded again, but three turns of a quarter of them"
    tiny.pictures = 0
    again = doctor(photos)
    assert tiny.pictures == 0 and again.findings == first.findings
    after = {
        path: path.stat().st_mtime_ns for path in (data / "CURRENT", *Bundle.open(data).folder.rglob("*"))
    }
    assert before == after, "nothing is published"
    assert len([path for path in data.iterdir() if (path / "manifest.json").exists()]) == 1

    fresh = write_pictures(tmp_path / "fresh", 8, first=50)
    doctor(fresh, out=tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere" / "CURRENT").exists()
    tiny.pictures = 0
    run(fresh, tmp_path / "elsewhere")
    assert tiny.pictures == 0, "a build takes over what the doctor computed"


def test_the_doctor_waits_for_no_build(doctor: Doctor, tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 3)
    with locked(tmp_path / "data"), pytest.raises(UserError, match="Another command writes into"):
        doctor(photos)
    with pytest.raises(UserError, match="Expected --out"):
        doctor(photos, out=photos)


def test_what_the_doctor_kept_goes_with_prune(doctor: Doctor, tmp_path: Path) -> None:
    photos, data = write_pictures(tmp_path / "photos", 12), tmp_path / "data"
    doctor(photos)
    assert list((data / "store" / "measures").iterdir())
    builds.build(builds.BuildSettings(photos, data, (TINY,), prune=True))
    assert not list((data / "store" / "measures").iterdir())
    assert not list((data / "store" / "embeddings").glob("*-turned-*"))
