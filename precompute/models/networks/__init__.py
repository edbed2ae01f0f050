"""One module for each family of networks."""
