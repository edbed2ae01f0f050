"""What the shop carries: for every category its shapes, materials and prices.

Pure data, read by ``catalogue``.
"""

from __future__ import annotations

from dataclasses import dataclass

PIGMENTS = (
    "ivory",
    "sand",
    "blush",
    "terracotta",
    "mustard",
    "sage",
    "forest",
    "teal",
    "sky",
    "cobalt",
    "plum",
    "charcoal",
)
WOODS = ("oak", "walnut", "ash", "black")

# Which colours a material comes in, and which patterns it can carry.
COLOURS = {
    "brass": ("brass",),
    "copper": ("copper",),
    "steel": ("steel",),
    "wood": WOODS,
    "glass": ("clear", "smoke", "amber", "green", "blue", "rose"),
    "rattan": ("natural", "honey", "white", "black"),
    "seagrass": ("natural", "white", "honey", "black"),
    "marble": ("ivory", "charcoal", "forest", "blush"),
}
PATTERNS = {
    "glazed ceramic": ("plain", "plain", "stripes", "dots", "two-tone", "speckled"),
    "matt ceramic": ("plain", "plain", "stripes", "dots", "two-tone", "speckled", "terrazzo"),
    "enamel": ("plain", "two-tone", "speckled", "dots"),
    "painted steel": ("plain",),
    "painted wood": ("plain", "two-tone"),
    "moulded plastic": ("plain",),
    "brass": ("plain", "hammered"),
    "copper": ("plain", "hammered"),
    "steel": ("plain", "hammered"),
    "glass": ("plain",),
    "wood": ("plain",),
    "linen": ("plain", "stripes", "check", "two-tone", "dots"),
    "cotton": ("plain", "stripes", "check", "dots"),
    "velvet": ("plain",),
    "bouclé": ("plain",),
    "rattan": ("plain", "two-tone", "stripes"),
    "seagrass": ("plain", "two-tone", "stripes"),
    "marble": ("plain",),
}
CERAMIC = ("glazed ceramic", "matt ceramic")
METAL = ("brass", "copper", "steel")
CLOTH = ("linen", "cotton", "velvet", "bouclé")
TIMBER = ("wood", "painted wood")


@dataclass(frozen=True)
class Range:
    """One category: its noun, prices, and the materials of each of its shapes."""

    prefix: str
    noun: str
    lowest: float
    highest: float
    shapes: dict[str, tuple[str, ...]]
    plain_only: tuple[str, ...] = ()


RANGES = {
    "Mugs": Range(
        "mug",
        "mug",
        9,
        26,
        {
            "straight mug": (*CERAMIC, "enamel"),
            "tapered mug": CERAMIC,
            "barrel mug": CERAMIC,
            "espresso cup with saucer": CERAMIC,
            "tall latte mug": (*CERAMIC, "glass"),
            "ribbed cup": (*CERAMIC, "glass"),
        },
    ),
    "Vases": Range(
        "vas",
        "vase",
        24,
        89,
        {
            "bottle-neck vase": CERAMIC,
            "amphora vase": (*CERAMIC, "copper"),
            "cylinder vase": (*CERAMIC, "glass", "brass"),
            "ball vase": (*CERAMIC, "glass"),
            "flared vase": (*CERAMIC, "glass", "brass"),
            "twisted vase": CERAMIC,
            "ribbed vase": CERAMIC,
        },
    ),
    "Bowls": Range(
        "bwl",
        "bowl",
        14,
        59,
        {
            "round bowl": (*CERAMIC, *METAL),
            "wide bowl": (*CERAMIC, "wood", "copper"),
            "footed bowl": (*CERAMIC, "wood", "marble"),
            "scalloped bowl": (*CERAMIC, "glass"),
            "breakfast bowl": (*CERAMIC, "wood"),
        },
    ),
    "Plates": Range(
        "plt",
        "plate",
        12,
        39,
        {
            "coupe plate": CERAMIC,
            "rimmed plate": (*CERAMIC, "enamel"),
            "upright-edge plate": (*CERAMIC, "wood", "brass"),
            "scalloped plate": CERAMIC,
            "stacked plates": CERAMIC,
        },
    ),
    "Bottles": Range(
        "btl",
        "bottle",
        16,
        49,
        {
            "corked bottle": ("glass", *CERAMIC),
            "swing-top bottle": ("glass", "glazed ceramic"),
            "carafe": ("glass", *CERAMIC),
            "jug": (*CERAMIC, "enamel", "copper"),
            "flask": ("painted steel", "steel", "copper"),
            "soap dispenser": (*CERAMIC, "glass"),
        },
    ),
    "Teapots": Range(
        "tea",
        "teapot",
        34,
        95,
        {
            "round teapot": CERAMIC,
            "tall teapot": (*CERAMIC, "enamel", "steel"),
            "bail-handle teapot": (*CERAMIC, "copper"),
            "side-handle teapot": CERAMIC,
            "drum teapot": (*CERAMIC, "steel"),
        },
    ),
    "Cookware": Range(
        "pan",
        "pan",
        29,
        149,
        {
            "casserole": ("enamel",),
            "saucepan": ("enamel", "copper", "steel"),
            "frying pan": ("enamel", "copper", "steel"),
            "stock pot": ("enamel", "steel", "copper"),
            "whistling kettle": ("enamel", "steel", "copper"),
        },
        plain_only=("frying pan",),
    ),
    "Table lamps": Range(
        "lmp",
        "lamp",
        59,
        189,
        {
            "gourd lamp": (*CERAMIC, "brass"),
            "column lamp": (*CERAMIC, "wood", "marble"),
            "mushroom lamp": ("painted steel", "brass", "copper", "glazed ceramic"),
            "desk lamp": ("painted steel", "brass", "steel"),
            "tripod lamp": ("wood", "brass", "painted steel"),
            "globe lamp": ("painted steel", "brass", "marble", "matt ceramic"),
        },
        plain_only=("mushroom lamp", "desk lamp", "tripod lamp"),
    ),
    "Candle holders": Range(
        "cnd",
        "candle holder",
        12,
        69,
        {
            "candlestick": ("brass", "copper", "painted wood", "wood", "glazed ceramic"),
            "chamberstick": ("enamel", "brass", "glazed ceramic", "copper"),
            "candelabrum": ("painted steel", "brass", "steel"),
            "tealight cup": (*CERAMIC, "copper", "marble"),
            "lantern": ("painted steel", "brass", "copper"),
            "ball holder": (*CERAMIC, "marble", "wood"),
        },
    ),
    "Stools": Range(
        "stl",
        "stool",
        69,
        229,
        {
            "milking stool": TIMBER,
            "bar stool": (*TIMBER, "velvet", "linen"),
            "pouf": CLOTH,
            "saddle stool": TIMBER,
            "step stool": TIMBER,
            "drum stool": CERAMIC,
        },
    ),
    "Chairs": Range(
        "chr",
        "chair",
        99,
        489,
        {
            "slat-back chair": TIMBER,
            "shell chair": ("moulded plastic", "velvet"),
            "cantilever chair": ("linen", "velvet", "cotton"),
            "spindle chair": TIMBER,
            "upholstered chair": CLOTH,
            "armchair": CLOTH,
        },
    ),
    "Tables": Range(
        "tbl",
        "table",
        119,
        449,
        {
            "round pedestal table": ("painted steel", "marble", "wood"),
            "square leg table": TIMBER,
            "hairpin table": TIMBER,
            "tripod side table": TIMBER,
            "tray table": ("painted steel", "brass", "copper"),
            "block table": ("wood", "marble", "painted wood"),
        },
        # Its legs are wire, so a second colour would be the only one to be seen.
        plain_only=("hairpin table",),
    ),
    "Planters": Range(
        "plr",
        "planter",
        16,
        79,
        {
            "flowerpot": CERAMIC,
            "cylinder planter": (*CERAMIC, "brass", "copper"),
            "ball planter": CERAMIC,
            "planter on legs": (*CERAMIC, "painted steel"),
            "bowl planter": CERAMIC,
        },
    ),
    "Baskets": Range(
        "bsk",
        "basket",
        19,
        89,
        {
            "round basket": ("rattan", "seagrass"),
            "belly basket": ("seagrass", "rattan"),
            "shopping basket": ("rattan", "seagrass"),
            "laundry basket": ("rattan", "seagrass"),
            "storage basket": ("seagrass", "rattan"),
        },
    ),
    "Cushions": Range(
        "csh",
        "cushion",
        19,
        69,
        {
            "square cushion": CLOTH,
            "lumbar cushion": CLOTH,
            "tasselled cushion": ("linen", "cotton", "velvet"),
            "round cushion": ("velvet", "linen", "bouclé"),
            "bolster": CLOTH,
        },
    ),
    "Clocks": Range(
        "clk",
        "clock",
        29,
        129,
        {
            "ring wall clock": ("painted steel", "wood", "brass", "copper"),
            "disc wall clock": ("painted steel", "wood", "marble", "matt ceramic"),
            "sunburst clock": ("brass", "copper", "wood", "painted steel"),
            "square wall clock": ("painted wood", "wood", "matt ceramic"),
            "twin-bell alarm clock": ("painted steel", "brass", "copper"),
            "mantel clock": ("wood", "painted wood", "marble"),
        },
        plain_only=("sunburst clock", "twin-bell alarm clock", "square wall clock"),
    ),
}

# Price of a material, relative to the middle of the category.
WORTH = {
    "brass": 1.35,
    "copper": 1.4,
    "steel": 1.1,
    "marble": 1.5,
    "velvet": 1.2,
    "bouclé": 1.3,
    "wood": 1.15,
    "glass": 0.9,
    "enamel": 0.95,
    "moulded plastic": 0.7,
    "cotton": 0.85,
    "painted steel": 0.9,
    "seagrass": 0.9,
    "painted wood": 0.95,
}

# Made-up collection names, one for each design; colour variants share theirs.
COLLECTIONS = (
    "Orla",
    "Tove",
    "Marlo",
    "Fenn",
    "Isla",
    "Juno",
    "Kaia",
    "Linnea",
    "Mira",
    "Nils",
    "Otto",
    "Pia",
    "Runa",
    "Saga",
    "Tilda",
    "Una",
    "Vera",
    "Wren",
    "Ylva",
    "Alba",
    "Bryn",
    "Cleo",
    "Dova",
    "Elio",
    "Freja",
    "Greta",
    "Hugo",
    "Ines",
    "Jorn",
    "Kalle",
    "Lumi",
    "Moa",
    "Nora",
    "Oslo",
    "Petra",
    "Romy",
    "Sol",
    "Thea",
    "Ulla",
    "Vigo",
    "Wilma",
    "Arlo",
    "Birk",
    "Cora",
    "Dune",
    "Ebba",
    "Finn",
    "Gaia",
    "Halden",
    "Ivy",
    "Jasper",
    "Kelda",
    "Lars",
    "Maren",
    "Nell",
    "Ode",
    "Perla",
    "Quill",
    "Rhea",
    "Stig",
    "Tarn",
    "Vale",
    "Willa",
    "Yara",
    "Zelda",
    "Aster",
    "Bodil",
    "Calla",
    "Delft",
    "Esker",
    "Flora",
    "Gale",
    "Hebe",
    "Iris",
    "Jute",
)
