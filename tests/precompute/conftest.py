"""What the tests of builds share."""

from tests.builds import as_default, tiny

__all__ = ["as_default", "tiny"]
