"""The rules of the house: who imports whom, how long things are, what is pinned, what the docs cover."""

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.statements import statements

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bundle", "pictures", "precompute", "dashapp")
FOLDERS = (*PACKAGES, "assets", "benchmarks", "demo", "examples", "tests", "tools")
HUB = "precompute/models/networks/hub_backbone.py"  # an optional extra with requirements of its own
CLUSTER = "precompute/building/engine/"  # another: nobody else needs Ray
LIVE = "dashapp/photo/live/"  # imported only where live mode is on, and then what it needs is there
LIVE_WITH_KERAS = f"{LIVE}keras.py"  # the one file of the dashboard that runs the other half
HEAVY = {"numpy", "pandas", "sklearn", "scipy", "tensorflow", "keras", "faiss", "PIL", "ai_edge_litert"}
STATIC_SITE = "precompute/reports/site/rendering.py"  # it writes the dashboard's pages
FILE_LINES = 400
FUNCTION_LINES = 60
REQUIREMENTS = (
    "requirements.txt",
    "requirements-live.txt",
    "requirements-precompute.txt",
    "requirements-dev.txt",
    "requirements-hub.txt",
    "requirements-cuda.txt",
    "requirements-cluster.txt",
)


def files_of(folder: str, *suffixes: str) -> list[Path]:
    found = (path for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if "vendor" not in path.parts)


def our_files(*suffixes: str) -> list[Path]:
    at_root = [path for path in ROOT.glob("*") if path.suffix in suffixes]
    return at_root + [path for folder in FOLDERS for path in files_of(folder, *suffixes)]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports anywhere, inside functions too."""
    names: set[str] = set()
    for node in statements(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


def pins(name: str) -> dict[str, str]:
    """What a requirements file pins, names normalized; fails on a line that is no exact pin."""
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        requirement = line.split("#")[0].split(";")[0].strip()
        if not requirement or requirement.startswith("-r "):
            continue
        pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)", requirement)
        assert pin, f"{name} has a line that is no exact pin: {line}"
        found[normalized(pin[1])] = pin[2]
    return found


def normalized(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@cache
def distributions() -> Mapping[str, list[str]]:
    """Which distributions each top-level package comes from."""
    return packages_distributions()


def not_pinned(package: str, requirements: str) -> Iterator[str]:
    """What the files of a package import from outside that a requirements file does not name."""
    for path in files_of(package, ".py"):
        pinned = pins(requirements) | (pins("requirements-hub.txt") if name_of(path) == HUB else {})
        pinned |= pins("requirements-cluster.txt") if name_of(path).startswith(CLUSTER) else {}
        pinned |= pins("requirements-live.txt") if name_of(path).startswith(LIVE) else {}
        modules = imported(path) - set(PACKAGES)
        for module in sorted(modules):
            if not any(normalized(name) in pinned for name in distributions().get(module, [module])):
                yield f"{name_of(path)} imports {module}"


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh Python holds after a statement."""
    program = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}}, sep='\\n')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))


def markdown() -> list[Path]:
    patterns = ("*.md", "docs/**/*.md", "examples/*.md")
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def documentation() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in markdown() if path.name != "CHANGELOG.md")


def commands() -> dict[str, set[str]]:
    """Every command of the command line with its long options."""
    from precompute.cli.main import make_parser

    def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
        found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        return {name: command for action in found for name, command in action.choices.items()}

    def options(parser: argparse.ArgumentParser) -> set[str]:
        strings = (option for action in parser._actions for option in action.option_strings)
        return {option for option in strings if option.startswith("--")} - {"--help"}

    tree: dict[str, set[str]] = {}
    for name, command in subcommands(make_parser()).items():
        tree[name] = options(command)
        tree |= {f"{name} {below}": options(parser) for below, parser in subcommands(command).items()}
    return tree


def mentions(text: str, word: str) -> bool:
    """Whether a word stands in a text by itself: --data is not mentioned by --data-folder."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def test_the_bundle_needs_only_the_standard_library_and_sets_of_numbers():
    foreign = {name_of(path): imported(path) - {"bundle", "pyroaring"} for path in files_of("bundle", ".py")}
    assert not {path: names for path, names in foreign.items() if names}


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("precompute", {"dashapp", "dash"}), ("dashapp", {"precompute", "pictures", *HEAVY})],
)
def test_the_halves_meet_only_in_the_bundle(package, forbidden):
    files = [path for path in files_of(package, ".py") if not name_of(path).startswith((LIVE, STATIC_SITE))]
    assert any("bundle" in imported(path) for path in files), f"{package} does not import bundle"
    found = {name_of(path): sorted(imported(path) & forbidden) for path in files}
    assert not {path: names for path, names in found.items() if names}


def test_pictures_need_pillow_and_numpy_and_their_limits_nothing():
    foreign = {name_of(path): imported(path) - {"pictures"} for path in files_of("pictures", ".py")}
    allowed = {"PIL", "pillow_heif", "numpy", "bundle"}
    assert not {path: names for path, names in foreign.items() if names - allowed}
    assert not foreign["pictures/limits.py"]
    assert not loaded_by("import pictures.apart, pictures.form") & {"PIL", "pillow_heif", "numpy"}


def test_the_static_site_runs_the_dashboard_in_one_file_only():
    files = [path for path in files_of("precompute", ".py") if "dashapp" in imported(path)]
    assert [name_of(path) for path in files] == [STATIC_SITE]


def test_live_search_runs_the_other_half_in_one_file_only():
    files = [path for path in files_of("dashapp/photo/live", ".py") if "precompute" in imported(path)]
    assert [name_of(path) for path in files] == [LIVE_WITH_KERAS]


@pytest.mark.parametrize(
    ("package", "requirements"),
    [
        ("dashapp", "requirements.txt"),
        ("pictures", "requirements-live.txt"),
        ("pictures", "requirements-precompute.txt"),
        ("precompute", "requirements-precompute.txt"),
    ],
)
def test_what_a_half_imports_its_requirements_name(package, requirements):
    assert not list(not_pinned(package, requirements)), f"not named in {requirements}"


# Plotly looks for Pillow and would do without it.
@pytest.mark.parametrize(("module", "borne"), [("precompute.cli.main", set()), ("dashapp.app", {"PIL"})])
def test_starting_loads_nothing_heavy(module, borne):
    assert not loaded_by(f"import {module}") & (HEAVY - borne)


def test_the_host_installs_nothing_heavy():
    heavy = {normalized(name) for module in HEAVY for name in distributions().get(module, [module])}
    assert not set(pins("requirements.txt")) & (heavy | {"tensorflow", "numpy", "pandas"})


def test_every_requirement_is_one_exact_pin():
    found: dict[str, dict[str, str]] = {}
    for file in REQUIREMENTS:
        for name, version in pins(file).items():
            found.setdefault(name, {})[file] = version
    assert not {name: files for name, files in found.items() if len(set(files.values())) > 1}


def test_what_a_host_installs_for_live_search_can_be_added_to_what_it_installs():
    assert not set(pins("requirements-live.txt")) & set(pins("requirements.txt"))


def test_no_file_is_too_long():
    files = {name_of(path): path.read_text(encoding="utf-8") for path in our_files(".py", ".css", ".js")}
    lengths = {name: len(text.splitlines()) for name, text in files.items()}
    assert not {name: lines for name, lines in lengths.items() if lines > FILE_LINES}


def test_no_function_is_too_long():
    long = {}
    for path in our_files(".py"):
        for node in statements(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.lineno} {node.name}"] = lines
    assert not long


def test_no_browser_test_waits_inside_the_page():
    """Playwright looks again with `eval`, which our pages forbid, and would wait for ever."""
    call = "wait_for_" + "function("
    files = files_of("tests/browser", ".py")
    assert files and not [name_of(path) for path in files if call in path.read_text(encoding="utf-8")]


def test_the_docs_cover_every_command_and_option():
    text = documentation()
    missing = []
    for command, options in commands().items():
        if f"python -m precompute {command}" not in text:
            missing.append(f"python -m precompute {command}")
        missing += [f"{option} of {command}" for option in sorted(options) if not mentions(text, option)]
    assert not missing, "not in README.md or docs"


def test_the_docs_show_no_command_or_option_that_does_not_exist():
    known = commands()
    wrong = []
    for line in re.findall(r"python -m precompute ([^\n`|]*)", documentation()):
        words = line.split("#")[0].split()
        name = next((name for name in (" ".join(words[:2]), *words[:1]) if name in known), None)
        if words and name is None and words[0] != "--help":
            wrong.append(line)
        elif name:
            options = {word.split("=")[0].rstrip(".,:;)") for word in words if word.startswith("--")}
            wrong += [f"{option} in: {line}" for option in options - known[name] - {"--help"}]
    assert not wrong


def test_the_docs_cover_every_setting_and_no_other():
    from dashapp.settings import settings_help

    assert set(re.findall(r"AKIN_[A-Z][A-Z_]*", documentation())) == set(settings_help())


def test_the_docs_cover_every_make_target_and_no_other():
    text = documentation()
    assert not [target for target in make_targets() if not mentions(text, f"make {target}")]
    shown = set(re.findall(r"(?:^|`)(?:[A-Z]+=\S+ )*make ([a-z]+)", text, flags=re.M))
    assert shown <= make_targets()


def test_links_between_the_docs_lead_somewhere():
    broken = []
    for path in markdown():
        for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            target = link.split("#")[0]
            if target and "://" not in target and not target.startswith("mailto:"):
                broken += [] if (path.parent / target).exists() else [f"{name_of(path)} links to {link}"]
    assert not broken


def test_what_the_guide_for_contributors_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if "NAME" not in name}
    assert len(named) > 20 and not {name for name in named if not (ROOT / name).exists()}
