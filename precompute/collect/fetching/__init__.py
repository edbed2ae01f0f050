"""Fetches addresses: within limits, politely, and never from private networks."""
