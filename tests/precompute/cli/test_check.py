"""`check`: a whole bundle passes, and each kind of damage is named, whether or not the seal knows of it."""

import argparse
import hashlib
import sqlite3
from pathlib import Path

import pytest

from bundle import Bundle, BundleError, BundleWriter, Neighbour, Product, ProductImage
from bundle import format as fmt
from precompute.cli.bundles import check
from precompute.cli.bundles.check import REPOSITORY
from precompute.reports import slug
from tests.sample_bundle import write_sample_bundle

IDS = ["cup", "pot", "Krüge/groß 1.jpg"]


def image_of(product_id: str) -> ProductImage:
    return ProductImage(hashlib.sha256(product_id.encode()).hexdigest(), 8, 8)


def write_bundle(
    root: Path,
    *,
    lists: dict[str, list[str]] | None = None,
    thumbnails: list[str] = IDS,
    count: int = len(IDS),
    shards: int | None = None,
) -> Path:
    """A sealed bundle of `IDS`; each product has all others in its list unless told otherwise."""
    lists = lists or {one: [other for other in IDS if other != one] for one in IDS}
    with BundleWriter(root, generation="one") as writer:
        for product_id in thumbnails:
            writer.write_thumbnail(image_of(product_id).id, b"webp")
        writer.write_catalogue(Product(name, name, (image_of(name),)) for name in IDS)
        written = writer.write_neighbours(
            "lite", ((name, [Neighbour(other, 0.5) for other in others]) for name, others in lists.items())
        )
        writer.write_report({})
        recipes = [{"name": "lite", "shards": shards or written}]
        return writer.publish({"counts": {"products": count}, "recipes": recipes})


def check_bundle(root: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    check.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["check", "--data", str(root), *options])
    return arguments.run(arguments)


def problems_of(root: Path) -> list[str]:
    return list(check.problems(Bundle.open(root)))


def test_a_whole_bundle_passes(tmp_path, capsys):
    write_bundle(tmp_path)
    assert check_bundle(tmp_path) == 0
    assert "3 products, lists under lite, 6 files" in capsys.readouterr().out


def test_odd_ids_and_several_images_to_a_product_pass(tmp_path):
    write_sample_bundle(tmp_path)
    assert problems_of(tmp_path) == []


def test_no_bundle_is_an_error_of_its_own(tmp_path):
    with pytest.raises(BundleError, match="There is no bundle"):
        check_bundle(tmp_path / "nowhere")


def test_a_changed_file_of_the_same_size_is_named(tmp_path, capsys):
    folder = write_bundle(tmp_path)
    (folder / fmt.thumbnail_file(image_of("cup").id)).write_bytes(b"WEBP")
    assert check_bundle(tmp_path) == 1
    output = capsys.readouterr().out
    assert image_of("cup").id in output
    assert "Problems: 1." in output


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ({"lists": {"cup": ["pot"], "pot": ["cup"]}}, "Product 'Krüge/groß 1.jpg' has no list under"),
        ({"lists": {name: ["plate"] for name in IDS}}, "of 'cup', which is not a product"),
        ({"lists": {name: [] for name in [*IDS, "plate"]}}, "a list for 'plate', which is not a product"),
        ({"lists": {name: ["cup"] for name in IDS}}, "has 'cup' in its own list"),
        ({"lists": {"cup": [], "pot": ["cup", "cup"], IDS[2]: []}}, "an entry twice in the list of 'pot'"),
        ({"thumbnails": IDS[1:]}, "Product 'cup' has no thumbnail"),
        ({"count": 4}, "holds 3 products where manifest.json says 4"),
    ],
)
def test_what_a_seal_cannot_know_is_found(tmp_path, damage, expected):
    write_bundle(tmp_path, **damage)
    assert not Bundle.open(tmp_path).mismatches(contents=True), "the seal itself is whole"
    assert any(expected in problem for problem in problems_of(tmp_path)), problems_of(tmp_path)
    assert check_bundle(tmp_path) == 1


def test_a_list_in_a_file_where_nobody_looks_is_missing(tmp_path):
    folder = write_bundle(tmp_path, shards=2)
    (folder / fmt.shard_file("lite", 1)).write_text("{}", encoding="utf-8")
    elsewhere = [name for name in IDS if fmt.shard_of(name, 2) == 1]
    assert elsewhere, "an id for the second file is needed here"
    found = [problem for problem in problems_of(tmp_path) if "has no list" in problem]
    assert found == [f"Product {name!r} has no list under the recipe lite." for name in sorted(elsewhere)]


@pytest.mark.parametrize("content", ["", "[]", '{"cup": 1}', '{"cup": [["pot"]]}', "\udcff"])
def test_an_unreadable_file_of_lists_is_named(tmp_path, content):
    folder = write_bundle(tmp_path)
    (folder / fmt.shard_file("lite", 0)).write_bytes(content.encode("utf-8", "surrogateescape"))
    found = problems_of(tmp_path)
    assert any(problem.startswith("neighbours/lite/000.json cannot be read") for problem in found)
    assert "Product 'cup' has no list under the recipe lite." in found


def test_a_damaged_catalogue_is_named(tmp_path):
    folder = write_bundle(tmp_path)
    connection = sqlite3.connect(folder / fmt.CATALOGUE)
    connection.execute("UPDATE products SET images = 'none'")
    connection.commit()
    connection.close()
    assert any(problem.startswith("catalogue.sqlite cannot be read") for problem in problems_of(tmp_path))


def test_many_problems_are_counted_and_some_shown(tmp_path, capsys):
    write_bundle(tmp_path, lists={name: [f"plate {n}" for n in range(30)] for name in IDS})
    assert check_bundle(tmp_path) == 1
    output = capsys.readouterr().out
    assert output.count("which is not a product") == check.SHOWN
    assert f"Problems: 90 ({90 - check.SHOWN} more are not shown)" in output


@pytest.mark.parametrize(
    ("megabytes", "code", "expected"),
    [
        (200, 0, "The host accepts up to 500.0 MB."),
        (310, 0, "over 300.0 MB, which makes it slow to start. Its largest part is bundle: Build it with"),
        (501, 1, "over the host's limit of 500.0 MB. Its largest part is bundle: Build it with"),
    ],
)
def test_the_slug_is_judged_by_its_total(tmp_path, capsys, monkeypatch, megabytes, code, expected):
    write_bundle(tmp_path)
    parts = [slug.SlugPart("code", slug.MEGABYTE), slug.SlugPart("bundle", (megabytes - 1) * slug.MEGABYTE)]
    monkeypatch.setattr(slug, "install", lambda requirements, *, environment: None)
    monkeypatch.setattr(slug, "measure", lambda repository, *, bundle, environment: parts)
    assert check_bundle(tmp_path, "--slug") == code
    output = capsys.readouterr().out
    assert expected in output
    assert f"{megabytes}.0 MB" in output


def test_a_slug_that_fits_does_not_hide_a_damaged_bundle(tmp_path, monkeypatch):
    write_bundle(tmp_path, count=4)
    monkeypatch.setattr(slug, "install", lambda requirements, *, environment: None)
    parts = [slug.SlugPart("code", 1)]
    monkeypatch.setattr(slug, "measure", lambda repository, *, bundle, environment: parts)
    assert check_bundle(tmp_path, "--slug") == 1


def test_the_deploy_that_is_weighed_is_that_of_this_repository() -> None:
    assert (REPOSITORY / "requirements.txt").is_file() and (REPOSITORY / ".slugignore").is_file()
