"""Serves a bundle on this machine: `python -m dashapp --data data`."""

from __future__ import annotations

import argparse
import errno
import logging
import re
import socket
import sys
from dataclasses import replace
from pathlib import Path

from werkzeug.serving import is_running_from_reloader

from bundle import Bundle, BundleError
from dashapp.app import create_app, have_bundle
from dashapp.http.door.command import main as change_users
from dashapp.settings import Settings, SettingsError, port_of, settings_help

_LOCAL = "127.0.0.1"


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and serve until interrupted, or change a file of users."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["users"]:
        change_users(arguments[1:])
        return
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
        have_bundle(settings)
        Bundle.open(settings.data)
        if options.judge is not None:
            _judge(options, settings, port)
            return
        app = create_app(settings)
    except (SettingsError, BundleError) as error:
        parser.error(str(error))
    for begin in app.server.extensions.get("worker-start", ()):
        begin()
    print(f"Serving {settings.data} on http://{options.host}:{port}/ (press Ctrl-C to stop)", flush=True)
    app.server.run(host=options.host, port=port, debug=options.debug, threaded=True)


def _judge(options: argparse.Namespace, settings: Settings, port: int) -> None:
    """Serve the comparison by eye until interrupted, then print what the answers say."""
    if options.host != _LOCAL or options.debug:
        other = f"--host {options.host}" if options.host != _LOCAL else "--debug"
        raise SettingsError(f"Expected --judge to serve this machine alone, on {_LOCAL}. Received: {other}.")
    from dashapp.pages.judge.server import create_judge

    default = f"judgements-{re.sub(r'[^A-Za-z0-9.,_-]+', '-', options.judge)}.jsonl"
    app, session = create_judge(settings, options.judge, answers=options.answers or Path(default))
    print(f"Judge {options.judge} on http://{_LOCAL}:{port}/ (press Ctrl-C to stop)", flush=True)
    # One line for each request would hide what counts.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        app.run(host=_LOCAL, port=port, threaded=True)
    finally:
        print("\n".join(["", *session.preference().sentences(), f"The answers are kept in {session.path}."]))


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
        description="Serve a bundle on this machine. To serve the public, use python -m dashapp.wsgi. To say "
        "who may see the shop, use python -m dashapp users.",
        epilog=f"example:\n  python -m dashapp --data data --port 8050\n\nenvironment:\n{variables}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the bundle (default: AKIN_DATA, or data)")
    parser.add_argument("--host", default=_LOCAL, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default="8050", help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--judge", metavar="A,B", help="judge two recipes by eye: their lists side by side, names hidden"
    )
    parser.add_argument(
        "--answers",
        type=Path,
        metavar="FILE",
        help="where --judge keeps answers (default: judgements-A,B.jsonl)",
    )
    parser.add_argument("--debug", action="store_true", help="reload on changes, show errors in the browser")
    return parser


if __name__ == "__main__":
    main()
