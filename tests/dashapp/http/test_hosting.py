"""The files for hosts: nginx's and systemd's are run, and Heroku's is as Heroku wants it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote

import pytest

from dashapp.settings import REPOSITORY, ServerSettings, Settings, settings_help
from tests.certificates import write_certificate
from tests.nginx import free_port, nginx, nginx_command
from tests.sample_bundle import NASTY_IDS
from tests.serving import serving
from tests.waiting import PATIENCE

HOSTING = REPOSITORY / "docs" / "hosting"
UNIT = HOSTING / "akin.service"


def adapted(folder: Path, upstream: str, *, plain: int, secure: int) -> str:
    """The documented lines for nginx with what a test has to replace: ports, certificate and server."""
    write_certificate(folder, "look.example")
    text = (HOSTING / "nginx.conf").read_text(encoding="utf-8")
    for what, by in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        "/etc/letsencrypt/live/look.example/fullchain.pem": str(folder / "cert.pem"),
        "/etc/letsencrypt/live/look.example/privkey.pem": str(folder / "key.pem"),
        "server 127.0.0.1:8000;": f"server {upstream};",
    }.items():
        assert text.count(what) == 1, what
        text = text.replace(what, by)
    return text


def test_nginx_accepts_the_file(tmp_path: Path) -> None:
    command = nginx_command(tmp_path, adapted(tmp_path, "127.0.0.1:1", plain=8080, secure=8443))
    ran = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def shop(data: Path, tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """The ports of nginx without and with TLS, in front of Akin, and the folder of the certificate."""
    plain, secure = free_port(), free_port()
    settings = {"FORWARDED_ALLOW_IPS": "127.0.0.1", "AKIN_ADDRESS": "https://look.example"}
    with serving(data, tmp_path / "log", **settings) as upstream:
        lines = adapted(tmp_path, upstream.removeprefix("http://"), plain=plain, secure=secure)
        with nginx(tmp_path, lines, secure):
            yield plain, secure, tmp_path


def fetched(
    shop: tuple[int, int, Path], path: str, *, secure: bool = True
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of what nginx answers for the host look.example."""
    plain_port, secure_port, folder = shop
    client = socket.create_connection(("127.0.0.1", secure_port if secure else plain_port), timeout=PATIENCE)
    if secure:
        context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        client = context.wrap_socket(client, server_hostname="look.example")
    with client:
        head = [
            f"GET {path} HTTP/1.1",
            "Host: look.example",
            "X-Forwarded-Prefix: /evil",
            "Connection: close",
        ]
        client.sendall("\r\n".join([*head, "", ""]).encode())
        answer = HTTPResponse(client)
        answer.begin()
        return answer.status, dict(answer.headers), answer.read().decode()


@pytest.mark.slow
def test_nginx_serves_the_shop(shop: tuple[int, int, Path]) -> None:
    status, headers, _ = fetched(shop, "/map?x=1", secure=False)
    assert (status, headers["Location"]) == (301, "https://look.example/map?x=1")
    status, headers, page = fetched(shop, "/")
    assert status == 200 and "Content-Security-Policy" in headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "/evil" not in page
    assert "\nSitemap: https://look.example/sitemap.xml\n" in fetched(shop, "/robots.txt")[2]
    for product_id in (each for each in NASTY_IDS if not each.startswith(("../", "nul\x00", "."))):
        status, _, page = fetched(shop, f"/product/{quote(product_id, safe='')}")
        assert status == 200, product_id


@pytest.mark.slow
def test_nginx_limits_one_visitor(shop: tuple[int, int, Path]) -> None:
    _, secure, folder = shop
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    client = socket.create_connection(("127.0.0.1", secure), timeout=PATIENCE)
    with context.wrap_socket(client, server_hostname="look.example") as tls:
        head = b"GET /robots.txt HTTP/1.1\r\nHost: look.example\r\n"
        # One connection, all requests at once: 200 may come at once, and 50 a second after that.
        tls.sendall((head + b"\r\n") * 899 + head + b"Connection: close\r\n\r\n")
        answers = b""
        while part := tls.recv(65536):
            answers += part
    assert answers.count(b"HTTP/1.1 200 OK") >= 200
    assert answers.count(b"HTTP/1.1 429 ") > 0


def lines_of(unit: str, name: str) -> list[str]:
    """The values of a setting of a unit."""
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{name}=")]


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    unit = UNIT.read_text(encoding="utf-8").replace("/opt/akin/.venv/bin/python", sys.executable)
    (tmp_path / "akin.service").write_text(unit.replace("\n#LoadC", "\nLoadC").replace("\n#Env", "\nEnv"))
    ran = subprocess.run([analyze, "verify", tmp_path / "akin.service"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    command = [analyze, "security", "--offline=yes", "--threshold=20", tmp_path / "akin.service"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.slow
def test_what_the_unit_runs_tells_systemd_when_it_listens(data: Path, tmp_path: Path) -> None:
    unit = UNIT.read_text(encoding="utf-8")
    (command,) = lines_of(unit, "ExecStart")
    (environment,) = lines_of(unit, "Environment")
    port = free_port()
    arguments = [sys.executable, *shlex.split(command)[1:]]
    assert arguments[-1] == "127.0.0.1:8000"
    arguments[-1] = f"127.0.0.1:{port}"
    settings = dict(each.split("=") for each in environment.split())
    Settings.from_environment(settings)
    ServerSettings.from_environment(settings)
    settings |= {"AKIN_DATA": str(data), "NOTIFY_SOCKET": str(tmp_path / "notify")}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        process = subprocess.Popen(arguments, cwd=REPOSITORY, env={**os.environ, **settings})
        try:
            assert systemd.recv(4096).startswith(b"READY=1")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as answer:
                assert answer.status == 200
        finally:
            process.terminate()
            assert process.wait(timeout=PATIENCE) == 0


HEROKU_KEYS = {
    *("name", "description", "keywords", "website", "repository", "logo", "success_url", "scripts", "env"),
    *("formation", "addons", "buildpacks", "environments", "stack", "image"),
}
"""What Heroku's schema of app.json allows, and nothing else."""


def test_heroku_accepts_app_json() -> None:
    app = json.loads((REPOSITORY / "app.json").read_text(encoding="utf-8"))
    assert set(app) <= HEROKU_KEYS
    assert 3 <= len(app["name"]) <= 30 and len(app["description"]) <= 140
    assert all(isinstance(each, str) for each in app["keywords"])
    assert app["stack"].startswith("heroku-")
    assert [set(each) for each in app["buildpacks"]] == [{"url"}]
    procfile = (REPOSITORY / "Procfile").read_text(encoding="utf-8")
    assert set(app["formation"]) == {line.partition(":")[0] for line in procfile.splitlines()}
    for process in app["formation"].values():
        assert set(process) == {"quantity", "size"} and isinstance(process["quantity"], int)
    for name, variable in app["env"].items():
        assert name in settings_help(), f"{name} is no setting"
        assert set(variable) <= {"description", "value", "required", "generator"}
        assert variable["description"] and isinstance(variable.get("required", True), bool)
        if "value" in variable:
            Settings.from_environment({name: variable["value"]})
