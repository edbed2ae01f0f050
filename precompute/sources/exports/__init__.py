"""The exports of shop systems, which are recognised by their columns and have rules of their own."""

from __future__ import annotations

from collections.abc import Iterable

from precompute.sources.exports.data_sets import IMG2DATASET
from precompute.sources.exports.etsy import ETSY
from precompute.sources.exports.export import FACT, Export, WholeTable, compact
from precompute.sources.exports.hosted import BIGCOMMERCE, BIGCOMMERCE_V3, SQUARESPACE, WIX
from precompute.sources.exports.magento import MAGENTO
from precompute.sources.exports.merchant import MERCHANT
from precompute.sources.exports.self_hosted import (
    MEDUSA,
    OPENCART,
    PRESTASHOP,
    SHOPWARE,
    SHOPWARE_5,
    SPREE,
    VENDURE,
)
from precompute.sources.exports.shopify import SHOPIFY
from precompute.sources.exports.site_builders import ECWID, WEBFLOW
from precompute.sources.exports.woocommerce import WOOCOMMERCE

__all__ = ["EXPORTS", "FACT", "Export", "WholeTable", "export_of"]

EXPORTS = (
    *(
        SHOPIFY,
        WOOCOMMERCE,
        MAGENTO,
        PRESTASHOP,
        WIX,
        SQUARESPACE,
        BIGCOMMERCE,
        BIGCOMMERCE_V3,
        SHOPWARE,
        SHOPWARE_5,
    ),
    *(ECWID, WEBFLOW),
    *(OPENCART, ETSY, MEDUSA, SPREE, VENDURE, MERCHANT, IMG2DATASET),
)
"""The known exports, in the order in which they are tried."""


def export_of(columns: Iterable[str]) -> Export | None:
    """The export that has these columns, or None."""
    names = frozenset(map(compact, columns))
    return next((export for export in EXPORTS if export.is_one(names)), None)
