"""The shop systems whose importers take lists of look-alikes. Each has a module, and a line here."""

from precompute.reports.shops.magento import MAGENTO
from precompute.reports.shops.prestashop import PRESTASHOP
from precompute.reports.shops.shop_format import IDS, Related, ShopFormat, UnknownToShop
from precompute.reports.shops.shopify import SHOPIFY
from precompute.reports.shops.woocommerce import WOOCOMMERCE

__all__ = ["IDS", "SHOP_FORMATS", "Related", "ShopFormat", "UnknownToShop"]

SHOP_FORMATS = {each.name: each for each in (WOOCOMMERCE, MAGENTO, PRESTASHOP, SHOPIFY)}
"""The formats by name, for `export --format`."""
