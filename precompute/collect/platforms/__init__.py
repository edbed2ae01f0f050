"""The shop systems whose own product lists are read. Each has a module, and a line here."""

from precompute.collect.platforms.platform import ListReader, Platform
from precompute.collect.platforms.shopify import SHOPIFY
from precompute.collect.platforms.woocommerce import WOOCOMMERCE

PLATFORMS: tuple[Platform, ...] = (
    SHOPIFY,
    WOOCOMMERCE,
)
"""The platforms, in the order in which a site is tested for each."""


def platform_named(name: str) -> Platform | None:
    """The platform with this name, or None if there is none."""
    return next((each for each in PLATFORMS if each.name == name), None)


__all__ = ["PLATFORMS", "ListReader", "Platform", "platform_named"]
