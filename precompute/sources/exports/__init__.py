"""Exports that many shops have and that have rules of their own, recognised by their columns."""

from __future__ import annotations

from collections.abc import Iterable

from precompute.sources.exports.export import Export, compact
from precompute.sources.exports.merchant import MERCHANT
from precompute.sources.exports.shopify import SHOPIFY
from precompute.sources.exports.woocommerce import WOOCOMMERCE

EXPORTS = (*SHOPIFY, WOOCOMMERCE, MERCHANT)


def export_of(columns: Iterable[str]) -> Export | None:
    """The export that a table with some columns is, or None."""
    names = set(map(compact, columns))
    return next((export for export in EXPORTS if export.needs <= names), None)
