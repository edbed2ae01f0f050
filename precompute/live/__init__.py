"""The live part of a bundle: what a search with a visitor's own photo needs."""
