"""Drives Debian's Firefox by Marionette, its own remote control: JSON over a socket of this machine.

The package marionette_driver does the same. Its authors no longer support it, and it brings fifteen packages
along for phones and crash reports, so the dozen commands that a tour needs are sent from here.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.nginx import free_port
from tests.waiting import PATIENCE, eventually

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""What WebDriver calls the reference to an element."""

_PREFERENCES = {
    # Nothing is asked of other hosts, and no page but the shop's is shown.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
    "ui.prefersReducedMotion": 1,
}

_COMPLAINTS = """
const [origin] = arguments;
const said = Services.console.getMessageArray()
  .filter((each) => each instanceof Ci.nsIScriptError && !(each.flags & Ci.nsIScriptError.warningFlag))
  .filter((each) => each.sourceName.startsWith(origin) || each.category === "CSP_CSPViolation")
  .map((each) => `${each.errorMessage} (${each.sourceName}:${each.lineNumber})`);
const storage = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage);
const logged = storage.getEvents()
  .filter((each) => each.level === "error" && each.filename.startsWith(origin))
  .map((each) => each.arguments.map(String).join(" "));
Services.console.reset();
storage.clearEvents();
return [...said, ...logged];
"""
"""Errors of scripts, styles and the content policy, and what pages wrote to the console as errors."""

_DARK, _LIGHT = 0, 1


class FirefoxError(Exception):
    """A command failed; the message is Firefox's."""


class Firefox:
    """A running Firefox without a window, with one page."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        hello = self._receive()
        assert hello["marionetteProtocol"] == 3, hello
        self.send("WebDriver:NewSession", capabilities={"alwaysMatch": {"pageLoadStrategy": "normal"}})

    def send(self, command: str, **parameters: Any) -> Any:
        """The result of a command."""
        self._number += 1
        data = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(str(len(data)).encode() + b":" + data)
        _, number, error, result = self._receive()
        assert number == self._number
        if error:
            raise FirefoxError(f"{command}: {error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._read(1)
        return json.loads(self._read(int(length[:-1])))

    def _read(self, size: int) -> bytes:
        parts = b""
        while len(parts) < size:
            part = self._connection.recv(min(size - len(parts), 1 << 16))
            assert part, "Firefox has ended"
            parts += part
        return parts

    def resize(self, width: int, height: int) -> None:
        """Give the page so many pixels."""
        self.send("WebDriver:SetWindowRect", width=width, height=height)
        inner = self.run("return [innerWidth, innerHeight]")
        self.send("WebDriver:SetWindowRect", width=2 * width - inner[0], height=2 * height - inner[1])

    def visit(self, address: str) -> None:
        """Open an address, wait until it is loaded, and press a key that does nothing.

        Until a visitor does something, pages load no Dash (`assets/dash.js`).
        """
        self.send("WebDriver:Navigate", url=address)
        self.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', bubbles: true }))")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script in the page returns."""
        return self.send("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def until(self, expression: str, holds: Callable[[Any], object] = bool) -> Any:
        """The value of an expression in the page as soon as it holds."""
        return eventually(lambda: self.run(f"return {expression}"), holds)

    def click(self, css: str) -> None:
        """Click the first element that a selector finds, once there is one, and it can be clicked."""
        self._once(lambda element: self.send("WebDriver:ElementClick", id=element), css)

    def type(self, css: str, text: str) -> None:
        """Type into a field."""
        self._once(lambda element: self.send("WebDriver:ElementSendKeys", id=element, text=text), css)

    def _once(self, do: Callable[[str], object], css: str) -> None:
        def done() -> bool:
            try:
                found = self.send("WebDriver:FindElement", using="css selector", value=css)
                do(found[_ELEMENT])
            except FirefoxError as error:
                said.append(str(error))
                return False
            return True

        said: list[str] = []
        eventually(done)

    def dark(self, dark: bool) -> None:
        """Prefer dark or light pages, as the system's setting does."""
        name = "layout.css.prefers-color-scheme.content-override"
        self._of_browser("Services.prefs.setIntPref(...arguments)", name, _DARK if dark else _LIGHT)

    def complaints(self, origin: str) -> list[str]:
        """What pages of an origin did wrong since the last call, as the browser's console has it."""
        found: list[str] = self._of_browser(_COMPLAINTS, origin)
        return found

    def _of_browser(self, script: str, *arguments: Any) -> Any:
        self.send("Marionette:SetContext", value="chrome")
        try:
            return self.run(script, *arguments)
        finally:
            self.send("Marionette:SetContext", value="content")

    def picture(self, path: Path) -> None:
        """Write a screenshot of what is in sight."""
        path.write_bytes(base64.b64decode(self.send("WebDriver:TakeScreenshot", full=False)))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A Firefox with a fresh profile in `folder`; the test is skipped where there is none."""
    command = shutil.which("firefox-esr") or shutil.which("firefox")
    if command is None:
        pytest.skip("no Firefox on this machine: apt-get install firefox-esr")
    port = free_port()
    profile = folder / "profile"
    profile.mkdir()
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});"
        for name, value in {**_PREFERENCES, "marionette.port": port}.items()
    ]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    # Only with this may a program read the console of the whole browser.
    allowed = "--remote-allow-system-access"
    arguments = [command, "--headless", "--no-remote", "--marionette", allowed, "--profile", str(profile)]
    environment = {**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(
            [*arguments, "about:blank"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        connection = eventually(lambda: _connection(process, port, folder / "firefox.log"))
        with connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _connection(process: subprocess.Popen[bytes], port: int, log: Path) -> socket.socket | None:
    assert process.poll() is None, f"Firefox ended:\n{log.read_text(errors='replace')}"
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    except OSError:
        return None
    connection.settimeout(PATIENCE)
    return connection
