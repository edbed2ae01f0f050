"""From the catalogue's files to embeddings by image id, and on to the vectors that a recipe compares."""
