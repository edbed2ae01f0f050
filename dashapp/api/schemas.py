"""The JSON Schemas of the API's answers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from bundle import Product, ProductImage
from bundle.fields import TYPES
from bundle.metric import METRICS
from dashapp.api.operations import COLOUR
from dashapp.shown_recipe import CLOSENESS

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
WHOLE = {"type": "integer", "minimum": 0}
PIXELS = {"type": "integer", "minimum": 1}
TRUTH = {"type": "boolean"}
NUMBER = {"type": "number"}
MAYBE_NUMBER = {"type": ["number", "null"]}


def record(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    """A list of items."""
    return {"type": "array", "items": items}


def ref(schema: str) -> dict[str, Any]:
    """A reference to a schema by its name."""
    return {"$ref": f"#/components/schemas/{schema}"}


_FORMS: dict[Any, dict[str, Any]] = {
    str: MAYBE_TEXT,
    float | None: MAYBE_NUMBER,
    bool | None: {"type": ["boolean", "null"]},
    tuple[str, ...]: list_of(TEXT),
    dict[str, str]: {"type": "object", "additionalProperties": TEXT},
    tuple[ProductImage, ...]: list_of(record(id=TEXT, large=ref("Thumbnail"), small=ref("Thumbnail"))),
}


def _product_fields() -> dict[str, dict[str, Any]]:
    """The schemas of a product's fields, made from their types and descriptions."""
    others = {"id": TEXT, "title": TEXT, "colours": list_of(COLOUR)}
    return {
        each.name: others.get(each.name, _FORMS[TYPES[each.name]])
        | {"description": each.metadata["description"]}
        for each in fields(Product)
    }


_CLOSENESS = {"type": ["string", "null"], "enum": [*CLOSENESS, None]}

SCHEMAS = {
    "About": record(
        title=TEXT,
        generation=TEXT,
        created=TEXT,
        products=WHOLE,
        images=WHOLE,
        recipes=list_of(ref("Recipe")),
        categories=list_of(record(name=TEXT, products=WHOLE)),
        split=list_of(TEXT),
        openapi=TEXT,
    ),
    "Recipe": record(
        name=TEXT,
        label=TEXT,
        description=MAYBE_TEXT,
        metric={"type": "string", "enum": list(METRICS)},
        lower_is_better=TRUTH,
        top=WHOLE,
        depth=WHOLE,
        weak_below=MAYBE_NUMBER,
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
        similar=list_of(
            record(score=NUMBER, closeness=_CLOSENESS, near_identical=list_of(TEXT), product=ref("Product"))
        ),
    ),
    "Product": record(**_product_fields(), page=TEXT, similar=TEXT),
    "Thumbnail": record(src=TEXT, width=PIXELS, height=PIXELS),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "code": TEXT,
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
"""Additional schemas for a site that compares stored lists with newly computed ones."""

_FOUND: dict[str, dict[str, Any]] = {"recipe": TEXT, "runtime": TEXT, "photos": WHOLE, "total": WHOLE}

PHOTOS_TAKEN = {
    "Found": record(**_FOUND, similar=SCHEMAS["Similar"]["properties"]["similar"]),
    "FoundIds": record(**_FOUND, similar=list_of(record(id=TEXT, score=NUMBER))),
}
"""Additional schemas for a site that accepts photos."""
