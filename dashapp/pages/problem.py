"""The page that every address shows while there is no bundle to serve."""

from __future__ import annotations

from dashapp.language import _
from dashapp.parts import html
from dashapp.parts.components import message
from dashapp.parts.view import View


def problem_page(problem: str) -> View:
    """A page that says in one sentence what is wrong and what to run."""
    sentence = html.Code(problem, className="problem", lang="en", dir="ltr")
    body = message(_("The catalogue is not here yet"), _("The site’s owner can fix this:"), sentence)
    return View(title=_("No catalogue"), body=body, status=503)
