"""Networks: recipes, the registry of networks, their weights, and the runtimes that run them."""
