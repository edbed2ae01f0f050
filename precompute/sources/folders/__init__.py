"""Handles the files below a source's folder: what their names say, and how a table's paths are found."""
