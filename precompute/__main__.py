"""`python -m precompute`: see `precompute.cli.main`."""

import sys

from precompute.cli.main import main

sys.exit(main())
