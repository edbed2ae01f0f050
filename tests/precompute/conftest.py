"""What the tests of builds share."""

from tests.builds import tiny

__all__ = ["tiny"]
