"""The contract between the halves: what a build writes and the app reads. Standard library only."""

from bundle.format import BundleError, Neighbour, Product, ProductImage
from bundle.reader import Bundle, Page
from bundle.search.query import Facets, Filters, PriceRange, Query, Value
from bundle.writer import BundleWriter

__all__ = [
    "Bundle",
    "BundleError",
    "BundleWriter",
    "Facets",
    "Filters",
    "Neighbour",
    "Page",
    "PriceRange",
    "Product",
    "ProductImage",
    "Query",
    "Value",
]
