"""What the shop says of a product beside its design: maker, tags, stock, popularity and a description.

Pure standard library and seeded, as ``catalogue``. Descriptions say what the studio draws and nothing else.
"""

from __future__ import annotations

import random

from .studio.palette import PARTNERS

# Made-up makers. Colour variants of a design have the same one.
_TABLEWARE = ("Kiln Lane", "Saltmarsh Pottery", "Fernholt")
_DECORATION = ("Saltmarsh Pottery", "Ondine & Daughters")
_FURNITURE = ("Alder & Pike", "Longshed", "Hallmoor")
_SOFT = ("Marram", "Loom Street")
_FITTINGS = ("Hallmoor", "Nightjar Works")
_KITCHEN = ("Brightwater", "Fernholt")
MAKERS = {
    "Mugs": _TABLEWARE,
    "Bowls": _TABLEWARE,
    "Plates": _TABLEWARE,
    "Teapots": _TABLEWARE,
    "Vases": _DECORATION,
    "Planters": _DECORATION,
    "Candle holders": _DECORATION,
    "Bottles": _KITCHEN,
    "Cookware": _KITCHEN,
    "Table lamps": _FITTINGS,
    "Clocks": _FITTINGS,
    "Stools": _FURNITURE,
    "Chairs": _FURNITURE,
    "Tables": _FURNITURE,
    "Baskets": _SOFT,
    "Cushions": _SOFT,
}

# Where a shape belongs, or else its category.
ROOMS = {
    "Mugs": ("kitchen",),
    "Bowls": ("kitchen", "dining room"),
    "Plates": ("dining room",),
    "Teapots": ("kitchen", "dining room"),
    "Vases": ("living room",),
    "Planters": ("living room", "balcony"),
    "Candle holders": ("dining room", "living room"),
    "Bottles": ("kitchen", "dining room"),
    "Cookware": ("kitchen",),
    "Table lamps": ("living room", "bedroom"),
    "Clocks": ("living room", "hall"),
    "Stools": ("living room", "hall"),
    "Chairs": ("dining room",),
    "Tables": ("living room",),
    "Baskets": ("living room", "bedroom"),
    "Cushions": ("living room", "bedroom"),
    "soap dispenser": ("bathroom",),
    "laundry basket": ("bathroom",),
    "shopping basket": ("hall",),
    "desk lamp": ("study",),
    "twin-bell alarm clock": ("bedroom",),
    "bar stool": ("kitchen",),
    "step stool": ("kitchen", "study"),
    "armchair": ("living room",),
    "round pedestal table": ("dining room",),
    "square leg table": ("dining room",),
    "hairpin table": ("dining room", "study"),
}

FAMILIES = {
    "glazed ceramic": "ceramic",
    "matt ceramic": "ceramic",
    "enamel": "metal",
    "painted steel": "metal",
    "brass": "metal",
    "copper": "metal",
    "steel": "metal",
    "wood": "wood",
    "painted wood": "wood",
    "moulded plastic": "plastic",
    "glass": "glass",
    "linen": "textile",
    "cotton": "textile",
    "velvet": "textile",
    "bouclé": "textile",
    "rattan": "woven",
    "seagrass": "woven",
    "marble": "stone",
}

# By pattern, and where that is plain by material.
STYLES = {
    "stripes": "classic",
    "check": "classic",
    "dots": "playful",
    "two-tone": "modern",
    "terrazzo": "modern",
    "speckled": "rustic",
    "hammered": "rustic",
    "wood": "natural",
    "rattan": "natural",
    "seagrass": "natural",
    "linen": "natural",
    "velvet": "elegant",
    "brass": "elegant",
    "marble": "elegant",
}

_FINISHES = {
    "glazed ceramic": "Its glaze has a soft gloss.",
    "matt ceramic": "Its surface is matt and a little rough.",
    "enamel": "Its enamel has a soft gloss.",
    "painted steel": "The paint is satin, neither matt nor glossy.",
    "painted wood": "The paint is satin, neither matt nor glossy.",
    "moulded plastic": "Its shell is one piece, satin to the eye.",
    "brass": "The metal is polished, but no mirror.",
    "copper": "The metal is polished, but no mirror.",
    "steel": "The metal is polished, but no mirror.",
    "glass": "The glass lets the light through.",
    "wood": "The grain is left to show.",
    "linen": "The weave is matt and fine.",
    "cotton": "The weave is matt and fine.",
    "velvet": "The pile catches the light at its edges.",
    "bouclé": "Its loops give it a lively surface.",
    "rattan": "Each one is woven, with the cane left to show.",
    "seagrass": "Each one is woven, with the grass left to show.",
    "marble": "Fine veins run through the stone.",
}

_SHARE_SOLD_OUT = 0.12
_SHARE_ON_SALE = 0.12
_MARKUPS = (1.15, 1.25, 1.4, 1.6)


def brand(category: str, design: str, seed: int) -> str:
    """Who makes a design."""
    return random.Random(f"maker {design} {seed}").choice(MAKERS[category])


def tags(category: str, shape: str, material: str, pattern: str) -> str:
    """Rooms, material family and style, with | between them."""
    style = STYLES.get(material if pattern == "plain" else pattern, "minimal")
    return "|".join((*ROOMS.get(shape, ROOMS[category]), FAMILIES[material], style))


def popularity(identity: str, seed: int) -> str:
    """How many were sold in a year: a few of everything, many of some."""
    return str(1 + round(random.Random(f"sold {identity} {seed}").lognormvariate(4.0, 0.9)))


def in_stock(identity: str, seed: int) -> str:
    """Whether there are any left: yes or no."""
    return "no" if random.Random(f"stock {identity} {seed}").random() < _SHARE_SOLD_OUT else "yes"


def price_before(identity: str, price: str, seed: int) -> str:
    """What a product that is on sale cost before, in whole euros less ten cents; empty for all others."""
    chance = random.Random(f"sale {identity} {seed}")
    if chance.random() >= _SHARE_ON_SALE:
        return ""
    return f"{round(float(price) * chance.choice(_MARKUPS))}.90"


def description(shape: str, colour: str, material: str, pattern: str) -> str:
    """Two sentences, such as "A straight mug in sage glazed ceramic with stripes in ivory. Its glaze …"."""
    noun = shape if shape == "stacked plates" else f"{'an' if shape[0] in 'aeiou' else 'a'} {shape}"
    partner = PARTNERS.get(colour, "ivory")
    drawn = {
        "plain": "",
        "stripes": f" with stripes in {partner}",
        "dots": f" with dots in {partner}",
        "check": f" with a check in {partner}",
        "two-tone": f", the other half {partner}",
        "speckled": ", speckled all over",
        "terrazzo": " with chips of terrazzo",
        "hammered": ", hammered by hand",
    }[pattern]
    sentence = f"{noun} in {_made_of(colour, material)}{drawn}."
    return f"{sentence[0].upper()}{sentence[1:]} {_FINISHES[material]}"


def _made_of(colour: str, material: str) -> str:
    if colour == material:
        return material
    if material in ("painted steel", "painted wood"):
        return f"{material.removeprefix('painted ')} painted {colour}"
    return f"{colour} {material}"
