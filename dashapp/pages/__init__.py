"""The pages, each a pure function from plain data to a view."""
