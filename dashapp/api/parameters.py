"""The API's parameters: one definition serves for reading them and for OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from werkzeug.datastructures import MultiDict

from dashapp.problems import Problem, unusable

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True)
class Parameter:
    """One query parameter. Its JSON Schema is both documented and checked.

    The schema's type is string, integer, number or boolean, with a `default` if there is one. With `several`,
    a parameter may be given several times, and its value is a tuple.
    """

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    several: bool = False

    def read(self, texts: Sequence[str]) -> Any:
        """Parse `texts`, one for each time that the parameter was given.

        Raises `Problem` with status 400 if they are invalid.
        """
        if self.several:
            return tuple(self._read(text) for text in texts)
        if not texts:
            if self.required:
                raise unusable(self.name, self.expected, "")
            return self.schema.get("default")
        if len(texts) > 1:
            raise unusable(self.name, "given once", ", ".join(texts))
        return self._read(texts[0])

    def described(self, *, example: str | None = None, by_path: bool = False) -> dict[str, Any]:
        """Its description in OpenAPI. With `by_path` it is part of the path, with an `example` id."""
        schema, is_id = dict(self.schema), self.name == "id"
        described = {
            "name": self.name,
            "in": "path" if by_path and is_id else "query",
            "description": self.description,
            "required": self.required,
            "schema": {"type": "array", "items": schema} if self.several else schema,
        }
        return {**described, "example": example} if is_id and example is not None else described

    @property
    def expected(self) -> str:
        """A description of valid values that can follow "Expected … to be"."""
        if "enum" in self.schema:
            return "one of " + ", ".join(self.schema["enum"])
        if self.schema["type"] == "boolean":
            return "true or false"
        if self.schema["type"] == "string":
            longest = self.schema.get("maxLength")
            return f"text of at most {longest:,} characters" if longest else "text"
        noun = "a whole number" if self.schema["type"] == "integer" else "a number"
        return f"{noun} from {self.schema['minimum']:,} to {self.schema['maximum']:,}"

    def _read(self, text: str) -> Any:
        value = self._value(text)
        if value is None:
            raise unusable(self.name, self.expected, text)
        return value

    def _value(self, text: str) -> Any:
        schema = self.schema
        if schema["type"] == "boolean":
            return _TRUTH.get(text)
        if schema["type"] == "string":
            fits = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
            return text if fits and text in schema.get("enum", (text,)) else None
        pattern, number = (_WHOLE, int) if schema["type"] == "integer" else (_NUMBER, float)
        if not pattern.fullmatch(text):
            return None
        value = number(text)
        return value if schema["minimum"] <= value <= schema["maximum"] else None


def read_all(parameters: Sequence[Parameter], given: MultiDict[str, str]) -> dict[str, Any]:
    """The value of each parameter by name; None or the default for those not given.

    Raises `Problem` with status 400, naming the parameter that is unknown or invalid.
    """
    names = [parameter.name for parameter in parameters]
    for name in given:
        if name not in names:
            expected = f"Expected one of {', '.join(names)}." if names else "There are none here."
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                f"There is no parameter {name!r}. {expected}",
                parameter=name,
                expected=", ".join(names),
                received=given[name],
            )
    return {parameter.name: parameter.read(given.getlist(parameter.name)) for parameter in parameters}
