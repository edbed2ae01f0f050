"""Takes the pictures of the README and the docs, from the demo shop in a real browser.

    python docs/screenshots.py

Builds the demo in a temporary folder, with lists by style, by colour and by both, serves it and writes
docs/images. Needs requirements-dev.txt, requirements-precompute.txt and the system's Chromium.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, REPOSITORY, chromium, gunicorn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = REPOSITORY / "docs" / "images"
QUALITY = 82  # of WebP
SETTLED = 1000  # milliseconds in which the map has fetched its pictures and menus have opened
LISTS = "style,colour,both"


@dataclass(frozen=True)
class Shot:
    """A picture: its file, the page's address, the window's size, the theme, and what is done on the page."""

    name: str
    address: str
    size: tuple[int, int] = (1280, 900)
    mode: str = "light"
    theme: str = ""
    act: Callable[[Page], object] = lambda page: None


SHOTS = (
    Shot("product-1280-light", "/product/vas-004"),
    Shot("product-390-dark", "/product/tea-009", size=(390, 844), mode="dark"),
    Shot(
        "gallery-1280-light",
        "/?colour=blue&stock=in",
        act=lambda page: page.locator("summary", has_text="Colour").click(),
    ),
    Shot("map-1280-light", "/map"),
    Shot("for-you-1280-light", "/for-you?like=tea-009&like=vas-004&like=clk-004"),
    Shot("compare-1280-light", "/compare/chr-007"),
    Shot("quality-1280-light", "/quality"),
    Shot("photo-1280-light", "/photo?product=plr-021&box=0.22,0.1,0.56,0.52&stock=in"),
    Shot(
        "photo-390-dark",
        "/photo?product=tbl-004&box=0.1,0.28,0.8,0.62",
        size=(390, 844),
        mode="dark",
    ),
    Shot("theme-stille-1280-light", "/", theme="stille"),
    Shot("theme-pling-1280-light", "/", theme="pling"),
    Shot("theme-noctis-1280-dark", "/", mode="dark", theme="noctis"),
)


def main() -> None:
    """Build and serve the shop in each theme, and take the pictures there."""
    IMAGES.mkdir(exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for theme in dict.fromkeys(shot.theme for shot in SHOTS):
            with shop(Path(folder), theme) as address:
                for shot in SHOTS:
                    if shot.theme == theme:
                        take(browser, address, shot)


@contextmanager
def shop(folder: Path, theme: str) -> Iterator[str]:
    """The address of the demo shop in a theme, built in a folder, with a search by photo."""
    build = [sys.executable, "-m", "precompute", "build", "demo", "--out", str(folder), "--live"]
    worn = ["--theme", f"demo/themes/{theme}/theme.toml"] if theme else []
    subprocess.run([*build, "--lists", LISTS, *worn], cwd=REPOSITORY, check=True)
    with gunicorn(DASHBOARD, AKIN_DATA=str(folder), AKIN_LIVE="litert") as port:
        yield f"http://127.0.0.1:{port}"


def take(browser: Browser, base: str, shot: Shot) -> None:
    """Write one picture as WebP, with two pixels for each of the page's."""
    width, height = shot.size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=shot.mode, device_scale_factor=2
    )
    page.goto(base + shot.address)
    page.keyboard.press("Shift")  # Until a visitor does something, no Dash is loaded.
    page.locator("#first-page").wait_for(state="detached")
    page.wait_for_load_state("networkidle")
    shot.act(page)
    page.wait_for_timeout(SETTLED)
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"{shot.name}.webp"
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, quality=QUALITY, method=6)
    print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.0f} KB", flush=True)
    page.close()


if __name__ == "__main__":
    main()
