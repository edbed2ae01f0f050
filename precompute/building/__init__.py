"""Builds a bundle: the catalogue, its embeddings, lists, map and report."""
