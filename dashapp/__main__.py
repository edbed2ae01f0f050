"""Serves a bundle on this machine: `python -m dashapp --data data`."""

from __future__ import annotations

import argparse
import errno
import socket
from dataclasses import replace
from pathlib import Path

from werkzeug.serving import is_running_from_reloader

from bundle import Bundle, BundleError
from dashapp.app import create_app
from dashapp.settings import Settings, SettingsError, port_of, settings_help


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and serve until interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        if options.data:
            settings = replace(settings, data=options.data)
        port = port_of(options.port, name="--port")
        # With --debug, a parent process that already listens starts this one.
        if not is_running_from_reloader():
            _check_address(options.host, port)
        Bundle.open(settings.data)
        app = create_app(settings)
    except (SettingsError, BundleError) as error:
        parser.error(str(error))
    for begin in app.server.extensions.get("worker-start", ()):
        begin()
    print(f"Serving {settings.data} on http://{options.host}:{port}/ (press Ctrl-C to stop)", flush=True)
    app.server.run(host=options.host, port=port, debug=options.debug, threaded=True)


def _check_address(host: str, port: int) -> None:
    """Raise `SettingsError` if this process cannot listen there."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65_535 else port - 1
            raise SettingsError(f"Port {port} is in use: choose another, as in --port {other}.") from None
        raise SettingsError(
            f"Expected --host and --port to be an address of this machine. Received: {host} and {port} "
            f"({error.strerror})."
        ) from None


def _parser() -> argparse.ArgumentParser:
    variables = "\n".join(f"  {name}  {line}" for name, line in settings_help().items())
    parser = argparse.ArgumentParser(
        prog="python -m dashapp",
        description="Serve a bundle on this machine. To serve the public, use python -m dashapp.wsgi.",
        epilog=f"example:\n  python -m dashapp --data data --port 8050\n\nenvironment:\n{variables}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the bundle (default: AKIN_DATA, or data)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default="8050", help="port to listen on (default: %(default)s)")
    parser.add_argument("--debug", action="store_true", help="reload on changes, show errors in the browser")
    return parser


if __name__ == "__main__":
    main()
