"""Reads a catalogue from a folder of pictures, a table that names them, or a feed."""

from precompute.sources.catalogue import Catalogue, NeedsCollecting, read_catalogue
from precompute.sources.files import EXTENSIONS
from precompute.sources.products import SourceProduct, product_from
from precompute.sources.records import LeftOut, Record
from precompute.sources.table import Records, read_records

__all__ = [
    "EXTENSIONS",
    "Catalogue",
    "LeftOut",
    "NeedsCollecting",
    "Record",
    "Records",
    "SourceProduct",
    "product_from",
    "read_catalogue",
    "read_records",
]
