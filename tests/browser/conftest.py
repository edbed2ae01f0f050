"""A real server and a real browser: gunicorn on a free port, and Chromium driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.live_demo import write_live_demo
from tests.repetition import thorough
from tests.sample_bundle import write_sample_bundle
from tests.serving import serving
from tests.sharing import made_once
from tests.static_site import serving_files, write_static_site
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

HERE = Path(__file__).resolve().parent
ARTEFACTS = HERE.parents[1] / "test-artefacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-smooth-scrolling",
    # The pages of a shop share a process, which has read and compiled their scripts once.
    "--process-per-site",
]
MILLISECONDS = 1000 * PATIENCE

Keep = Callable[[Any, str], None]
"""What the fixture `keep` gives: takes a page and a name."""


ON_BOTH = ("test_gallery", "test_product")
"""The files whose tests run on the server and on the static site, but for these, each with the reason."""

_ANSWERED = "what is chosen among look-alikes is answered by a server"
_FROM_HOME = "from another page, a static site's filters begin with a page of their own"
_INSTEAD = "where a static site's search finds nothing, it suggests no other words"
_DOCUMENTS = "each page is a document, which misses the keys that are pressed while it loads"
_FORMS = "without scripts, filters are a server's answers"

NEED_A_SERVER = {
    "test_chips_narrow_the_list_in_place": _ANSWERED,
    "test_the_slider_keeps_what_was_narrowed": _ANSWERED,
    "test_less_like_one_takes_it_away_and_its_chip_brings_it_back": _ANSWERED,
    "test_less_like_one_far_down_keeps_the_place_and_the_focus": _ANSWERED,
    "test_arrows_stay_with_what_has_the_focus": _ANSWERED,
    "test_targets_are_large_enough_for_a_finger": _ANSWERED,
    "test_arrows_go_through_the_category_where_one_came_from_nowhere": _DOCUMENTS,
    "test_several_choices_of_one_menu_are_each_one_step_back": _FROM_HOME,
    "test_a_shuffle_can_be_shuffled_again_and_come_back_to": _FROM_HOME,
    "test_a_word_that_the_catalogue_lacks_shows_what_it_has_and_leads_to_the_very_word_and_back": _INSTEAD,
    "test_on_a_phone_products_begin_on_the_first_screen_and_menus_are_sheets": _FROM_HOME,
    "test_without_scripts_filters_menus_and_prices_work": _FORMS,
    "test_without_scripts_it_all_works_by_links": _FORMS,
}

ALSO_STATIC = {
    "test_back_from_a_product_restores_filters_and_place",
    "test_typing_keeps_filters_and_is_one_step_back",
    "test_a_mistyped_search_shows_what_was_meant",
    "test_arrows_go_through_the_gallery_one_came_from",
}
"""They always run on the static site too, which has its own scripts for them; the rest with --thorough."""


TOUCHED = """addEventListener("load", () => {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Shift", bubbles: true }));
});"""
"""Presses a key that does nothing: until a visitor does something, pages load no Dash (`assets/dash.js`)."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let tests run on the server and on the static site, but for those that need the one."""
    module, name = metafunc.module.__name__.rpartition(".")[2], metafunc.function.__name__
    if module in ON_BOTH and name not in NEED_A_SERVER and "context" in metafunc.fixturenames:
        static = "static_site" if name in ALSO_STATIC else thorough("static_site")
        metafunc.parametrize("home", ["server", static], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder."""
    here = f"{HERE}{os.sep}"  # A comparison of texts: there are thousands of tests.
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample bundle."""
    return made_once(tmp_path_factory, "sample", write_sample_bundle)


@pytest.fixture(scope="session")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample bundle's shop."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(data, log, AKIN_TITLE="Sample Shop") as address:
        yield address


@pytest.fixture(scope="session")
def static_site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the same shop as a static site."""
    folder = made_once(tmp_path_factory, "static", lambda out: write_static_site(data, out))
    with serving_files(folder) as address:
        yield address


@pytest.fixture
def home(request: pytest.FixtureRequest) -> str:
    """The address of the shop: that of the server, or of the static site where the test runs on both."""
    address: str = request.getfixturevalue(getattr(request, "param", "server"))
    return address


@pytest.fixture(scope="session")
def live_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle of the demo's first products that photos can be searched with."""
    return made_once(tmp_path_factory, "live-demo", write_live_demo) / "data"


@pytest.fixture(scope="session")
def hosted(live_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop whose server searches with photos."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(live_data, log, AKIN_LIVE="litert", AKIN_LIVE_RATE="10000") as address:
        yield address


@pytest.fixture(scope="session")
def device(live_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop whose visitors' browsers search with photos; its server can too."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(live_data, log, AKIN_LIVE="browser", AKIN_LIVE_RATE="10000") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    sync_api.expect.set_options(timeout=MILLISECONDS)  # A busy machine is no mistake of a page.
    with sync_api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@dataclass(frozen=True)
class Profile:
    """A browser's profile, and what its pages did wrong."""

    context: BrowserContext
    complaints: list[str]


Profiles = Callable[[str, tuple[str, ...]], Profile]


@pytest.fixture(scope="session")
def profiles(browser: Browser) -> Iterator[Profiles]:
    """Gives the profile of a shop's visitors, who need not fetch its scripts again for each test."""
    with ExitStack() as open_until_the_end:

        @cache
        def profile(home: str, borne: tuple[str, ...]) -> Profile:
            complaints: list[str] = []
            visit = visitor(browser, home, complaints, borne=borne)
            context = open_until_the_end.enter_context(visit)
            context.new_page().goto(f"{home}/robots.txt")  # While a page is open, its process stays.
            return Profile(context, complaints)

        yield profile


@pytest.fixture
def borne() -> tuple[str, ...]:
    """Parts of what the console may say; a file of tests may have its own."""
    return ()


@pytest.fixture
def context(profiles: Profiles, home: str, borne: tuple[str, ...]) -> Iterator[BrowserContext]:
    """A profile at 1280 × 900 that remembers nothing.

    The test fails on any error in the console and any foreign request.
    """
    profile = profiles(home, borne)
    profile.complaints.clear()
    yield profile.context
    stays, *others = profile.context.pages
    for page in others:
        page.close()
    profile.context.clear_cookies()
    stays.evaluate("localStorage.clear()")
    assert profile.complaints == []


@contextmanager
def watched(
    browser: Browser,
    server: str,
    *,
    borne: tuple[str, ...] = (),
    signed_in: tuple[str, str] | None = None,
) -> Iterator[BrowserContext]:
    """A fresh profile at 1280 × 900 that must see no error in the console, but `borne`, nor another host.

    `signed_in` is the name and password that it gives where they are asked for.
    """
    complaints: list[str] = []
    with visitor(browser, server, complaints, borne=borne, signed_in=signed_in) as fresh:
        yield fresh
    assert complaints == []


@contextmanager
def visitor(
    browser: Browser,
    server: str,
    complaints: list[str],
    *,
    borne: tuple[str, ...] = (),
    signed_in: tuple[str, str] | None = None,
) -> Iterator[BrowserContext]:
    """The same profile, which adds to `complaints` what it must not see."""
    credentials = {"username": signed_in[0], "password": signed_in[1]} if signed_in else None
    # Motion between pages holds what is drawn for a moment, which no test but its own has to wait for.
    fresh = patient(
        browser.new_context(
            base_url=server,
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
            http_credentials=credentials,
        )
    )
    fresh.on("console", lambda message: _note(message, complaints, borne))
    fresh.on("weberror", lambda error: complaints.append(str(error.error)))
    fresh.on(
        "request",
        lambda request: None if request.url.startswith((server, "data:")) else complaints.append(request.url),
    )
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def first_tab(browser: Browser, server: str) -> Iterator[Page]:
    with watched(browser, server) as context:
        yield context.new_page()


@pytest.fixture
def tab(first_tab: Page) -> Iterator[Page]:
    """A page for tests that only look: one for all of a file, as each new one takes a second."""
    yield first_tab
    # Whoever leaves a page while something is on its way may see in the console that it did not come.
    first_tab.wait_for_load_state("networkidle")
    first_tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    first_tab.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture
def scriptless(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """A fresh profile that runs no scripts."""
    fresh = patient(browser.new_context(base_url=server, java_script_enabled=False))
    yield fresh
    fresh.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder that screenshots are kept in."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


@pytest.fixture
def keep(request: pytest.FixtureRequest, artefacts: Path) -> Keep:
    """Keeps a screenshot of a page under a name, for people, with --thorough: no test compares them."""

    def take(page: Page, name: str) -> None:
        if request.config.getoption("thorough"):
            page.screenshot(path=artefacts / f"{name}.png", animations="disabled")

    return take


def visit(page: Page, address: str) -> None:
    """Open an address and wait until its page is ready for a visitor."""
    # One of several pages that are open draws nothing while another covers it.
    page.bring_to_front()
    page.goto(address)
    if not page.locator("html[data-static]").count():
        page.locator("#first-page").wait_for(state="detached")  # Dash has taken the page over.
    until_ready(page)


def until_ready(page: Page) -> None:
    """Wait until the scripts that only this page needs have begun, and have made what they make."""
    until(page, "!document.querySelector('[data-module]:not([data-ready], [data-failed])')")


def patient(context: BrowserContext) -> BrowserContext:
    """The same profile, whose pages give a busy machine time, and whose visitor is about to use each page."""
    context.add_init_script(TOUCHED)
    context.set_default_timeout(MILLISECONDS)
    return context


def scrolled(page: Page) -> int:
    """How far a page is scrolled, in pixels."""
    return page.evaluate("Math.round(scrollY)")


def expect_scrolled(page: Page, place: int) -> None:
    """Wait until a page is scrolled exactly so far."""
    until(page, "Math.round(scrollY)", lambda seen: seen == place)


def until(page: Page, look: str | Callable[[], Any], holds: Callable[[Any], object] = bool) -> Any:
    """What a script in the page, or a function of the test, gives as soon as that `holds`.

    Playwright's own `wait_for_function` looks a second time from inside the page, with `eval`, which the
    page's policy forbids: it would wait for ever unless the first look is enough.
    """
    see = look if callable(look) else lambda: page.evaluate(look)
    return eventually(see, holds, pause=lambda _: page.wait_for_timeout(50))


def _note(message: ConsoleMessage, complaints: list[str], more: tuple[str, ...]) -> None:
    # A page that is not there has status 404, which Chromium puts into the console as an error.
    # Without a graphics card, Chromium draws the map in memory and says that this is slow.
    borne = ("status of 404", "GPU stall due to ReadPixels", *more)
    if message.type in ("error", "warning") and not any(text in message.text for text in borne):
        complaints.append(message.text)
