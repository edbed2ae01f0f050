"""Modules that each read one format to rows."""
