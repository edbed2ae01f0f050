"""`python -m precompute`: see `precompute.cli.main`."""

import signal
import sys

# Before the command begins and after it has ended, Ctrl-C ends the process without a word. Python would print
# a traceback of an import, or of threads that it waits for.
if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from precompute.cli.main import main

sys.exit(main())
