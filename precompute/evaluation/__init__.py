"""How good lists are: yardsticks, each a value for every product, and how far their means can be trusted."""
