"""Collects a catalogue from the web into a plain folder: a shop, a feed, a site, or a table of addresses.

Scrapy makes two passes, which can be stopped at any moment and resumed. `reading` finds the products, and
`picture_fetching` fetches their pictures. Then `catalogue_folder` writes the table. `collection.collect` runs
all of this. This package exports nothing, so that only modules that crawl import Scrapy.
"""
