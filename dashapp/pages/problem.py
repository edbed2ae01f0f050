"""The page that every address shows while there is no bundle to serve."""

from __future__ import annotations

from dashapp.parts import html
from dashapp.parts.components import message
from dashapp.parts.view import View


def problem_page(problem: str) -> View:
    """A page that says in one sentence what is wrong and what to run."""
    sentence = html.Code(problem, className="problem")
    body = message("The catalogue is not here yet", "The site’s owner can fix this:", sentence)
    return View(title="No catalogue", body=body, status=503)
