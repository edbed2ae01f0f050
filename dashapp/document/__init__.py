"""The HTML document around the pages, and which page an address shows."""
