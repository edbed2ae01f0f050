"""One generation as one file: packs it, fetches it from an address, and publishes it."""
