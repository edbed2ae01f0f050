"""Teapots: body, spout, handle, lid and knob."""

from __future__ import annotations

from ..mesh import ellipsoid, rod, tube, turned
from .kit import Kit, Things, ribs, shape


def _spout(kit: Kit, start: float, low: float, reach: float, high: float, thick: float = 0.075):
    """A spout on the left, thinner towards its mouth."""
    path = [(-start, 0, low), (-start - reach * 0.45, 0, low + 0.03)]
    path += [(-start - reach * 0.72, 0, (low + high) / 2 + 0.03), (-start - reach, 0, high)]
    return tube("spout", path, [thick * 1.3, thick, thick * 0.7, thick * 0.5], kit.main)


def _lid(kit: Kit, radius: float, height: float, rise: float = 0.06) -> Things:
    line = [(radius, height - 0.01), (radius * 1.04, height + 0.012), (radius * 0.7, height + rise * 0.75)]
    lid = turned("lid", [*line, (radius * 0.2, height + rise)], kit.main)
    knob = ellipsoid("knob", (0, 0, height + rise + 0.035), (0.05, 0.05, 0.045), kit.main)
    return [lid, knob]


def _ear(kit: Kit, start: float, low: float, high: float, reach: float, thick: float = 0.035):
    path = [(start - 0.03, 0, high), (start + reach * 0.7, 0, high + 0.05), (start + reach, 0, high - 0.1)]
    path += [(start + reach * 0.75, 0, low + 0.06), (start, 0, low)]
    return tube("handle", path, thick, kit.main, flatten=1.3)


@shape("round teapot")
def round_teapot(kit: Kit) -> Things:
    """The classic ball with an ear handle."""
    wide = kit.between(0.36, 0.4)
    line = [(0.2, 0), (wide * 0.8, 0.07), (wide, 0.28), (wide * 0.8, 0.5), (0.2, 0.6)]
    things = [turned("body", line, kit.main), *_lid(kit, 0.2, 0.59)]
    return [*things, _spout(kit, wide * 0.82, 0.2, 0.32, 0.58), _ear(kit, wide * 0.86, 0.14, 0.46, 0.24)]


@shape("tall teapot")
def tall_teapot(kit: Kit) -> Things:
    """A coffee-pot-like tapered body with a long spout."""
    foot = kit.between(0.27, 0.31)
    line = [(foot - 0.02, 0), (foot, 0.03), (foot * 0.92, 0.3), (0.19, 0.72), (0.17, 0.76)]
    things = [turned("body", line, kit.main), *_lid(kit, 0.165, 0.755, 0.07)]
    return [
        *things,
        _spout(kit, foot * 0.8, 0.24, 0.28, 0.74, 0.055),
        _ear(kit, foot * 0.75, 0.16, 0.66, 0.24),
    ]


@shape("bail-handle teapot")
def bail_handle_teapot(kit: Kit) -> Things:
    """A low wide pot with a hoop over the lid, like cast iron from Japan."""
    wide = kit.between(0.4, 0.44)
    line = [(0.26, 0), (wide * 0.9, 0.06), (wide, 0.2), (wide * 0.84, 0.34), (0.22, 0.42)]
    body = turned("body", line, kit.main, ripple=ribs(36, 0.02), segments=216)
    hoop = [(-wide * 0.72, 0, 0.37), (-wide * 0.72, 0, 0.56), (-wide * 0.35, 0, 0.78), (wide * 0.35, 0, 0.78)]
    hoop += [(wide * 0.72, 0, 0.56), (wide * 0.72, 0, 0.37)]
    grip = kit.stock.plain("iron", "#2b2b2d", 0.5)
    return [
        body,
        *_lid(kit, 0.22, 0.41, 0.045),
        _spout(kit, wide * 0.85, 0.17, 0.22, 0.38, 0.06),
        tube("hoop", hoop, 0.02, grip),
    ]


@shape("side-handle teapot")
def side_handle_teapot(kit: Kit) -> Things:
    """A kyusu: a small pot with a straight wooden handle."""
    wide = kit.between(0.34, 0.38)
    line = [(0.24, 0), (wide * 0.92, 0.05), (wide, 0.18), (wide * 0.95, 0.32), (0.25, 0.41)]
    things = [turned("body", line, kit.main), *_lid(kit, 0.23, 0.41, 0.05)]
    wood = kit.stock("walnut", "wood")
    handle = rod("handle", (wide * 0.9, -0.05, 0.24), (wide + 0.36, -0.16, 0.34), [0.036, 0.055], wood)
    return [*things, _spout(kit, wide * 0.88, 0.2, 0.2, 0.42, 0.055), handle]


@shape("drum teapot")
def drum_teapot(kit: Kit) -> Things:
    """A modern straight-sided drum with a wooden knob and an angular handle."""
    wide, high = kit.between(0.31, 0.35), kit.between(0.44, 0.5)
    line = [(wide - 0.02, 0), (wide, 0.025), (wide, 0.025), (wide, high - 0.02), (wide, high - 0.02)]
    body = turned("body", [*line, (wide - 0.025, high)], kit.main)
    lid = turned(
        "lid", [(wide * 0.62, high), (wide * 0.63, high + 0.02), (wide * 0.58, high + 0.03)], kit.main
    )
    knob = rod("knob", (0, 0, high + 0.02), (0, 0, high + 0.1), [0.04, 0.055], kit.stock("oak", "wood"))
    path = [(wide - 0.02, 0, high * 0.88), (wide + 0.22, 0, high * 0.88), (wide + 0.25, 0, high * 0.8)]
    path += [(wide + 0.25, 0, high * 0.25), (wide + 0.22, 0, high * 0.17), (wide - 0.02, 0, high * 0.17)]
    handle = tube("handle", path, 0.028, kit.main, flatten=1.5, smooth=False)
    return [body, lid, knob, handle, _spout(kit, wide * 0.92, high * 0.5, 0.2, high * 0.98, 0.05)]
