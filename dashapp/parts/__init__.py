"""The parts that pages are made of, as plain data."""
