"""From the catalogue's files to vectors: embeddings by image id, and what a recipe makes of them."""
