from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings
from tests.sample_bundle import RECIPES, write_sample_bundle


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_sample_bundle(root)
    return root


@pytest.fixture(scope="session")
def client(data: Path) -> FlaskClient:
    return create_app(Settings(data=data, title="Shop & <Co>")).server.test_client()


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A shop whose bundle holds one recipe."""
    root = tmp_path_factory.mktemp("single")
    write_sample_bundle(root, products=30, recipes=RECIPES[:1])
    return create_app(Settings(data=root)).server.test_client()


@pytest.fixture(scope="session")
def live_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Pictures, and a bundle of them with a live part whose extractor is a tiny one: the two folders."""
    from tests.live_builds import use_projected, write_live_bundle

    with pytest.MonkeyPatch.context() as patch:
        use_projected(patch)
        return write_live_bundle(tmp_path_factory.mktemp("live"))
