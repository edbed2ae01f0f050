"""The API keeps to its own description: schemathesis asks for what it allows, and for what it does not."""

from collections import Counter

import pytest
import schemathesis
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

OPERATIONS = (
    "GET /api/v1",
    "GET /api/v1/product",
    "GET /api/v1/products",
    "GET /api/v1/products/{id}",
    "GET /api/v1/products/{id}/similar",
    "GET /api/v1/similar",
)
CONFIGURATION = {
    "seed": 1,
    "workers": 1,
    "generation": {"deterministic": True, "max-examples": 6},
    # It does not unpack what it gets from an app in its own process.
    "headers": {"Accept-Encoding": "identity"},
}


def answers_kept_to(description: BaseSchema) -> Counter[tuple[str, int]]:
    """How many answers came, by operation and status, to all that a description allows or does not.

    Fails where one of them is not as it says.
    """
    failures, answers = [], Counter()
    for event in from_schema(description).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if not isinstance(event, events.ScenarioFinished):
            continue
        for interaction in event.recorder.interactions.values():
            answers[event.label, interaction.response.status_code] += 1
        for check in (check for checks in event.recorder.checks.values() for check in checks):
            if check.failure_info:
                failures.append(f"{check.failure_info.failure}\n{check.failure_info.code_sample}")
    assert not failures, "\n\n".join(failures)
    return answers


@pytest.mark.slow
def test_the_api_does_what_its_description_says(client: FlaskClient) -> None:
    description = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", client.application, config=SchemathesisConfig.from_dict(CONFIGURATION)
    )
    answers = answers_kept_to(description)
    # The checks had something to see: what there is, and where there are parameters what cannot be read.
    for operation in OPERATIONS:
        assert answers[operation, 200] and answers[operation, 405], operation
    assert answers["GET /api/v1/products", 400] > 20
    assert answers["GET /api/v1/similar", 400] > 20
