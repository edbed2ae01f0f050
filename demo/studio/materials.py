"""Materials: what a product's surface is made of and what is drawn on it.

``product_material`` makes the surface of a product from its colour, material
and pattern. ``Stock`` makes the parts every shop has lying about: cork, wax,
soil, leaves, lamp linen, blackened steel.
"""

from __future__ import annotations

import random

from . import palette
from .nodes import Shader, Value

PRINCIPLED = "ShaderNodeBsdfPrincipled"
Colour = tuple[float, float, float]


def product_material(colour: str, material: str, pattern: str, seed: str):
    """The surface of a product, by the words of its catalogue row."""
    chance = random.Random(f"surface {seed}")
    shader = Shader(f"{colour} {material} {pattern}")
    base = palette.named(colour, material)
    partner = palette.linear(palette.ALL[palette.PARTNERS.get(colour, "ivory")])
    if material in ("wood",):
        ground = _wood_colour(shader, base)
    elif material in ("marble",):
        ground = _marble_colour(shader, base)
    else:
        ground = _uneven(shader, base, 0.05 if "ceramic" in material else 0.02)
    painted = _draw_pattern(shader, pattern, ground, partner, chance)
    return FINISHES.get(material, _matt)(shader, painted, pattern)


def _uneven(shader: Shader, colour: Colour, amount: float) -> Value:
    """A colour that is never quite the same twice, as pigments are."""
    darker = tuple(c * (1 - 2.2 * amount) for c in colour)
    return shader.mix(shader.noise(2.3, 3.0), darker, colour)


def _wood_colour(shader: Shader, base: Colour) -> Value:
    stretch = shader.node("ShaderNodeMapping", Scale=(9.0, 9.0, 0.7))
    shader.plug(stretch.inputs["Vector"], shader.grain())
    lines = shader.noise(1.6, 6.0, stretch.outputs[0])
    dark, light = tuple(c * 0.55 for c in base), tuple(min(1.0, c * 1.18) for c in base)
    return shader.mix(shader.step(lines, 0.5, 0.2), dark, light)


def _marble_colour(shader: Shader, base: Colour) -> Value:
    warp = shader.noise(2.0, 6.0)
    vein = shader.math("ABSOLUTE", shader.math("SUBTRACT", warp, 0.5))
    dark = tuple(c * 0.45 for c in base)
    return shader.mix(shader.step(vein, 0.018, 0.018), dark, base)


# --- patterns -------------------------------------------------------------


def _draw_pattern(
    shader: Shader, pattern: str, ground: Value, partner: Colour, chance: random.Random
) -> Value:
    drawing = PATTERNS.get(pattern)
    if drawing is None:
        return ground
    return drawing(shader, ground, partner, chance)


def _masked(shader: Shader, factor: Value) -> Value:
    """Leave out where nothing may be drawn (the inside of a mug)."""
    return shader.math("MULTIPLY", factor, shader.uv("tone")[1])


def _stripes(shader: Shader, ground: Value, partner: Colour, chance: random.Random) -> Value:
    across = shader.math("MULTIPLY", shader.uv("pattern")[1], chance.choice([0.55, 0.8, 1.1]))
    inside = shader.step(shader.math("FRACT", across), 1 - chance.choice([0.32, 0.5]), 0.03)
    return shader.mix(_masked(shader, inside), ground, partner)


def _dots(shader: Shader, ground: Value, partner: Colour, chance: random.Random) -> Value:
    u, v = shader.uv("pattern")
    row = shader.math("FLOOR", v)
    shifted = shader.math("ADD", u, shader.math("MULTIPLY", shader.math("MODULO", row, 2.0), 0.5))
    dx = shader.math("SUBTRACT", shader.math("FRACT", shifted), 0.5)
    dy = shader.math("SUBTRACT", shader.math("FRACT", v), 0.5)
    squared = shader.math("ADD", shader.math("MULTIPLY", dx, dx), shader.math("MULTIPLY", dy, dy))
    radius = chance.choice([0.22, 0.28, 0.33])
    spot = shader.math("SUBTRACT", 1.0, shader.step(shader.math("SQRT", squared), radius, 0.03))
    return shader.mix(_masked(shader, spot), ground, partner)


def _check(shader: Shader, ground: Value, partner: Colour, chance: random.Random) -> Value:
    u, v = shader.uv("pattern")
    size = chance.choice([0.45, 0.7])
    bands = [
        shader.step(shader.math("FRACT", shader.math("MULTIPLY", way, size)), 0.5, 0.03) for way in (u, v)
    ]
    both = shader.math("MULTIPLY", shader.math("ADD", *bands), 0.5)
    return shader.mix(_masked(shader, both), ground, partner)


def _two_tone(shader: Shader, ground: Value, partner: Colour, chance: random.Random) -> Value:
    level = shader.uv("tone")[0]
    wavy = shader.math("ADD", level, shader.math("MULTIPLY", shader.noise(5.0), 0.03))
    above = shader.step(wavy, chance.choice([0.36, 0.46, 0.58]), 0.012)
    return shader.mix(above, ground, partner)


def _speckled(shader: Shader, ground: Value, partner: Colour, chance: random.Random) -> Value:
    fleck = (0.035, 0.028, 0.025)
    if chance.random() < 0.25:
        fleck = (0.8, 0.75, 0.66)
    near = shader.cells(chance.choice([26.0, 34.0]), "Distance")
    spot = shader.math("SUBTRACT", 1.0, shader.step(near, 0.2, 0.06))
    some = shader.step(shader.noise(13.0), 0.5, 0.05)
    return shader.mix(shader.math("MULTIPLY", spot, some), ground, fleck)


def _terrazzo(shader: Shader, ground: Value, partner: Colour, chance: random.Random) -> Value:
    colour = ground
    chips = [partner, (0.9, 0.87, 0.8), (0.05, 0.05, 0.055)]
    for scale, chip in zip((7.0, 10.0, 13.0), chips, strict=True):
        near = shader.cells(scale, "Distance")
        spot = shader.math("SUBTRACT", 1.0, shader.step(near, 0.34, 0.03))
        some = shader.step(shader.noise(scale * 0.6), 0.52, 0.02)
        colour = shader.mix(shader.math("MULTIPLY", spot, some), colour, chip)
    return colour


PATTERNS = {
    "stripes": _stripes,
    "dots": _dots,
    "check": _check,
    "two-tone": _two_tone,
    "speckled": _speckled,
    "terrazzo": _terrazzo,
}


# --- finishes ---------------------------------------------------------------


def _worn_roughness(shader: Shader, low: float, high: float) -> Value:
    """Roughness that wanders a little: perfectly even gloss looks computed."""
    wander = shader.math("MULTIPLY", shader.noise(4.0, 3.0), high - low)
    return shader.math("ADD", wander, low)


def _glazed(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Coat_Weight=1.0, Coat_Roughness=0.06)
    shader.plug(made.inputs["Roughness"], _worn_roughness(shader, 0.3, 0.45))
    shader.plug(made.inputs["Coat Normal"], shader.bump(shader.noise(3.5), 0.12))
    return shader.finish(made.outputs[0])


def _matt(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour)
    shader.plug(made.inputs["Roughness"], _worn_roughness(shader, 0.6, 0.78))
    shader.plug(made.inputs["Normal"], shader.bump(shader.noise(38.0), 0.1, 0.01))
    return shader.finish(made.outputs[0])


def _painted(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Coat_Weight=0.35, Coat_Roughness=0.2)
    shader.plug(made.inputs["Roughness"], _worn_roughness(shader, 0.36, 0.48))
    return shader.finish(made.outputs[0])


def _metal(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Metallic=1.0)
    shader.plug(made.inputs["Roughness"], _worn_roughness(shader, 0.16, 0.27))
    if pattern == "hammered":
        dents = shader.cells(9.0, "Distance")
        shader.plug(made.inputs["Normal"], shader.bump(dents, 0.55, 0.04))
    return shader.finish(made.outputs[0])


def _glass(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Transmission_Weight=1.0, Roughness=0.02, IOR=1.45)
    # Without caustics glass would throw a black shadow: let shadow rays through.
    see_through = shader.node("ShaderNodeBsdfTransparent", Color=colour)
    path = shader.tree.nodes.new("ShaderNodeLightPath")
    mixed = shader.node("ShaderNodeMixShader")
    shader.plug(mixed.inputs[0], shader.math("MULTIPLY", path.outputs["Is Shadow Ray"], 0.85))
    shader.plug(mixed.inputs[1], made.outputs[0])
    shader.plug(mixed.inputs[2], see_through.outputs[0])
    return shader.finish(mixed.outputs[0])


def _wooden(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour)
    shader.plug(made.inputs["Roughness"], _worn_roughness(shader, 0.42, 0.58))
    return shader.finish(made.outputs[0])


def _cloth(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Roughness=0.9, Sheen_Weight=0.25)
    shader.plug(made.inputs["Normal"], shader.bump(shader.noise(60.0, 1.0), 0.35, 0.01))
    return shader.finish(made.outputs[0])


def _velvet(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Roughness=0.8, Sheen_Weight=1.0, Sheen_Roughness=0.3)
    shader.plug(made.inputs["Normal"], shader.bump(shader.noise(5.0, 3.0), 0.3))
    return shader.finish(made.outputs[0])


def _boucle(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Roughness=0.95, Sheen_Weight=0.4)
    loops = shader.cells(32.0, "Distance")
    shader.plug(made.inputs["Normal"], shader.bump(loops, 0.8, 0.03))
    return shader.finish(made.outputs[0])


def _stone(shader: Shader, colour: Value, pattern: str):
    made = shader.node(PRINCIPLED, Base_Color=colour, Coat_Weight=0.5, Coat_Roughness=0.15)
    shader.plug(made.inputs["Roughness"], _worn_roughness(shader, 0.3, 0.4))
    return shader.finish(made.outputs[0])


FINISHES = {
    "glazed ceramic": _glazed,
    "matt ceramic": _matt,
    "enamel": _glazed,
    "painted steel": _painted,
    "painted wood": _painted,
    "moulded plastic": _painted,
    "brass": _metal,
    "copper": _metal,
    "steel": _metal,
    "glass": _glass,
    "wood": _wooden,
    "linen": _cloth,
    "cotton": _cloth,
    "velvet": _velvet,
    "bouclé": _boucle,
    "rattan": _wooden,
    "seagrass": _wooden,
    "marble": _stone,
}


class Stock:
    """Parts that are the same in every product, each made once a scene."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._made: dict[str, object] = {}

    def __call__(self, colour: str, material: str):
        """A plain surface by palette colour and material, for a secondary part."""
        key = f"{colour} {material}"
        if key not in self._made:
            self._made[key] = product_material(colour, material, "plain", f"{self._seed} {key}")
        return self._made[key]

    def plain(self, name: str, hex_colour: str, roughness: float = 0.8, glow: float = 0.0):
        """A surface of one colour, which may glow."""
        if name not in self._made:
            shader = Shader(name)
            colour = palette.linear(hex_colour)
            ground = _uneven(shader, colour, 0.06)
            made = shader.node(PRINCIPLED, Base_Color=ground, Roughness=roughness)
            if glow:
                shader.plug(made.inputs["Emission Color"], colour)
                made.inputs["Emission Strength"].default_value = glow
            self._made[name] = shader.finish(made.outputs[0])
        return self._made[name]

    def cork(self):
        """Bottle cork."""
        return self.plain("cork", "#b98a5c", 0.9)

    def wax(self):
        """Candle wax, which lets a little light of the flame through."""
        return self.plain("wax", "#f3ead8", 0.45, 0.05)

    def flame(self):
        """A candle flame."""
        return self.plain("flame", "#ffb02e", 1.0, 1.0)

    def soil(self):
        """Potting soil."""
        return self.plain("soil", "#3b2a20", 1.0)

    def leaf(self):
        """Leaves, a little waxy."""
        return self.plain("leaf", "#4d7a3c", 0.42)

    def shade(self):
        """Lamp linen with a bulb behind it."""
        return self.plain("shade", "#f7e8cf", 0.9, 0.3)

    def bulb(self):
        """A bulb that is on."""
        return self.plain("bulb", "#ffdf9e", 0.5, 4.0)

    def ink(self):
        """Printed numerals and clock hands."""
        return self.plain("ink", "#232326", 0.5)
