"""Describes the live search in OpenAPI; `dashapp.api.photo_answers` answers it."""

from __future__ import annotations

from typing import Any

from bundle import Bundle
from dashapp.api.schemas import TEXT, list_of, ref
from dashapp.problems import MEDIA_TYPE
from dashapp.site import Site

_PROBLEMS = {
    "400": "There is no photo, or a parameter, field or box is invalid.",
    "403": "The page's origin is not allowed to ask.",
    "408": "The photo did not arrive in time.",
    "413": "The request has more than 10 MB.",
    "415": "A photo's content is not in a supported format, whatever its name.",
    "422": "A photo is damaged, animated, or has too many pixels.",
    "429": "This client has sent too many photos.",
    "503": "Too many photo searches are running, or there is no catalogue.",
}
_WAITING = ("429", "503")


def photo_operation(site: Site, bundle: Bundle) -> dict[str, Any]:
    """The description of `POST` for a site that accepts photos."""
    # Imported here, as only such a site has the packages that it imports.
    from dashapp.api.photo_answers import live_parameters
    from dashapp.photo.live.uploads import MEDIA_TYPES, MOST_PHOTOS

    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    photos = list_of(binary) | {"minItems": 1, "maxItems": MOST_PHOTOS}
    boxes = list_of(TEXT) | {"maxItems": MOST_PHOTOS}
    form = {"type": "object", "properties": {"photo": photos, "box": boxes}, "required": ["photo"]}
    return {
        "operationId": "similar_to_photos",
        "summary": "The products that look like those in photos",
        "description": "A photo as the body, or several in a form, which are searched with together. A box "
        "is the part of a photo that is meant: x,y,width,height as shares of the upright picture, empty for "
        "all. Nothing of a photo is kept.",
        "parameters": [each.described() for each in live_parameters(site, bundle)],
        "requestBody": {
            "required": True,
            "content": {
                **{media_type: {"schema": binary} for media_type in MEDIA_TYPES},
                "multipart/form-data": {"schema": form},
            },
        },
        "responses": {
            "200": {
                "description": "The nearest products; only ids and scores where fields is ids.",
                "headers": {"Server-Timing": {"required": True, "schema": TEXT}},
                "content": {"application/json": {"schema": {"anyOf": [ref("Found"), ref("FoundIds")]}}},
            },
            **{status: _problem(status, text) for status, text in _PROBLEMS.items()},
        },
    }


def _problem(status: str, text: str) -> dict[str, Any]:
    described = {"description": text, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}
    seconds = {"description": "Seconds to wait.", "required": False, "schema": {"type": "integer"}}
    return described | ({"headers": {"Retry-After": seconds}} if status in _WAITING else {})
