"""A shop behind a door: what is open, what is closed, and what caches may keep."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash

from bundle import Bundle
from dashapp import create_app
from dashapp.http.door import guard as guard_module
from dashapp.http.door.guard import Admission, Guard
from dashapp.http.door.users import hashed, write_users
from dashapp.http.door.verified import Verified
from dashapp.settings import Settings, SettingsError

ANNA = ("anna", "correct horse")


def cheaply_hashed(password: str) -> str:
    """The cheapest hash that may stand in a file of users: tests compute many."""
    return generate_password_hash(password, method="scrypt:16384:8:1")


HASH = cheaply_hashed(ANNA[1])
BEN = cheaply_hashed("battery staple")


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.txt"
    write_users(path, {"anna": HASH, "ben": BEN})
    return path


@pytest.fixture
def door(data: Path, users: Path) -> FlaskClient:
    return create_app(Settings(data=data, users=users)).server.test_client()


def addresses(data: Path) -> list[str]:
    """One address of each kind."""
    image = Bundle.open(data).page(limit=1).products[0].images[0]
    return [
        *("/", "/product/plain", "/nowhere", "/map", "/for-you", "/about", "/quality", "/favicon.ico"),
        *("/assets/akin.css", "/assets/akin.js", "/widget.js", "/robots.txt", "/sitemap.xml"),
        *("/api/v1/products", "/api/v1/openapi.json", "/_dash-layout", "/_dash-dependencies"),
        *("/_dash-component-suites/dash/none.js", f"/thumbnails/none/{image.id}.webp", "/healthz/", "/a\nb"),
    ]


def test_without_a_name_only_the_health_check_answers(door: FlaskClient, data: Path) -> None:
    assert door.get("/healthz").status_code == 200
    for address in addresses(data):
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT"):
            answer = door.open(address, method=method)
            assert answer.status_code == 401, (method, address)
            assert answer.headers["WWW-Authenticate"] == 'Basic realm="Akin", charset="UTF-8"'
            assert answer.headers["Cache-Control"] == "no-store, private"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_rule_of_the_app_is_behind_the_door(data: Path, users: Path) -> None:
    server = create_app(Settings(data=data, users=users)).server
    client = server.test_client()
    rules = [rule.rule for rule in server.url_map.iter_rules() if "<" not in rule.rule]
    assert len(rules) > 10
    statuses = {rule: client.get(rule).status_code for rule in rules}
    assert {rule for rule, status in statuses.items() if status != 401} == {"/healthz"}


def test_with_a_name_all_is_as_without_a_door_but_private(
    door: FlaskClient, client: FlaskClient, data: Path
) -> None:
    for address in addresses(data):
        answer, without = door.get(address, headers=basic(*ANNA)), client.get(address)
        assert answer.status_code == without.status_code != 401, address
        assert answer.cache_control.private and not answer.cache_control.public, address
        assert answer.cache_control.max_age == without.cache_control.max_age, address
        assert "authorization" in answer.vary, address
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", address


def test_without_a_setting_nothing_is_asked(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200 and "authorization" not in answer.vary


@pytest.mark.parametrize(
    "header",
    [
        *("", "Basic", "Basic !", "Basic YW5uYQ==", "Bearer abc", "Digest username=anna", "Basic \xff"),
        "Basic " + base64.b64encode(b"anna:\xff").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + "A" * 30_000,
    ],
)
def test_a_malformed_header_is_refused(door: FlaskClient, header: str) -> None:
    assert door.get("/", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize("name", ["anna", "nobody", "ANNA", "ben"])
def test_a_wrong_name_or_password_is_refused(door: FlaskClient, name: str) -> None:
    answer = door.get("/", headers=basic(name, "wrong horse"))
    assert answer.status_code == 401 and "sign in" in answer.text


def test_a_name_may_be_written_in_either_form_of_unicode(tmp_path: Path) -> None:
    write_users(tmp_path / "users.txt", {"J\u00fcrgen": hashed("p\u00e4sswort")})
    guard = Guard(tmp_path / "users.txt")
    assert guard.ask("x", "Ju\u0308rgen", "pa\u0308sswort").admission is Admission.OPEN


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that passwords are compared with from now on; comparing takes no time."""
    compared: list[str] = []

    def compare(stored: str, password: str) -> bool:
        compared.append(stored)
        return (stored, password) == (HASH, ANNA[1])

    monkeypatch.setattr(guard_module, "check_password_hash", compare)
    return compared


def test_a_password_that_was_right_is_hashed_once(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared, guard = counted(monkeypatch), Guard(users)
    for _ in range(1_000):
        assert guard.ask("x", *ANNA).admission is Admission.OPEN
    assert len(compared) == 1


def test_an_unknown_name_costs_what_a_known_one_costs(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_users(users, {"anna": (as_users_have_it := hashed(ANNA[1]))})
    compared, guard = counted(monkeypatch), Guard(users)
    assert guard.ask("x", "nobody", ANNA[1]).admission is Admission.REFUSED
    assert guard.ask("x", "anna", "wrong horse").admission is Admission.REFUSED
    # Both were hashed, with the same cost.
    assert [each.split("$")[0] for each in compared] == [as_users_have_it.split("$")[0]] * 2


def test_one_client_may_try_few_passwords_and_users_do_not_notice(
    users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared, guard = counted(monkeypatch), Guard(users)
    assert guard.ask("friend", *ANNA).admission is Admission.OPEN
    said = [guard.ask("foe", "anna", f"guess {number}") for number in range(100)]
    assert [each.admission for each in said[:10]] == [Admission.REFUSED] * 10
    assert {each.admission for each in said[15:]} == {Admission.BUSY} and said[-1].wait > 0
    assert len(compared) < 17
    assert guard.ask("friend", *ANNA).admission is Admission.OPEN
    assert guard.ask("foe", *ANNA).admission is Admission.OPEN, "a password that was right needs no turn"


def test_all_clients_together_may_try_few_passwords(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared, guard = counted(monkeypatch), Guard(users)
    for number in range(300):
        guard.ask(f"foe {number}", "anna", f"guess {number}")
    assert 40 <= len(compared) < 60


def test_the_answer_says_when_to_try_again(door: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    counted(monkeypatch)
    answers = [door.get("/", headers=basic("anna", f"guess {number}")) for number in range(20)]
    assert answers[-1].status_code == 429
    assert f"Wait for {answers[-1].headers['Retry-After']} s" in answers[-1].text


def test_a_changed_file_counts_at_once(
    door: FlaskClient, users: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert door.get("/", headers=basic(*ANNA)).status_code == 200
    write_users(users, {"ben": BEN})
    assert door.get("/", headers=basic(*ANNA)).status_code == 401
    assert door.get("/", headers=basic("ben", "battery staple")).status_code == 200
    users.chmod(0o644)
    answer = door.get("/", headers=basic("ben", "battery staple"))
    assert answer.status_code == 503 and "log says why" in answer.text
    assert "Run: chmod 600" in caplog.text
    users.unlink()
    assert door.get("/", headers=basic("ben", "battery staple")).status_code == 503
    assert door.get("/healthz").status_code == 200
    write_users(users, {"anna": HASH})
    assert door.get("/", headers=basic(*ANNA)).status_code == 200


def test_another_password_ends_the_one_before(users: Path) -> None:
    guard = Guard(users)
    assert guard.ask("x", *ANNA).admission is Admission.OPEN
    write_users(users, {"anna": BEN})
    assert guard.ask("x", *ANNA).admission is Admission.REFUSED
    assert guard.ask("x", "anna", "battery staple").admission is Admission.OPEN


def test_an_app_does_not_start_with_a_file_that_it_cannot_use(data: Path, users: Path) -> None:
    users.chmod(0o644)
    for path, said in ((users, "mode 600 or 640"), (users.parent / "none", "No such file")):
        with pytest.raises(SettingsError, match=f"AKIN_USERS: .*{said}"):
            create_app(Settings(data=data, users=path))


def test_digests_are_told_apart_and_the_table_takes_any_number() -> None:
    verified, others = Verified(), Verified()
    digests = [verified.digest(f"user {number}", "x", "y") for number in range(10_000)]
    assert len(set(digests)) == 10_000
    assert not any(digest in verified for digest in digests)
    for digest in digests:
        verified.add(digest)
        assert digest in verified
    assert verified.digest("a", "bc", "d") != verified.digest("ab", "c", "d")
    assert verified.digest("a", "b", "c") != others.digest("a", "b", "c")


def test_a_shop_below_a_path_has_its_door_there(data: Path, users: Path) -> None:
    settings = Settings(data=data, users=users, address="https://shop.example/look")
    client = create_app(settings).server.test_client()
    for address in ("/look/", "/", "/look/api/v1/products", "/look/healthz/"):
        assert client.get(address).status_code == 401, address
    for address in ("/look/healthz", "/healthz"):
        assert client.get(address).status_code == 200, address
    assert client.get("/look/", headers=basic(*ANNA)).status_code == 200


def test_the_door_speaks_the_visitors_language(door: FlaskClient) -> None:
    answer = door.get("/", headers={"Accept-Language": "de-AT, en;q=0.5"})
    assert answer.status_code == 401 and "noch nicht öffentlich" in answer.text
    assert "This shop is not public yet" in door.get("/").text
