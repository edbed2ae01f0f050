"""The examples do what they say: each is run as its readers would."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from bundle import Bundle
from examples.read_bundle import look_alikes
from precompute.cli.main import main
from tests.sample_bundle import write_sample_bundle
from tests.small_bundle import small_product, write_small_bundle

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
NOTEBOOK = EXAMPLES / "free_gpu.ipynb"
SHELL = re.compile(r"^(\s*)!(.*)$", flags=re.MULTILINE)
CATEGORIES, OF_EACH = ("mugs", "vases"), 4


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample") / "data"
    write_sample_bundle(root)
    return root


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A few pictures of the demo, in a folder for each category."""
    folder = tmp_path / "few"
    for category in CATEGORIES:
        (folder / category).mkdir(parents=True)
        for file in sorted((ROOT / "demo" / "images" / category).glob("*.webp"))[:OF_EACH]:
            shutil.copy(file, folder / category)
    return folder


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_table_of_examples_names_each_of_them():
    described = set(re.findall(r"\]\(([^)]+)\)", (EXAMPLES / "README.md").read_text(encoding="utf-8")))
    files = {path.name for path in EXAMPLES.iterdir() if path.is_file()}
    assert described == files - {"README.md"}


def test_a_bundle_is_read_as_the_bundle_package_reads_it(sample: Path):
    bundle = Bundle.open(sample)
    products = bundle.page(limit=1000).products
    assert len(products) == bundle.count
    titles = {product.id: product.title for product in products}
    for product in products:
        expected = [(entry.id, titles[entry.id], entry.score) for entry in bundle.neighbours(product.id)]
        assert look_alikes(sample, product.id) == expected


def test_a_bundle_is_read_by_a_python_that_has_no_packages(sample: Path):
    # Isolated and without site-packages: neither Akin nor anything installed can be imported.
    python = (sys.executable, "-I", "-S", EXAMPLES / "read_bundle.py")
    done = run(*python, sample, "plain")
    assert done.returncode == 0, done.stderr
    best = Bundle.open(sample).neighbours("plain")[0]
    assert done.stdout.splitlines()[0].startswith(f"{best.score:.4f}  {best.id}  ")
    unknown = run(*python, sample, "unheard of")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("There is no product 'unheard of' in ")
    nowhere = run(*python, sample / "nowhere", "plain")
    assert nowhere.returncode == 1 and "cannot be read" in nowhere.stderr


def test_lists_are_re_ranked_by_the_rule(tmp_path: Path):
    said = {
        "a": {"brand": "Acme", "in_stock": True},
        "b": {"brand": "Acme", "in_stock": False},
        "c": {"brand": "Acme", "in_stock": True},
        "d": {"brand": "Acme", "in_stock": True},
        "e": {"in_stock": None},
        "f": {"in_stock": True},
        "g": {"in_stock": True},
        "h": {"in_stock": True},
    }
    products = [small_product(name, **fields) for name, fields in said.items()]
    lists = {"a": ["b", "c", "d", "e", "f"], "b": ["e", "f", "a", "c", "d"], "c": ["f", "g", "h"]}
    write_small_bundle(tmp_path / "data", products, lists, recipe={"top": 4})
    done = run(sys.executable, "-m", "examples.rerank", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["product"] for line in lines] == list(said)
    found = {line["product"]: line["look_alikes"] for line in lines}
    # In stock first, no third of a brand, though products without a brand do not count; four at most.
    assert found["a"] == ["c", "d", "f", "e"]
    assert found["b"] == ["f", "a", "c", "e"]
    assert found["c"] == ["f", "g", "h"]


def test_re_ranking_says_in_a_sentence_where_there_is_no_bundle(tmp_path: Path):
    done = run(sys.executable, "-m", "examples.rerank", tmp_path / "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no bundle at ") and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_recipe_of_ones_own_is_built(pictures: Path, tmp_path: Path):
    out = tmp_path / "data"
    recipe = EXAMPLES / "whole_picture.toml"
    assert main(["build", str(pictures), "--recipe", str(recipe), "--out", str(out)]) == 0
    (built,) = Bundle.open(out).recipes
    assert (built["name"], built["resize"], built["top"]) == ("whole-picture", "letterbox", 12)
    for product in Bundle.open(out).page().products:
        assert len(look_alikes(out, product.id)) == len(CATEGORIES) * OF_EACH - 1


def cells() -> list[dict[str, Any]]:
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def run_notebook(settings: dict[str, str]) -> list[str]:
    """Run the cells of the notebook in order, as a kernel does, and return the shell's commands.

    `settings` take the place of what the cell tagged `parameters` says. The lines that IPython gives to a
    shell are run by one, with `{name}` replaced as IPython does; here one that fails is an error.
    """
    commands: list[str] = []
    names: dict[str, Any] = {"__name__": "__main__"}

    def shell(line: str) -> None:
        commands.append(line.format_map(names))
        subprocess.run(commands[-1], shell=True, check=True)

    names["shell"] = shell
    for cell in cells():
        if cell["cell_type"] == "code":
            source = SHELL.sub(lambda found: f"{found[1]}shell({found[2]!r})", "".join(cell["source"]))
            exec(compile(source, f"{NOTEBOOK.name}, cell {cell['id']}", "exec"), names)
            names |= settings if "parameters" in cell["metadata"].get("tags", ()) else {}
    return commands


def programs(commands: list[str]) -> list[str]:
    return [found for line in commands for found in re.findall(r"git clone|\bpip\b|precompute [a-z]+", line)]


def repository(folder: Path) -> Path:
    """A git repository of the code as it lies here, committed or not."""
    for name in ("bundle", "pictures", "precompute"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    author = ("-c", "user.name=Akin", "-c", "user.email=akin@localhost")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "--message", "All")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_the_notebook_is_kept_without_outputs():
    code = [cell for cell in cells() if cell["cell_type"] == "code"]
    assert code and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in cells()}) == len(cells())


def test_the_notebook_asks_where_the_project_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="REPOSITORY is empty"):
        run_notebook({})


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_the_notebook_builds_a_bundle_and_gives_it_as_a_zip(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    archive = Path(shutil.make_archive(str(tmp_path / "pictures"), "zip", pictures))
    origin = repository(tmp_path / "origin")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    # This Python has the packages already, so that nothing is installed.
    settings = {"REPOSITORY": str(origin), "SOURCE": str(archive), "PYTHON": sys.executable}
    monkeypatch.setitem(sys.modules, "google.colab", None)  # It cannot be imported.
    assert programs(run_notebook(settings)) == ["git clone", "precompute build", "precompute check"]
    assert "Download it from the list of files" in capsys.readouterr().out

    downloaded: list[str] = []
    colab = ModuleType("google.colab")
    colab.files = SimpleNamespace(download=downloaded.append)
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    assert programs(run_notebook(settings)) == ["precompute build", "precompute check"], "it runs twice"
    assert downloaded == ["bundle.zip"]

    with ZipFile(work / "bundle.zip") as zipped:
        zipped.extractall(tmp_path / "data")
    bundle = Bundle.open(tmp_path / "data")
    assert bundle.mismatches(contents=True) == []
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"CURRENT", bundle.generation}
    assert dict(bundle.categories()) == dict.fromkeys(CATEGORIES, OF_EACH)
    assert all(bundle.neighbours(product.id) for product in bundle.page().products)
