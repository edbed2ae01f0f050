"""Candle holders, each with a candle and a flame."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import disc, rod, tube, turned, vessel
from .kit import Kit, Things, shape


def _candle(kit: Kit, x: float, base: float, height: float, radius: float = 0.045) -> Things:
    body = disc("candle", radius, base, base + height, kit.stock.wax(), 0.012, centre=(x, 0, 0))
    top = base + height
    wick = rod("wick", (x, 0, top - 0.01), (x, 0, top + 0.035), 0.005, kit.stock.ink(), sides=8)
    line = [(0.004, 0.02), (0.022, 0.045), (0.018, 0.08), (0.003, 0.135)]
    flame = turned("flame", line, kit.stock.flame(), centre=(x, 0, top))
    return [body, wick, flame]


@shape("candlestick")
def candlestick(kit: Kit) -> Things:
    """One turned stick with knops."""
    tall = kit.between(0.38, 0.48)
    line = [(0.19, 0), (0.2, 0.02), (0.06, 0.07), (0.035, 0.12), (0.07, tall * 0.5), (0.035, tall * 0.62)]
    line += [(0.035, tall * 0.8), (0.075, tall), (0.07, tall + 0.02)]
    return [turned("stick", line, kit.main), *_candle(kit, 0, tall + 0.01, kit.between(0.3, 0.4), 0.042)]


@shape("chamberstick")
def chamberstick(kit: Kit) -> Things:
    """A saucer with a socket and a finger ring."""
    wide = kit.between(0.32, 0.36)
    dish, _ = vessel("dish", [(0.24, 0), (0.28, 0.01), (wide, 0.075)], kit.main, wall=0.02, floor=0.02)
    socket = turned("socket", [(0.11, 0.015), (0.075, 0.06), (0.075, 0.13), (0.09, 0.15)], kit.main)
    ring = [
        (wide + 0.07 + 0.085 * math.cos(a), 0, 0.09 + 0.085 * math.sin(a))
        for a in np.linspace(0, 6.283, 14, endpoint=False)
    ]
    return [
        dish,
        socket,
        tube("ring", ring, 0.02, kit.main, closed=True),
        *_candle(kit, 0, 0.14, kit.between(0.3, 0.4), 0.058),
    ]


@shape("candelabrum")
def candelabrum(kit: Kit) -> Things:
    """Three arms, three candles."""
    spread, rise = kit.between(0.26, 0.31), kit.between(0.36, 0.42)
    things = [turned("foot", [(0.18, 0), (0.19, 0.02), (0.05, 0.06), (0.028, 0.1)], kit.main)]
    things.append(rod("stem", (0, 0, 0.05), (0, 0, rise + 0.06), 0.026, kit.main))
    arm = [
        (-spread, 0, rise),
        (-spread * 0.92, 0, rise - 0.12),
        (-spread * 0.5, 0, rise - 0.2),
        (0, 0, rise - 0.16),
    ]
    arm += [(spread * 0.5, 0, rise - 0.2), (spread * 0.92, 0, rise - 0.12), (spread, 0, rise)]
    things.append(tube("arm", arm, 0.021, kit.main))
    for x, base in ((-spread, rise), (0, rise + 0.07), (spread, rise)):
        cup = [(0.025, base - 0.02), (0.06, base + 0.01), (0.055, base + 0.05)]
        things.append(turned("cup", cup, kit.main, centre=(x, 0, 0)))
        things += _candle(kit, x, base + 0.04, 0.3, 0.036)
    return things


@shape("tealight cup")
def tealight_cup(kit: Kit) -> Things:
    """A thick low cup around a broad candle."""
    radius, height = kit.between(0.34, 0.38), kit.between(0.42, 0.5)
    outer = [(radius * 0.86, 0), (radius * 0.97, 0.08), (radius, height * 0.6), (radius * 0.94, height)]
    body, _ = vessel("cup", outer, kit.main, wall=0.035)
    return [body, *_big_candle(kit, radius - 0.05, height * 0.86)]


def _big_candle(kit: Kit, radius: float, top: float) -> Things:
    wax = disc("wax", radius, 0.05, top, kit.stock.wax(), 0.01)
    wick = rod("wick", (0, 0, top - 0.01), (0, 0, top + 0.06), 0.008, kit.stock.ink(), sides=8)
    line = [(0.006, 0.03), (0.04, 0.075), (0.034, 0.13), (0.004, 0.24)]
    return [wax, wick, turned("flame", line, kit.stock.flame(), centre=(0, 0, top))]


@shape("lantern")
def lantern(kit: Kit) -> Things:
    """A cage with a roof and a ring, a pillar candle inside."""
    half, high = kit.between(0.19, 0.22), kit.between(0.52, 0.6)
    things = [disc("base", half * 1.35, 0, 0.04, kit.main)]
    for corner in range(6):
        a = math.pi * corner / 3 + 0.26
        x, y = half * 1.15 * math.cos(a), half * 1.15 * math.sin(a)
        things.append(rod("bar", (x, y, 0.03), (x, y, high), 0.014, kit.main))
    roof = [
        (half * 1.4, high - 0.01),
        (half * 1.38, high + 0.02),
        (half * 0.7, high + 0.12),
        (0.05, high + 0.19),
    ]
    things.append(turned("roof", roof, kit.main))
    ring = [
        (0.075 * math.cos(a), 0, high + 0.25 + 0.075 * math.sin(a))
        for a in np.linspace(0, 6.283, 14, endpoint=False)
    ]
    things.append(tube("ring", ring, 0.013, kit.main, closed=True))
    return [*things, *_candle(kit, 0, 0.04, 0.24, 0.1)]


@shape("ball holder")
def ball_holder(kit: Kit) -> Things:
    """A ball, flattened at the foot, with a slim tall candle."""
    ball = kit.between(0.2, 0.24)
    line = [
        (ball * 0.5, 0),
        (ball * 0.9, ball * 0.4),
        (ball, ball * 0.85),
        (ball * 0.75, ball * 1.5),
        (0.06, ball * 1.8),
    ]
    return [turned("ball", line, kit.main), *_candle(kit, 0, ball * 1.76, kit.between(0.42, 0.5), 0.036)]
