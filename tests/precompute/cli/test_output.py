"""What commands print and where: progress on stderr, a summary or one object on stdout, why one stopped."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from precompute.cli import build, main, output
from precompute.cli.bundles import check
from precompute.shared import progress
from precompute.shared.printable import printable
from tests.drawn_pictures import encoded, picture
from tests.small_bundle import write_small_bundle
from tests.waiting import PATIENCE, eventually

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_small_bundle(tmp_path / "data", "abc")
    return tmp_path / "data"


def command(run, *options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    output.add_output_options(parser)
    parser.set_defaults(run=run)
    return parser.parse_args(options)


def speak(arguments: argparse.Namespace) -> int:
    """A command that says all there is to say."""
    print("a library's own words")
    progress.say("before something slow")
    with progress.stage("Working", 2, "things") as advance:
        advance(2)
    output.warn(arguments, "one thing was left out")
    output.show(arguments, summary={"folder": Path("größe"), "things": 2}, lines=["Things      2"])
    return 0


def spoken(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[str, str]:
    arguments = command(speak, *options)
    with output.output_of(arguments):
        assert arguments.run(arguments) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_people_get_the_summary_and_progress_apart(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = spoken(capsys)
    assert out == "a library's own words\nThings      2\n"
    assert err.splitlines()[0] == "before something slow" and "Working: 2 of 2 things" in err


def test_quiet_leaves_warnings_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken(capsys, "--quiet") == ("", "akin: one thing was left out\n")
    assert not progress.console.quiet, "the next command in this process is not silenced"


def test_programs_get_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = spoken(capsys, "--json")
    assert json.loads(out) == {"folder": "größe", "things": 2}
    assert out.isascii(), "no locale can change it"
    assert "a library's own words" in err and "Working: 2 of 2 things" in err
    quiet_out, quiet_err = spoken(capsys, "--json", "--quiet")
    assert (quiet_out, quiet_err) == (out, "")


def test_a_summary_that_json_does_not_know_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="Received: set"):
        output.show(command(speak, "--json"), summary={"things": {1}}, lines=[])


@pytest.mark.parametrize("name", ["build", "check", "diff", "export", "rollback"])
def test_every_command_that_does_something_has_both_options(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main.main([name, "--help"])
    printed = capsys.readouterr().out
    assert "--quiet" in printed and "--json" in printed and f"  python -m precompute {name}" in printed


def test_a_build_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        (photos / f"{number}.png").write_bytes(encoded(picture(number)))
    (photos / "broken.jpg").write_bytes(b"")
    arguments = ["build", str(photos), "--out", str(tmp_path / "data")]
    assert main.main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert summary["products"] == 3 and summary["left_out"][0]["file"] == "broken.jpg"
    assert Path(summary["folder"]).is_dir() and summary["recipes"][0]["runtime"] == "litert"
    assert "Embedding: " in captured.err
    assert main.main([*arguments, "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("akin: 1 left out; ") and captured.err.count("\n") == 1


def test_a_check_says_what_it_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["check", "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["products"], found["files"], found["problems"]) == (3, 6, [])
    (data / "one" / "report.json").write_text("[]\n")
    assert main.main(["check", "--data", str(data), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["problems"] == [
        "report.json was changed after the build: its hash differs."
    ]
    assert main.main(["check", "--data", str(data), "--quiet"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("akin: Problems: 1 in ")


def test_a_check_weighs_the_slug_for_programs_too(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = check.slug
    parts = [slug.SlugPart("code", 1), slug.SlugPart("bundle", slug.LIMIT)]
    monkeypatch.setattr(slug, "install", lambda requirements, *, environment: None)
    monkeypatch.setattr(slug, "measure", lambda repository, *, bundle, environment: parts)
    assert main.main(["check", "--data", str(data), "--slug", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["slug"]
    assert found == {
        "parts": {"code": 1, "bundle": slug.LIMIT},
        "bytes": slug.LIMIT + 1,
        "limit": slug.LIMIT,
    }
    assert main.main(["check", "--data", str(data), "--slug", "--quiet"]) == 1
    assert "over the host's limit of 500.0 MB" in capsys.readouterr().err


def test_an_export_names_its_files(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "lists.csv"
    arguments = ["export", "--data", str(data), "--format", "csv", "--out", str(out), "--json"]
    assert main.main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == {"files": [{"file": str(out), "bytes": out.stat().st_size}]}


def test_an_error_is_one_sentence_with_either_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("--json", "--quiet"):
        assert main.main(["check", "--data", str(tmp_path / "no\nwhere"), option]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("akin: There is no bundle at ") and captured.err.count("\n") == 1


def test_control_characters_are_spelled_out_and_all_other_text_stays() -> None:
    assert printable("a\x1b[31m\nb\u2028\udcff") == r"a\x1b[31m\nb\u2028\udcff"
    text = "größe ✂ 靴 👩\u200d🚀 a\u00a0b “x”"
    assert printable(text) == text


@pytest.mark.kill
@pytest.mark.parametrize(("signal_name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_build_that_is_stopped_says_what_is_kept(tmp_path: Path, signal_name: str, code: int) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(400):
        (photos / f"{number}.png").write_bytes(encoded(picture(number)))
    write_small_bundle(tmp_path / "data", "abc", generation="live")
    process = subprocess.Popen(
        [sys.executable, "-m", "precompute", "build", str(photos), "--out", str(tmp_path / "data")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs tests in the background has Ctrl-C ignored by all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    eventually(lambda: process.poll() is not None or list((tmp_path / "data").glob(".building-*")))
    time.sleep(0.5)  # into the pictures, which take some seconds
    process.send_signal(getattr(signal, signal_name))
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, err
    assert out == ""
    assert err.splitlines()[-1] == f"akin: stopped. {build._STOPPED}"
    assert "Traceback" not in err
    assert not list((tmp_path / "data").glob(".building-*"))
    assert (tmp_path / "data" / "CURRENT").read_text() == "live\n"


def test_other_commands_that_are_stopped_changed_nothing(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        raise AssertionError("SIGTERM did not arrive")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(check, "problems", stopped)
    assert main.main(["check", "--data", str(data)]) == 143
    assert capsys.readouterr().err == "akin: stopped. Nothing was changed.\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_full_disk_is_one_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(check, "problems", full)
    assert main.main(["check", "--data", str(data)]) == 2
    expected = "akin: writing: No space left on device. Nothing was changed.\n"
    assert capsys.readouterr().err == expected


def test_commands_run_in_any_thread(data: Path) -> None:
    codes: list[int] = []
    arguments = ["check", "--data", str(data), "--quiet"]
    thread = threading.Thread(target=lambda: codes.append(main.main(arguments)))
    thread.start()
    thread.join()
    assert codes == [0]


def test_a_reader_that_leaves_early_is_no_error(data: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "precompute", "check", "--data", str(data)],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert process.returncode == 141
    assert "Error" not in process.stderr and "akin:" not in process.stderr


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.4, "4 s"), (89, "89 s"), (100, "2 min"), (3599, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_time_left_is_as_precise_as_a_guess(seconds: float, text: str) -> None:
    assert progress.duration(seconds) == text


def test_a_log_gets_fewer_lines_the_longer_it_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    with progress.stage("Embedding", 20_000, "images") as advance:
        for _ in range(20_000):
            clock[0] += 1
            advance(1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Embedding: 5 of 20,000 images, 1.0 images/s, 5 h 33 min left"
    assert lines[-1] == "Embedding: 20,000 of 20,000 images, 20000.0 s"
    assert 300 < len(lines) < 420
