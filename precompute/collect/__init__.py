"""Collects a catalogue from the web into a plain folder: a shop, a feed, a site, or a table of addresses.

Two passes of Scrapy, each of which may be stopped at any moment and goes on where it was: `reading` learns
which products there are, `pictures` gets what they look like. Then `catalogue` writes the table.
`collection.collect` is all of it. Scrapy is imported by those who crawl, so this package names nothing.
"""
