"""The colours of the demo shop, by name. Pure standard library.

Every colour is a plain sRGB hex value; ``linear`` turns one into the
scene-linear numbers that a renderer wants.
"""

from __future__ import annotations

# Pigments: for glazes, paint, lacquer and cloth.
PIGMENTS = {
    "ivory": "#ece4d4",
    "sand": "#cfb793",
    "blush": "#dba79d",
    "terracotta": "#b85a3c",
    "mustard": "#d29a2a",
    "sage": "#93a688",
    "forest": "#2f5741",
    "teal": "#1f7378",
    "sky": "#8fb6cc",
    "cobalt": "#21459b",
    "plum": "#6a3350",
    "charcoal": "#3a3b3e",
}

# Metals: the colour of the reflection at normal incidence.
METALS = {"brass": "#d8bb80", "copper": "#dba188", "steel": "#c9cbcc"}

# Glass: the tint of light that has gone through one wall.
GLASSES = {
    "clear": "#fbfdfc",
    "smoke": "#a9a5a2",
    "amber": "#e0a04c",
    "green": "#9cc4a0",
    "blue": "#8db7d9",
    "rose": "#e6b3b0",
}

# Woods, and the canes and grasses of baskets.
WOODS = {"oak": "#c39a68", "walnut": "#6f4a30", "ash": "#dcc4a0", "black": "#2b2826"}
CANES = {"natural": "#c6a06a", "honey": "#b07a3e", "white": "#e2dbcd", "black": "#3a332e"}

ALL = {**PIGMENTS, **METALS, **GLASSES, **WOODS, **{f"cane {k}": v for k, v in CANES.items()}}

# The second colour of a pattern, chosen by eye to sit well beside the first.
PARTNERS = {
    "ivory": "terracotta",
    "sand": "forest",
    "blush": "plum",
    "terracotta": "ivory",
    "mustard": "charcoal",
    "sage": "ivory",
    "forest": "ivory",
    "teal": "ivory",
    "sky": "cobalt",
    "cobalt": "ivory",
    "plum": "blush",
    "charcoal": "ivory",
    "oak": "ivory",
    "walnut": "sage",
    "ash": "cobalt",
    "black": "ivory",
    "natural": "ivory",
    "honey": "ivory",
    "white": "cobalt",
}


def linear(hex_colour: str) -> tuple[float, float, float]:
    """Turn "#rrggbb" (sRGB) into scene-linear red, green and blue."""
    channels = [int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def named(colour: str, material: str = "") -> tuple[float, float, float]:
    """Look up a colour name; the same word can mean another hue in another material."""
    if material in ("rattan", "seagrass") and colour in CANES:
        return linear(CANES[colour])
    if material == "glass" and colour in GLASSES:
        return linear(GLASSES[colour])
    return linear(ALL[colour])
