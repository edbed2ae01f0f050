"""What runs a network: Keras, or LiteRT with the same network converted."""
