"""Asking for addresses: within bounds, politely, and never of private networks."""
