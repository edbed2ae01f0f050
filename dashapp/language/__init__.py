"""The language of a request: its messages, and its numbers, prices and days.

Visible text is written in English where it is used, in one of the functions here. `docs/languages.md` says
how it is translated.
"""

from dashapp.language.catalogues import SOURCE, Language, codes, language
from dashapp.language.messages import N_, NP_, _, current, n_, np_, p_, speaking, woven

__all__ = [
    "NP_",
    "N_",
    "SOURCE",
    "Language",
    "_",
    "codes",
    "current",
    "language",
    "n_",
    "np_",
    "p_",
    "speaking",
    "woven",
]
