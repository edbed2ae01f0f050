"""Reads one format each, to rows."""
