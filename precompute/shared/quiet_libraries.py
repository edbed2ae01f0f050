"""Suppresses what native libraries print while they start."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from precompute.shared.errors import UserError


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Hold back what is written to standard error; it is printed after all where a program's error leaves.

    TensorFlow and LiteRT announce themselves from native code, past every setting of their loggers.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        original = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except UserError:
            # The message of this error is sufficient.
            raise
        except BaseException:
            kept.seek(0)
            os.write(original, kept.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
