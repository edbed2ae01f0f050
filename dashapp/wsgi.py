"""What gunicorn loads: `gunicorn dashapp.wsgi:server`."""

from dashapp.app import create_app
from dashapp.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    raise SystemExit(f"akin: {error}") from None
server = app.server
