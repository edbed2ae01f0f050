"""The API described in OpenAPI 3.1, from the same table that answers."""

from __future__ import annotations

from typing import Any

from bundle import Bundle
from dashapp.api.addresses import OPENAPI
from dashapp.api.operations import COLOUR, OPERATIONS, Operation
from dashapp.api.parameters import Parameter
from dashapp.api.problems import MEDIA_TYPE
from dashapp.recipes import METRICS
from dashapp.site import Site

_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_WHOLE = {"type": "integer", "minimum": 0}
_PIXELS = {"type": "integer", "minimum": 1}
_TRUTH = {"type": "boolean"}
_NUMBER = {"type": "number"}
_MAYBE_NUMBER = {"type": ["number", "null"]}


def specification(site: Site, bundle: Bundle) -> dict[str, Any]:
    """The OpenAPI document of a catalogue, whose recipes decide on what some parameters may be."""
    paths: dict[str, Any] = {}
    example = next((product.id for product in bundle.page(limit=1).products), None)
    for operation in OPERATIONS.values():
        parameters = operation.parameters(site, bundle)
        paths[operation.path] = {"get": _described(operation, parameters, example=example)}
        if operation.by_path:
            described = _described(operation, parameters, example=example, by_path=True)
            paths[operation.by_path] = {"get": described}
    paths[OPENAPI] = {
        "get": {
            "operationId": "openapi",
            "summary": "This description",
            "parameters": [_IF_NONE_MATCH],
            "responses": _responses({"type": "object"}),
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Look-alikes of {site.name}",
            "version": "1",
            "description": "Products and the products that look like them. Addresses that begin with a "
            "slash are on this host. What the catalogue does not say is null.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }


def _described(
    operation: Operation,
    parameters: tuple[Parameter, ...],
    *,
    example: str | None,
    by_path: bool = False,
) -> dict[str, Any]:
    return {
        "operationId": f"{operation.name}_by_path" if by_path else operation.name,
        "summary": operation.summary,
        "parameters": [
            *(_parameter(each, example=example, by_path=by_path) for each in parameters),
            _IF_NONE_MATCH,
        ],
        "responses": _responses(
            {"$ref": f"#/components/schemas/{operation.schema}"},
            found_by_id=any(parameter.name == "id" for parameter in parameters),
        ),
    }


def _parameter(parameter: Parameter, *, example: str | None, by_path: bool) -> dict[str, Any]:
    schema = dict(parameter.schema)
    is_id = parameter.name == "id"
    described = {
        "name": parameter.name,
        "in": "path" if by_path and is_id else "query",
        "description": parameter.description,
        "required": parameter.required,
        "schema": {"type": "array", "items": schema} if parameter.several else schema,
    }
    return {**described, "example": example} if is_id and example is not None else described


def _responses(schema: dict[str, Any], *, found_by_id: bool = False) -> dict[str, Any]:
    problems = {"400": "A parameter is unknown or its value unusable.", "503": "There is no catalogue."}
    if found_by_id:
        problems["404"] = "There is no such product."
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "200": {
            "description": "What was asked for.",
            "headers": {"ETag": {"required": True, "schema": _TEXT}},
            "content": {"application/json": {"schema": schema}},
        },
        "304": {"description": "It is as it was when it had the ETag given."},
        **{status: {"description": text, "content": content} for status, text in sorted(problems.items())},
    }


def _record(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _the(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer that is at hand.",
    "required": False,
    "schema": _TEXT,
}

_SCHEMAS = {
    "About": _record(
        title=_TEXT,
        generation=_TEXT,
        created=_TEXT,
        products=_WHOLE,
        images=_WHOLE,
        recipes=_list(_the("Recipe")),
        categories=_list(_record(name=_TEXT, products=_WHOLE)),
        openapi=_TEXT,
    ),
    "Recipe": _record(
        name=_TEXT,
        description=_MAYBE_TEXT,
        metric={"type": "string", "enum": list(METRICS)},
        lower_is_better=_TRUTH,
        top=_WHOLE,
        depth=_WHOLE,
        fingerprint=_TEXT,
    ),
    "Products": _record(
        total=_WHOLE,
        offset=_WHOLE,
        limit=_WHOLE,
        searched=_MAYBE_TEXT,
        products=_list(_the("Product")),
    ),
    "Similar": _record(
        id=_TEXT,
        recipe=_TEXT,
        total=_WHOLE,
        similar=_list(_record(score=_NUMBER, near_identical=_list(_TEXT), product=_the("Product"))),
    ),
    "Product": _record(
        id=_TEXT,
        title=_TEXT,
        category=_MAYBE_TEXT,
        brand=_MAYBE_TEXT,
        tags=_list(_TEXT),
        price=_MAYBE_NUMBER,
        currency=_MAYBE_TEXT,
        in_stock={"type": ["boolean", "null"]},
        popularity=_MAYBE_NUMBER,
        url=_MAYBE_TEXT,
        description=_MAYBE_TEXT,
        colours=_list(COLOUR),
        variants=_MAYBE_TEXT,
        twins=_MAYBE_TEXT,
        facts={"type": "object", "additionalProperties": _TEXT},
        images=_list(_record(id=_TEXT, large=_the("Thumbnail"), small=_the("Thumbnail"))),
        page=_TEXT,
        similar=_TEXT,
    ),
    "Thumbnail": _record(src=_TEXT, width=_PIXELS, height=_PIXELS),
    "Problem": {
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": _WHOLE,
            "detail": _TEXT,
            "parameter": _TEXT,
            "expected": _TEXT,
            "received": _TEXT,
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
}
