"""A reference that does not come back is the author's fault, and is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.core.errors import QuestionError
from grader.grading import reference
from grader.grading.reference import bounded, load_reference


def test_reference_that_never_returns_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "loop.py").write_text("def f(x):\n    while True:\n        x += 1\n")
    monkeypatch.setattr(reference, "MOST_SECONDS", 0.2)
    loaded = load_reference(tmp_path / "reference", "loop")

    with (
        pytest.raises(
            QuestionError, match=r"reference/loop\.py:[23]: f raised .*did not come back"
        ),
        bounded(),
    ):
        loaded.call("f", 1)


def test_module_that_never_finishes_its_import_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "loop.py").write_text("while True:\n    pass\n")
    monkeypatch.setattr(reference, "MOST_SECONDS", 0.2)

    with pytest.raises(QuestionError, match=r"reference/loop\.py:\d+: cannot be imported"):
        load_reference(tmp_path / "reference", "loop")


def test_course_without_an_init_file_is_not_mistaken_for_another_package(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "own.py").write_text(
        "from reference.sibling import VALUE\ndef f():\n    return VALUE\n"
    )
    (tmp_path / "reference" / "sibling.py").write_text("VALUE = 7\n")

    assert load_reference(tmp_path / "reference", "own").call("f") == 7
