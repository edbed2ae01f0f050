"""The statements of our own source, for tests that look through all of it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

_INNER = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields of a statement that hold others."""


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def statements(path: Path) -> tuple[ast.stmt, ...]:
    """All statements of a file, also those within others.

    Imports and definitions are statements: to look through all expressions too would take five times as long.
    """
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = [*tree(path).body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            found.append(node)
        waiting += (inner for name in _INNER for inner in getattr(node, name, ()))
    return tuple(found)
