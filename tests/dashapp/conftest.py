from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings
from tests.sample_bundle import write_sample_bundle


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_sample_bundle(root)
    return root


@pytest.fixture(scope="session")
def client(data: Path) -> FlaskClient:
    return create_app(Settings(data=data, title="Shop & <Co>")).server.test_client()
