from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings
from tests.sample_bundle import RECIPES, write_sample_bundle
from tests.sharing import made_once


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "sample", write_sample_bundle)


@pytest.fixture(scope="session")
def client(data: Path) -> FlaskClient:
    return create_app(Settings(data=data, title="Shop & <Co>")).server.test_client()


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A shop whose bundle holds one recipe."""
    write = partial(write_sample_bundle, products=30, recipes=RECIPES[:1])
    root = made_once(tmp_path_factory, "single-recipe", write)
    return create_app(Settings(data=root)).server.test_client()


@pytest.fixture(scope="session")
def live_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Pictures, and a bundle of them with a live part whose extractor is a tiny one: the two folders."""
    from tests.live_builds import use_projected, write_live_bundle

    def write(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            use_projected(patch)
            write_live_bundle(folder)

    folder = made_once(tmp_path_factory, "live", write)
    return folder / "pictures", folder / "data"
