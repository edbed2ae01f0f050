"""Hostile bytes → an upright picture in RGB → an extractor's input. Pillow and NumPy, nothing else.

The catalogue's pictures (`precompute`) and a visitor's photo (`dashapp.photo.live`) go through the same code,
so that the same picture gives the same pixels on either side. `pictures.limits` imports neither of the two
libraries.
"""
