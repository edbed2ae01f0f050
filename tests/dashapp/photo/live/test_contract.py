"""A live search keeps to its description, whatever is sent to it."""

from pathlib import Path

import jsonschema_rs
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from dashapp import create_app
from dashapp.settings import Settings
from tests.dashapp.api.test_contract import CONFIGURATION, answers_kept_to

PHOTOS = "POST /api/v1/similar"
# Bytes that are drawn at random are hardly ever a picture, and a picture is taken whatever its type is said
# to be: that wrong requests are refused is counted below.
_UNSURE = ("positive_data_acceptance", "negative_data_rejection")
DRAWN = CONFIGURATION | {"checks": {check: {"enabled": False} for check in _UNSURE}}


@pytest.mark.slow
def test_the_live_search_does_what_its_description_says(live_folders: tuple[Path, Path]) -> None:
    client = create_app(Settings(data=live_folders[1], live="litert", live_rate=100_000)).server.test_client()
    description = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", client.application, config=SchemathesisConfig.from_dict(DRAWN)
    ).include(path="/api/v1/similar", method="POST")
    answers = answers_kept_to(description)
    assert answers[PHOTOS, 400] > 5 and answers[PHOTOS, 415] > 5, answers


def test_what_photos_find_fits_the_description(live_folders: tuple[Path, Path]) -> None:
    client = create_app(Settings(data=live_folders[1], live="litert")).server.test_client()
    document = client.get("/api/v1/openapi.json").json
    data = (live_folders[0] / "cups/0000.png").read_bytes()
    for query, schema in (
        ("?limit=3", "Found"),
        ("?limit=3&fields=ids", "FoundIds"),
        ("?brand=none", "Found"),
    ):
        answer = client.post(f"/api/v1/similar{query}", data=data)
        described = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        assert answer.status_code == 200
        jsonschema_rs.validator_for(described).validate(answer.json)
