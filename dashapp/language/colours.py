"""The names of colours that products are filtered by."""

from __future__ import annotations

from dashapp.language.messages import NP_, p_

COLOURS = (
    NP_("colour", "black"),
    NP_("colour", "grey"),
    NP_("colour", "white"),
    NP_("colour", "beige"),
    NP_("colour", "brown"),
    NP_("colour", "red"),
    NP_("colour", "orange"),
    NP_("colour", "yellow"),
    NP_("colour", "green"),
    NP_("colour", "blue"),
    NP_("colour", "purple"),
    NP_("colour", "pink"),
)
"""Those of `bundle.format.COLOURS`, written out for translation; a test holds that they are the same."""


def colour(name: str) -> str:
    """The name of a colour of `COLOURS` in the language of the request."""
    return p_("colour", name)
