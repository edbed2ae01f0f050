"""A static site: the dashboard's pages and what their scripts need, as files for any host."""
