"""HTML templates that escape everything from a catalogue or a visitor."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dashapp.language import _


@cache
def template_beside(module: str, name: str) -> Template:
    """The template with this name in the module's folder."""
    environment = Environment(
        loader=FileSystemLoader(Path(module).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    # It says its messages in the language of each request, although it is read only once.
    environment.globals["_"] = _
    return environment.get_template(name)
