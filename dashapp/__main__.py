"""Serves a bundle on this machine: `python -m dashapp --data data`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from dashapp.app import create_app
from dashapp.settings import Settings, SettingsError, settings_help


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and serve until interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        if options.data:
            settings = replace(settings, data=options.data)
        app = create_app(settings)
    except SettingsError as error:
        parser.error(str(error))
    for begin in app.server.extensions.get("worker-start", ()):
        begin()
    print(f"Serving {settings.data} on http://{options.host}:{options.port}/ (Ctrl-C ends it)", flush=True)
    app.server.run(host=options.host, port=options.port, debug=options.debug, threaded=True)


def _parser() -> argparse.ArgumentParser:
    variables = "\n".join(f"  {name}  {line}" for name, line in settings_help().items())
    parser = argparse.ArgumentParser(
        prog="python -m dashapp",
        description="Serve a bundle on this machine. For the world, use gunicorn dashapp.wsgi:server.",
        epilog=f"example:\n  python -m dashapp --data data --port 8050\n\nenvironment:\n{variables}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the bundle (default: AKIN_DATA, or data)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8050, help="port to listen on (default: %(default)s)")
    parser.add_argument("--debug", action="store_true", help="reload on changes, show errors in the browser")
    return parser


if __name__ == "__main__":
    main()
