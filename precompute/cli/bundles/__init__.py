"""The commands that take a finished bundle as it is."""
