"""The colours of a product: told from the background, named, and as a part of a vector."""
