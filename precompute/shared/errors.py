"""The error that people see."""


class UserError(Exception):
    """An error that the user can fix. The message says what was expected, what came, and what to do."""
