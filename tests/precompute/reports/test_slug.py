"""The slug's size: what is counted, what is not, and that what is pushed is enough to serve."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from precompute.reports import slug
from precompute.shared.errors import UserError
from tests.sample_bundle import write_sample_bundle

ROOT = Path(__file__).resolve().parents[3]


def write(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(files, below: Path) -> list[str]:
    return [path.relative_to(below).as_posix() for path in files]


def test_the_packed_size_is_that_of_an_archive_on_disk(tmp_path):
    files = [write(tmp_path / "noise", os.urandom(300_000)), write(tmp_path / "zeros", bytes(3_000_000))]
    with tarfile.open(tmp_path / "reference.tar.gz", "w:gz", compresslevel=6) as archive:
        for path in files:
            archive.add(path)
    reference = (tmp_path / "reference.tar.gz").stat().st_size
    assert slug.packed_size(files) == pytest.approx(reference, rel=0.01)
    assert slug.packed_size(files[1:]) < 10_000


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/tests", "tests", True),
        ("/tests/", "tests", True),
        ("/tests", "dashapp/tests", False),
        ("tests", "dashapp/tests", True),
        ("*.pyc", "a/b/c.pyc", True),
        ("/data-*/", "data-photos", True),
        ("/data-*/", "data", False),
        ("/*.md", "README.md", True),
        ("/*.md", "dashapp/notes.md", False),
        ("/requirements-dev.txt", "requirements.txt", False),
    ],
)
def test_a_pattern_matches_as_the_host_matches_it(pattern, path, expected):
    assert slug.matches(Path(path), [pattern]) is expected


def test_patterns_are_read_without_comments_and_empty_lines(tmp_path):
    file = write(tmp_path / ".slugignore", b"# why\n\n/tests\n  *.psd  \n")
    assert slug.read_patterns(file) == ("/tests", "*.psd")
    assert slug.read_patterns(tmp_path / "absent") == ()


def test_code_is_what_neither_git_nor_the_host_ignores_and_not_the_bundle(tmp_path):
    write(tmp_path / ".gitignore", b"__pycache__/\n/.venv/\n")
    write(tmp_path / ".slugignore", b"/demo\n")
    for name in ("app/one.py", "app/__pycache__/one.pyc", ".venv/x", ".git/x", "demo/x", "shop/CURRENT"):
        write(tmp_path / name)
    assert names(slug.code_files(tmp_path, data=tmp_path / "shop"), tmp_path) == [
        ".gitignore",
        ".slugignore",
        "app/one.py",
    ]


def test_links_are_neither_followed_nor_lost(tmp_path):
    write(tmp_path / "folder" / "file")
    (tmp_path / "folder" / "loop").symlink_to(tmp_path)
    files = list(slug.files_below(tmp_path))
    assert names(files, tmp_path) == ["folder/file", "folder/loop"]
    assert slug.packed_size(files) > 0


def test_the_interpreter_is_counted_without_its_tests_and_packages():
    files = list(slug.interpreter_files())
    assert os.access(files[0], os.X_OK)
    library = Path(os.__file__).parent
    inside = [path.relative_to(library) for path in files if path.is_relative_to(library)]
    assert Path("argparse.py") in inside
    parts = {part for path in inside for part in path.parts}
    assert not {"test", "tests", "site-packages", "dist-packages"} & parts


def test_only_the_live_generation_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(slug, "interpreter_files", lambda: iter(()))
    data = tmp_path / "data"
    write(data / "CURRENT", b"two\n")
    write(data / "one" / "thumbnail", os.urandom(400_000))
    write(data / "two" / "thumbnail", os.urandom(100_000))
    environment = tmp_path / "environment"
    write(slug.packages_folder(environment) / "package.py", os.urandom(50_000))
    repository = tmp_path / "repository"
    write(repository / "app.py", os.urandom(20_000))
    parts = slug.measure(repository, bundle=data / "two", environment=environment)
    sizes = {part.name: part.bytes for part in parts}
    assert sizes["bundle"] == pytest.approx(100_000, abs=2_000)
    assert sizes["packages"] == pytest.approx(50_000, abs=2_000)
    assert sizes["code"] == pytest.approx(20_000, abs=2_000)
    assert all(part.advice for part in parts)


@pytest.mark.slow
def test_pip_s_reason_is_passed_on(tmp_path):
    requirements = write(tmp_path / "requirements.txt", b"--no-index\nakin-is-not-a-package==1.0\n")
    with pytest.raises(UserError, match=r"requirements.txt could not be installed: .*akin-is-not-a-package"):
        slug.install(requirements, environment=tmp_path / "environment")
    assert slug.packages_folder(tmp_path / "environment").is_dir(), "where pip would have put it"


def test_every_line_of_slugignore_names_something():
    names = [Path(path.name) for path in ROOT.iterdir()] + [Path("dashapp/pages/judge")]
    patterns = slug.read_patterns(ROOT / ".slugignore")
    assert patterns
    # What a build makes below data/ need not be there.
    lasting = [line for line in patterns if not line.startswith("/data/")]
    assert not [line for line in lasting if not any(slug.matches(name, [line]) for name in names)]


@pytest.mark.slow
def test_what_is_pushed_is_enough_to_serve(tmp_path):
    for path in slug.code_files(ROOT, data=ROOT / "data"):
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    pushed = {path.name for path in tmp_path.iterdir()}
    assert {"bundle", "dashapp", "assets", "Procfile", "requirements.txt", ".python-version"} <= pushed
    assert not {"precompute", "tests", "demo", "docs"} & pushed
    assert not (tmp_path / "dashapp/pages/judge").exists()
    write_sample_bundle(tmp_path / "data")
    program = (
        "from dashapp.wsgi import server; visitor = server.test_client(); "
        "print(*(visitor.get(address).status_code for address in ('/', '/product/plain', '/product/absent')))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["200 200 404"], done.stderr
