"""Catalogue → images → embeddings → neighbours → bundle, and the command line that runs it."""
