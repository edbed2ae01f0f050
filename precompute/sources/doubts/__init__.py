"""Finds what not to trust in a source, such as repeated ids, and products that the shop hides."""
