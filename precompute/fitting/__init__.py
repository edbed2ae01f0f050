"""Learns heads from a shop's own labels, and keeps what lifts lists of products that they never saw."""
