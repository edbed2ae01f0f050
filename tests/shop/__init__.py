"""A small shop on loopback, for tests of collecting: it answers as real shops do, the bad ones included."""
