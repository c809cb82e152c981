"""What newcomers stumbled over stays mended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main

COURSE = str(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("question", "function"),
    [
        pytest.param(
            "max_pool_nchw", "def max_pool_backward_naive(", id="nchw", marks=pytest.mark.slow
        ),
        pytest.param("max_pool_nhwc", "def pool_backward(", id="nhwc", marks=pytest.mark.slow),
    ],
)
def test_starter_of_one_part_is_not_overridden_by_another(
    tmp_path: Path, question: str, function: str
) -> None:
    assert main(["handout", question, "--course", COURSE, "-o", str(tmp_path / "out")]) == 0

    assert (tmp_path / "out" / "solution.py").read_text().count(function) == 1


def test_question_is_not_started_in_the_course_that_comes_with_grader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["new", "my_question"]) == 2
    assert "new-course" in capsys.readouterr().err


def test_hint_about_values_is_not_given_for_an_exception(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.py").write_text("def backward(x, delta_f, kernel, stride):\n    return 1 / 0\n")

    main(
        ["grade", "ssu_batch4_004", str(tmp_path / "s.py"), "--course", COURSE, "--format", "json"]
    )

    groups = json.loads(capsys.readouterr().out)["parts"][0]["groups"]
    assert {(group["outcome"], group["hint"]) for group in groups} == {("failed", "")}
