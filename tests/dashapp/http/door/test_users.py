"""The file of users, and the command that changes it."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.security import check_password_hash

from dashapp.__main__ import main
from dashapp.http.door import users as users_module
from dashapp.http.door.users import UsersError, is_name, read_users, write_users
from dashapp.settings import REPOSITORY

SALTED = f"scrypt:32768:8:1$abcdefgh12345678${'0f' * 64}"


def written(folder: Path, text: str | bytes, *, mode: int = 0o600) -> Path:
    path = folder / "users.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def change(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> None:
    """Run the command in this process, with the password on the standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    main(["users", *arguments])


def test_a_user_is_added_changed_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "users.txt"
    change(monkeypatch, "add", "anna", str(path), typed="correct horse\n")
    change(monkeypatch, "add", "Jürgen", str(path), typed="pässwörter\n")
    first = read_users(path)
    assert list(first) == ["anna", "Jürgen"]
    assert check_password_hash(first["anna"], "correct horse")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    change(monkeypatch, "add", "anna", str(path), typed="battery staple\n")
    assert check_password_hash(read_users(path)["anna"], "battery staple")
    assert read_users(path)["Jürgen"] == first["Jürgen"]
    capsys.readouterr()
    change(monkeypatch, "list", str(path))
    assert capsys.readouterr().out == "anna\nJürgen\n"
    change(monkeypatch, "remove", "anna", str(path))
    assert list(read_users(path)) == ["Jürgen"]
    assert [each.name for each in tmp_path.iterdir()] == ["users.txt"]


def test_no_password_is_in_the_file_and_no_two_hashes_are_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "users.txt"
    for name in ("anna", "ben"):
        change(monkeypatch, "add", name, str(path), typed="correct horse\n")
    assert "correct horse" not in path.read_text()
    assert len(set(read_users(path).values())) == 2


@pytest.mark.slow
def test_the_password_is_read_from_the_standard_input_of_a_real_process(tmp_path: Path) -> None:
    path = tmp_path / "users.txt"
    command = [sys.executable, "-m", "dashapp", "users", "add", "anna", str(path)]
    ran = subprocess.run(command, cwd=REPOSITORY, input="correct horse", capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, f"anna is in {path}.\n"), ran.stderr
    assert check_password_hash(read_users(path)["anna"], "correct horse")


def test_a_terminal_is_asked_twice_without_echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["correct horse", "correct horse"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": staticmethod(lambda: True)}))
    main(["users", "add", "anna", str(tmp_path / "users.txt")])
    assert next(answers, None) is None
    assert list(read_users(tmp_path / "users.txt")) == ["anna"]


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "anna"), "short\n", "Expected a password of 8 to 1,024 characters. Received: 5."),
        (("add", "anna"), "", "Received: 0."),
        (("add", "an na"), "correct horse\n", "Expected NAME to have 1 to 64 characters"),
        (("add", "anna:x"), "correct horse\n", "Received: 'anna:x'."),
        (("remove", "ben"), "", "Expected NAME to be a user in"),
        (("remove", "carl"), "", "To open the shop to everyone, unset AKIN_USERS."),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, str],
    typed: str,
    said: str,
) -> None:
    path = written(tmp_path, f"carl {SALTED}\n")
    before = path.read_bytes()
    with pytest.raises(SystemExit) as ended:
        change(monkeypatch, *arguments, str(path), typed=typed)
    shown = capsys.readouterr()
    assert ended.value.code == 2 and said in shown.err and shown.out == ""
    assert shown.err.startswith("akin: ") and shown.err.count("\n") == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "to name at least one user. Received: none."),
        ("# nobody\n\n", "to name at least one user"),
        ("anna secret-password\n", "Expected line 1 of"),
        (f"# x\nanna {SALTED}\nben\n", "Expected line 3 of"),
        (f"an:na {SALTED}\n", "Expected line 1 of"),
        (f"anna {SALTED}\nanna {SALTED}\n", "Received: line 2 repeats one."),
        (f"anna {SALTED.replace('32768', '32767')}\n", "to be a name and a hash"),
        (f"anna {SALTED.replace('32768', '1024')}\n", "to be a name and a hash"),
        (f"anna {SALTED.replace('32768:8:1', '1048576:8:8')}\n", "to be a name and a hash"),
        (f"anna {SALTED.replace('scrypt', 'plain')}\n", "to be a name and a hash"),
        (b"anna \xff\n", "to be UTF-8 text"),
        (b"#" * 1_000_001, "to have at most 1,000,000 bytes"),
    ],
)
def test_a_malformed_file_is_one_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsersError) as refused:
        read_users(path)
    assert said in str(refused.value) and str(path) in str(refused.value)
    assert "secret-password" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o601, 0o660, 0o666])
def test_a_file_that_others_can_read_or_change_is_not_used(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, f"anna {SALTED}\n", mode=mode)
    with pytest.raises(UsersError, match=rf"Received: mode {mode:o}\. Run: chmod 600 {path}"):
        read_users(path)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_a_file_for_its_owner_or_group_is_used(tmp_path: Path, mode: int) -> None:
    assert read_users(written(tmp_path, f"anna {SALTED}\n", mode=mode)) == {"anna": SALTED}


def test_a_pipe_or_a_folder_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "none"):
        with pytest.raises(UsersError, match="cannot be read"):
            read_users(path)


def test_a_file_keeps_what_its_group_may(tmp_path: Path) -> None:
    path = written(tmp_path, f"anna {SALTED}\n", mode=0o640)
    write_users(path, {"anna": SALTED, "ben": SALTED})
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_failed_write_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, f"anna {SALTED}\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(users_module.os, "fchmod", full)
    with pytest.raises(UsersError, match="No space left on device"):
        write_users(path, {})
    assert read_users(path) == {"anna": SALTED}
    assert [each.name for each in tmp_path.iterdir()] == ["users.txt"]


@pytest.mark.parametrize("name", ["", "a b", "a:b", "#a", "a\n", "a\x00", "x" * 65, "u\u0308", "a\u200bb"])
def test_names_that_nobody_can_have(name: str) -> None:
    assert not is_name(name)
