"""Where a catalogue comes from: folders of pictures, and tables that name them."""

from precompute.sources.catalogue import Catalogue, read_catalogue
from precompute.sources.files import EXTENSIONS
from precompute.sources.products import SourceProduct, product_from
from precompute.sources.records import LeftOut, Record
from precompute.sources.table import read_records

__all__ = [
    "EXTENSIONS",
    "Catalogue",
    "LeftOut",
    "Record",
    "SourceProduct",
    "product_from",
    "read_catalogue",
    "read_records",
]
