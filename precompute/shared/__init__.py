"""Shared by all packages: errors, progress, locks, clocks, wording."""
