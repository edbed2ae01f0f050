"""Shop systems are records of one table: whoever adds one writes a module and a line, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from precompute.cli.main import make_parser
from precompute.collect import platforms
from precompute.collect.platforms import PLATFORMS, Platform, platform_named
from precompute.collect.readers import Target
from precompute.collect.readers.kinds import Scope, reader_of
from precompute.collect.settings import KINDS, CollectSettings

COLLECT = Path(platforms.__file__).parents[1]
SHOP = "https://shop.example"
PAGES = "readers/shop_scripts.py"
"""What systems put in pages is a table of its own."""


def test_no_other_file_knows_a_shop_system():
    names = [platform.name for platform in PLATFORMS]
    for path in COLLECT.rglob("*.py"):
        name = path.relative_to(COLLECT).as_posix()
        if name.startswith("platforms/") or name == PAGES:
            continue
        text = path.read_text(encoding="utf-8").lower()
        assert not [each for each in names if each in text], name


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_a_record_is_whole(platform: Platform, tmp_path: Path):
    assert platform_named(platform.name) is platform
    assert platform.mark == platform.mark.lower() and platform.fields
    reader = reader_of(platform.name, Scope(SHOP, frozenset()), CollectSettings(SHOP, tmp_path))
    assert isinstance(reader, type(platform.reader(SHOP)))
    for target in (reader.first(), reader.about()):
        assert target is None or (isinstance(target, Target) and target.url.startswith(SHOP))
    assert KINDS[platform.name] == f"{platform.shop}, by its {platform.list}"
    assert make_parser().parse_args(["collect", SHOP, "--source", platform.name]).kind == platform.name


@pytest.mark.parametrize("content", [None, [], {}, {"products": []}, [[]], ["x"], {"products": {"a": 1}}])
def test_what_is_no_list_is_of_no_platform(content):
    assert not any(platform.has_made(content) for platform in PLATFORMS)


def test_a_list_is_of_its_platform():
    assert platform_named("shopify").has_made({"products": [{"handle": "a", "variants": []}]})
    assert platform_named("woocommerce").has_made([{"permalink": "x", "prices": {}, "id": 1}])
