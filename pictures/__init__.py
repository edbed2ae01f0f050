"""Hostile bytes → an upright picture in sRGB → an extractor's input. Pillow, pillow-heif and NumPy.

The catalogue's pictures (`precompute`) and a visitor's photo (`dashapp.photo.live`) go through the same code,
so that the same picture gives the same pixels on either side. A server that has photos decoded in a separate
process (`pictures.apart`) loads none of the three.
"""
