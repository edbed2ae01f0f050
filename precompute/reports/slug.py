"""How large a deploy would be: every part of a Heroku slug, packed as the host packs it, and their sum."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bundle import format as fmt
from precompute.shared.errors import UserError

MEGABYTE = 1_000_000

LIMIT = 500 * MEGABYTE
"""The size in bytes, compressed, over which Heroku refuses a slug; powers of ten are the strict reading."""

SOFT_LIMIT = 300 * MEGABYTE
"""The size in bytes from which Heroku warns that a slug may start slowly."""

# A host's own build of Python has none of these, or holds them elsewhere.
_NOT_INTERPRETER = re.compile(r"site-packages|dist-packages|tests?|config-.*|.*\.opt-[12]\.pyc")

_ADVICE = {
    "interpreter": "It is the host's and cannot be made smaller.",
    "packages": "Take packages out of requirements.txt: the web half needs Dash and gunicorn only.",
    "code": "Name what the web half does not need in .slugignore.",
    "bundle": "Build it with a smaller --thumbnail-size, or with fewer images to a product.",
}


@dataclass(frozen=True)
class SlugPart:
    """One part of a slug and its size in bytes, compressed."""

    name: str
    bytes: int

    @property
    def advice(self) -> str:
        """What would make this part smaller, in one sentence."""
        return _ADVICE[self.name]


def measure(repository: Path, *, bundle: Path, environment: Path) -> list[SlugPart]:
    """The parts of the slug of `repository`, each packed by itself.

    `bundle` is the live generation's folder; `environment` a virtual environment with what
    `requirements.txt` names, and nothing else.
    """
    data = bundle.parent
    return [
        SlugPart("interpreter", packed_size(interpreter_files())),
        SlugPart("packages", packed_size(files_below(packages_folder(environment)))),
        SlugPart("code", packed_size(code_files(repository.resolve(), data=data))),
        SlugPart("bundle", packed_size([data / fmt.CURRENT, *files_below(bundle)])),
    ]


def packed_size(files: Iterable[Path]) -> int:
    """The size in bytes of a tar archive of these files, gzipped; the archive itself is kept nowhere."""
    counter = _Counter()
    with (
        gzip.GzipFile(fileobj=counter, mode="wb", compresslevel=6, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        for path in files:
            archive.add(path, recursive=False)
            # The archive would remember every file it holds, which nobody asks it here.
            archive.members.clear()  # type: ignore[attr-defined]  # typeshed lacks it
    return counter.count


def files_below(folder: Path, *, skip: Callable[[Path], bool] = lambda path: False) -> Iterator[Path]:
    """Every file in `folder` and below, sorted; what `skip` is true of is left out with all it holds."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if skip(path):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(path, skip=skip)
        else:
            yield path


def interpreter_files() -> Iterator[Path]:
    """The Python that runs this: its binary, its shared library, its standard library without the tests."""
    binary = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    yield binary.resolve()
    shared = Path(sysconfig.get_config_var("LIBDIR"), str(sysconfig.get_config_var("INSTSONAME")))
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and shared.is_file():
        yield shared.resolve()
    library = Path(sysconfig.get_path("stdlib"))
    yield from files_below(library, skip=lambda path: bool(_NOT_INTERPRETER.fullmatch(path.name)))


def code_files(repository: Path, *, data: Path) -> Iterator[Path]:
    """The files that a push brings, but for the bundle at `data` and what git or the host ignores."""
    patterns = read_patterns(repository / ".gitignore") + read_patterns(repository / ".slugignore")
    apart = {repository / ".git", data.resolve()}

    def skip(path: Path) -> bool:
        return path in apart or matches(path.relative_to(repository), patterns)

    return files_below(repository, skip=skip)


def read_patterns(path: Path) -> tuple[str, ...]:
    """The patterns of a `.slugignore` or `.gitignore`; none where there is no such file."""
    if not path.is_file():
        return ()
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def matches(path: Path, patterns: Iterable[str]) -> bool:
    """Whether a pattern matches `path`, which is relative to the repository.

    A pattern that begins with / stands for that place alone, any other one for every place. Patterns
    that negate (!) do not exist in `.slugignore`.
    """
    place = PurePosixPath("/", path.as_posix())
    return any(place.match(pattern.rstrip("/")) for pattern in patterns)


def packages_folder(environment: Path) -> Path:
    """Where a virtual environment of this Python keeps its packages."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))


def install(requirements: Path, *, environment: Path) -> None:
    """Make a virtual environment at `environment` and install what `requirements` names into it.

    Raises `UserError` with pip's own reason where that fails.
    """
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(environment)], [*pip, "-r", str(requirements)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
            errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
            reason = (errors or lines[-1:] or [f"exit status {done.returncode}"])[0]
            raise UserError(f"{requirements.name} could not be installed: {reason.rstrip('.')}.")


class _Counter:
    """A file that only counts the bytes written to it."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, data: Any) -> int:
        self.count += len(data)
        return len(data)

    def flush(self) -> None:
        pass
