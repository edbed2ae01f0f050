"""Parses cells as shops write them: prices, stock and categories."""
