"""A reference that cannot be used is the author's fault, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import Small

from grader.core.errors import QuestionError
from grader.core.report import Status
from grader.core.verdict import Verdict
from grader.grading.reference import load_reference


def folder_of(tmp_path: Path, **modules: str) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in {"__init__": "", **modules}.items():
        (folder / f"{name}.py").write_text(source)
    return folder


@pytest.mark.parametrize(
    ("source", "where", "what"),
    [
        pytest.param(
            "def f(x):\n    return x +\n", "reference/ref.py:2", "SyntaxError", id="syntax-error"
        ),
        pytest.param("import numpie\n", "reference/ref.py:1", "numpie", id="missing-import"),
        pytest.param(
            "\nfrom reference import helpr\n", "reference/ref.py:2", "helpr", id="missing-sibling"
        ),
        pytest.param("x = 1\nx / 0\n", "reference/ref.py:2", "ZeroDivisionError", id="raises"),
        pytest.param("raise SystemExit(0)\n", "reference/ref.py:1", "SystemExit", id="leaves"),
        pytest.param(
            "from reference.broken import g\n",
            "reference/broken.py:1",
            "SyntaxError",
            id="sibling-with-syntax-error",
        ),
        pytest.param("\0", "reference/", "cannot be imported", id="nul-byte"),
    ],
)
def test_module_that_does_not_import_is_named_with_its_line(
    tmp_path: Path, source: str, where: str, what: str
) -> None:
    folder = folder_of(tmp_path, ref=source, helper="", broken="def (\n")

    with pytest.raises(QuestionError) as raised:
        load_reference(folder, "ref")

    assert raised.value.where.startswith(where)
    assert what in raised.value.what


def test_missing_module_is_met_with_a_near_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, pooling="", convolution="")

    with pytest.raises(QuestionError) as raised:
        load_reference(folder, "poolin")

    assert "did you mean 'pooling'?" in str(raised.value)
    assert "convolution, pooling" in raised.value.hint


def test_missing_function_is_met_with_a_near_name(tmp_path: Path) -> None:
    reference = load_reference(folder_of(tmp_path, ref="def forward(x):\n    return x\n"), "ref")

    with pytest.raises(QuestionError, match="did you mean 'forward'"):
        reference.function("foward")


def test_two_courses_keep_their_own_reference(tmp_path: Path) -> None:
    one = load_reference(
        folder_of(tmp_path / "a", ref="from reference.h import N", h="N = 1"), "ref"
    )
    two = load_reference(
        folder_of(tmp_path / "b", ref="from reference.h import N", h="N = 2"), "ref"
    )

    assert (vars(one._module)["N"], vars(two._module)["N"]) == (1, 2)


def test_call_that_raises_is_told_with_file_and_line(tmp_path: Path) -> None:
    reference = load_reference(folder_of(tmp_path, ref="def f(x):\n    return 1 / x\n"), "ref")

    with pytest.raises(QuestionError) as raised:
        reference.call("f", 0)

    assert raised.value.where == "reference/ref.py:2"
    assert raised.value.what == "f raised ZeroDivisionError: division by zero"


def test_reference_that_raises_on_an_input_is_no_zero_for_the_student(small: Small) -> None:
    small.write(
        """
        entry: f(x)
        draw:
          x: int 0..9
        groups:
          - {id: all, points: 1}
        """,
        """
        def f(x):
            if x == 7:
                raise ValueError("seven")
            return x
        """,
    )

    report = small.grade("def f(x):\n    return x\n")

    assert (report.status, report.verdict, report.score) == (Status.ERROR, Verdict.JE, None)
    assert "reference/ref.py:3" in report.message
    assert "seven" in report.message


def test_reference_that_changes_its_input_is_no_zero_for_the_student(small: Small) -> None:
    small.write(
        """
        entry: f(x)
        draw:
          x: floats[3]
        groups:
          - {id: all, points: 1}
        """,
        """
        def f(x):
            x.sort()
            return x
        """,
    )

    report = small.grade("import numpy as np\ndef f(x):\n    return np.sort(x)\n")

    assert (report.status, report.score) == (Status.ERROR, None)
    assert "must not change its inputs" in report.message
