"""Describes the API in OpenAPI 3.1, from the same table that answers requests."""

from __future__ import annotations

from typing import Any

from bundle import Bundle
from dashapp.addresses import href_of
from dashapp.api.addresses import OPENAPI, SIMILAR
from dashapp.api.operations import OPERATIONS, Operation
from dashapp.api.parameters import Parameter
from dashapp.api.photo_operation import photo_operation
from dashapp.api.schemas import LISTS_CHECKED, PHOTOS_TAKEN, SCHEMAS, TEXT
from dashapp.problems import MEDIA_TYPE
from dashapp.site import Site


def specification(site: Site, bundle: Bundle) -> dict[str, Any]:
    """The OpenAPI document of a catalogue. Its recipes determine the allowed values of some parameters."""
    paths: dict[str, Any] = {}
    example = next((product.id for product in bundle.page(limit=1).products), None)
    for operation in OPERATIONS.values():
        parameters = operation.parameters(site, bundle)
        paths[operation.path] = {"get": _described(operation, parameters, example=example)}
        if operation.by_path:
            described = _described(operation, parameters, example=example, by_path=True)
            paths[operation.by_path] = {"get": described}
    if site.engine is not None:
        paths[SIMILAR]["post"] = photo_operation(site, bundle)
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
            "slash are on this host. A value that the catalogue does not give is null.",
        },
        "servers": [{"url": href_of("") or "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(site)},
    }


def _schemas(site: Site) -> dict[str, Any]:
    """The schemas of all answers that this site may give."""
    checked = LISTS_CHECKED if site.checks_lists else {}
    return SCHEMAS | checked | (PHOTOS_TAKEN if site.hosted_live else {})


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
            *(each.described(example=example, by_path=by_path) for each in parameters),
            _IF_NONE_MATCH,
        ],
        "responses": _responses(
            {"$ref": f"#/components/schemas/{operation.schema}"},
            found_by_id=any(parameter.name == "id" for parameter in parameters),
        ),
    }


def _responses(schema: dict[str, Any], *, found_by_id: bool = False) -> dict[str, Any]:
    problems = {"400": "A parameter is unknown or its value is invalid.", "503": "There is no catalogue."}
    if found_by_id:
        problems["404"] = "There is no such product."
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "200": {
            "description": "The requested answer.",
            "headers": {"ETag": {"required": True, "schema": TEXT}},
            "content": {"application/json": {"schema": schema}},
        },
        "304": {"description": "The answer with the given ETag is still current."},
        **{status: {"description": text, "content": content} for status, text in sorted(problems.items())},
    }


_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of a cached answer.",
    "required": False,
    "schema": TEXT,
}
