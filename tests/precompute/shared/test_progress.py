"""What a log says of a stage of which a part was known before."""

from __future__ import annotations

import pytest

from precompute.shared import progress


def test_what_was_known_is_shown_and_does_not_count_in_the_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with progress.stage("Embedding", 3068, "images") as advance:
        advance(2940, 2940)
        now = 110.0
        advance(28)
        now = 120.0
        advance(100)
    assert capsys.readouterr().err.splitlines() == [
        "Embedding: 2,968 of 3,068 images (2,940 known), 2.8 images/s, 36 s left",
        "Embedding: 3,068 of 3,068 images (2,940 known), 20.0 s",
    ]
