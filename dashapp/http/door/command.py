"""Makes and changes the file of users: `python -m dashapp users add NAME FILE`."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from dashapp.http.door.users import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    UsersError,
    hashed,
    is_name,
    normal,
    read_users,
    write_users,
)

_EXAMPLES = """examples:
  python -m dashapp users add anna users.txt
  python -m dashapp users add anna users.txt < password.txt
  python -m dashapp users remove anna users.txt
  AKIN_USERS=users.txt python -m dashapp
"""


def main(arguments: list[str]) -> None:
    """Change the file as the command line says. Exits with 2 if that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m dashapp users",
        description="Make and change the file of those who may see a shop that is not public yet. Passwords "
        "are asked for, or read as one line of the standard input; the file has salted hashes of them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        if name != "list":
            command.add_argument("name", metavar="NAME", help="the user's name")
        command.add_argument("file", metavar="FILE", type=Path, help="the file of users")
    options = parser.parse_args(arguments)
    try:
        if options.command == "list":
            print(*read_users(options.file), sep="\n")
        elif options.command == "add":
            _add(normal(options.name), options.file)
        else:
            _remove(normal(options.name), options.file)
    except UsersError as error:
        parser.exit(2, f"akin: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, "\nakin: stopped. Nothing was changed.\n")


_COMMANDS = {
    "add": "add a user, or give one another password",
    "remove": "remove a user",
    "list": "print the users' names",
}


def _add(name: str, file: Path) -> None:
    if not is_name(name):
        raise UsersError(
            f"Expected NAME to have 1 to {LONGEST_NAME} characters, without blanks and colons, and not "
            f"to begin with #. Received: {name!r}."
        )
    users = read_users(file) if file.exists() else {}
    known = name in users
    users[name] = hashed(_password())
    write_users(file, users)
    print(f"{name} has another password in {file}." if known else f"{name} is in {file}.")


def _remove(name: str, file: Path) -> None:
    users = read_users(file)
    if users.pop(name, None) is None:
        raise UsersError(f"Expected NAME to be a user in {file}. Received: {name!r}. Nothing was changed.")
    if not users:
        raise UsersError(
            f"Expected a second user in {file}, which may not be empty. Received: {name!r} alone. "
            "To open the shop to everyone, unset AKIN_USERS."
        )
    write_users(file, users)
    print(f"{name} is no longer in {file}.")


def _password() -> str:
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise UsersError("Expected the same password twice. Received: two different ones.")
    else:
        try:
            password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise UsersError("Expected the password as UTF-8 text. Received: other bytes.") from None
    if not SHORTEST_PASSWORD <= len(normal(password)) <= LONGEST_PASSWORD:
        raise UsersError(
            f"Expected a password of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters. "
            f"Received: {len(password):,}."
        )
    return password
