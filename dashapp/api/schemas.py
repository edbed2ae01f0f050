"""The JSON Schemas of what the API answers with."""

from __future__ import annotations

from typing import Any

from bundle.metric import METRICS
from dashapp.api.operations import COLOUR

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
WHOLE = {"type": "integer", "minimum": 0}
PIXELS = {"type": "integer", "minimum": 1}
TRUTH = {"type": "boolean"}
NUMBER = {"type": "number"}
MAYBE_NUMBER = {"type": ["number", "null"]}


def record(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    """A list of such items."""
    return {"type": "array", "items": items}


def ref(schema: str) -> dict[str, Any]:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{schema}"}


SCHEMAS = {
    "About": record(
        title=TEXT,
        generation=TEXT,
        created=TEXT,
        products=WHOLE,
        images=WHOLE,
        recipes=list_of(ref("Recipe")),
        categories=list_of(record(name=TEXT, products=WHOLE)),
        openapi=TEXT,
    ),
    "Recipe": record(
        name=TEXT,
        description=MAYBE_TEXT,
        metric={"type": "string", "enum": list(METRICS)},
        lower_is_better=TRUTH,
        top=WHOLE,
        depth=WHOLE,
        fingerprint=TEXT,
    ),
    "Products": record(
        total=WHOLE,
        offset=WHOLE,
        limit=WHOLE,
        searched=MAYBE_TEXT,
        products=list_of(ref("Product")),
    ),
    "Similar": record(
        id=TEXT,
        recipe=TEXT,
        total=WHOLE,
        similar=list_of(record(score=NUMBER, near_identical=list_of(TEXT), product=ref("Product"))),
    ),
    "Product": record(
        id=TEXT,
        title=TEXT,
        category=MAYBE_TEXT,
        brand=MAYBE_TEXT,
        tags=list_of(TEXT),
        price=MAYBE_NUMBER,
        currency=MAYBE_TEXT,
        in_stock={"type": ["boolean", "null"]},
        popularity=MAYBE_NUMBER,
        url=MAYBE_TEXT,
        description=MAYBE_TEXT,
        colours=list_of(COLOUR),
        variants=MAYBE_TEXT,
        twins=MAYBE_TEXT,
        facts={"type": "object", "additionalProperties": TEXT},
        images=list_of(record(id=TEXT, large=ref("Thumbnail"), small=ref("Thumbnail"))),
        page=TEXT,
        similar=TEXT,
    ),
    "Thumbnail": record(src=TEXT, width=PIXELS, height=PIXELS),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "parameter": TEXT,
            "expected": TEXT,
            "received": TEXT,
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
}

_ENTRY = record(id=TEXT, score=NUMBER) | {"type": ["object", "null"]}

LISTS_CHECKED = {
    "Similar": SCHEMAS["Similar"] | {"properties": SCHEMAS["Similar"]["properties"] | {"live": ref("Check")}},
    "Check": record(
        same=WHOLE,
        of=WHOLE,
        from_pictures=TRUTH,
        largest_difference=NUMBER,
        differences=list_of(record(place=WHOLE, stored=_ENTRY, live=_ENTRY)),
    ),
}
"""Those of a site that compares stored lists with what it computes now, besides."""

_FOUND = {"recipe": TEXT, "runtime": TEXT, "photos": WHOLE, "total": WHOLE}

PHOTOS_TAKEN = {
    "Found": record(**_FOUND, similar=SCHEMAS["Similar"]["properties"]["similar"]),
    "FoundIds": record(**_FOUND, similar=list_of(record(id=TEXT, score=NUMBER))),
}
"""Those of a site that photos can be sent to, besides."""
