"""The API's errors, as problem details (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An error answer to a request: its status, one sentence for people, members for programs.

    The sentence is English. `assets/problems.js` has one in each language for each member `code`.
    `headers` may be added to.
    """

    def __init__(self, status: HTTPStatus, detail: str, **members: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers: dict[str, str] = {}
        self.members = {"type": "about:blank", "title": status.phrase, "status": status.value}
        self.members |= {"detail": detail, **members}

    def response(self) -> Response:
        """The problem as a response that must not be cached."""
        body = json.dumps(self.members, ensure_ascii=False)
        response = Response(body, status=self.status.value, mimetype=MEDIA_TYPE)
        response.cache_control.no_store = True
        response.headers.update(self.headers)
        return response


def unusable(parameter: str, expected: str, received: str) -> Problem:
    """The problem of an invalid parameter: what was expected, and what was received."""
    detail = f"Expected {parameter} to be {expected}. Received: {received!r}."
    return Problem(HTTPStatus.BAD_REQUEST, detail, parameter=parameter, expected=expected, received=received)


def later(status: HTTPStatus, detail: str, seconds: int, **members: str) -> Problem:
    """The problem of a request that may be made again after some seconds."""
    problem = Problem(status, detail, **members)
    problem.headers["Retry-After"] = str(seconds)
    return problem
