"""The error that people see."""


class UserError(Exception):
    """Something a person can put right. Its text is a sentence: what was expected, what came, what to do."""
