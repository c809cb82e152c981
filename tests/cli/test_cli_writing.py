"""A file is written whole or not at all, and nothing stays behind when it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.cli.common import harmless_name, write_bytes_whole
from grader.core.errors import UsageError


def test_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grades.csv"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)

    with pytest.raises(UsageError, match="no space left on device"):
        write_bytes_whole(path, b"new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("grades.csv", "old")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.py", "a.py"),
        ("../../etc", "_.._etc"),
        (".hidden", "hidden"),
        ("a\n::b", "a___b"),
        ("..", ""),
    ],
)
def test_name_of_a_submission_is_harmless_as_a_file(name: str, expected: str) -> None:
    assert harmless_name(name) == expected
    assert len(harmless_name("最" * 500).encode()) <= 150
