"""The search with a visitor's photo: its address, its results, and the files for the browser."""
