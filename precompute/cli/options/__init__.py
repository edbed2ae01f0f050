"""The parser, and options that several commands have."""
