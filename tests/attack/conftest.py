from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings
from tests.builds import tiny
from tests.sample_bundle import write_sample_bundle

__all__ = ["client", "data", "tiny"]

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is below this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.attack)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_sample_bundle(root, products=30, live=True)
    return root


@pytest.fixture(scope="session")
def client(data: Path) -> FlaskClient:
    """A shop that searches with photos, so that it has every route that there is."""
    settings = Settings(data=data, live="litert", live_rate=100_000)
    return create_app(settings).server.test_client()
