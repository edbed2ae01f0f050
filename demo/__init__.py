"""The demo shop: its catalogue, its pictures and the program that made them."""
