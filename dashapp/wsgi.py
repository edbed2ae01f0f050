"""What gunicorn loads, `gunicorn dashapp.wsgi:server`, and what starts it: `python -m dashapp.wsgi`.

Starting it this way checks the host's settings first. gunicorn reads `WEB_CONCURRENCY` before any
configuration, and ends with a traceback if that is not a number. Arguments are passed on to gunicorn.
"""

import os
import sys

from dashapp.app import create_app
from dashapp.settings import ServerSettings, Settings, SettingsError

try:
    if __name__ == "__main__":
        ServerSettings.from_environment()
        Settings.from_environment()
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "dashapp.wsgi:server", *sys.argv[1:]])
    app = create_app()
except SettingsError as error:
    raise SystemExit(f"akin: {error}") from None
server = app.server
