"""Catalogue → images → embeddings → neighbours → bundle, and the command line that runs it."""

__version__ = "0.1.0"
