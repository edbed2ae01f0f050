"""The shop systems whose own lists of products are read: a module for each, and a line here."""

from precompute.collect.platforms.platform import ListReader, Platform
from precompute.collect.platforms.shopify import SHOPIFY
from precompute.collect.platforms.woocommerce import WOOCOMMERCE

PLATFORMS: tuple[Platform, ...] = (
    SHOPIFY,
    WOOCOMMERCE,
)
"""In the order in which a site is asked whether it is one."""


def platform_named(name: str) -> Platform | None:
    """The platform of a name, or None where there is none."""
    return next((each for each in PLATFORMS if each.name == name), None)


__all__ = ["PLATFORMS", "ListReader", "Platform", "platform_named"]
