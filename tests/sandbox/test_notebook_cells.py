"""A notebook's cells are its learner's own order of work: one that fails stops no other."""

from __future__ import annotations

import json

import pytest

from grader.core.call import Failed, Loaded, Returned
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox

from .support import call, load, program

GOOD = "def f(x):\n    return 2 * x\n"


def notebook(*cells: str) -> dict[str, bytes]:
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    return {"lab.ipynb": json.dumps({"cells": made, "nbformat": 4}).encode()}


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["1/0", GOOD], id="before"),
        pytest.param([GOOD, "assert f(1) == 3"], id="after"),
        pytest.param([GOOD, "plot(f)", "raise SystemExit"], id="two-after"),
        pytest.param(["import nothing_there", GOOD], id="import"),
        pytest.param(["from __future__ import annotations\n1/0", GOOD], id="future"),
        pytest.param(["1/0\n" + GOOD, GOOD], id="defined-again-below"),
    ],
)
def test_function_is_called_though_another_cell_failed(sandbox: Sandbox, cells: list[str]) -> None:
    what = program(notebook(*cells))

    loaded, answer = load(sandbox, what), call(sandbox, what, x=4)

    assert isinstance(loaded, Loaded), loaded
    assert any("failed" in note and "the cells below it were run" in note for note in loaded.notes)
    assert isinstance(answer, Returned)
    assert answer.value == 8


def test_note_names_the_cell_and_what_it_raised(sandbox: Sandbox) -> None:
    loaded = load(sandbox, program(notebook(GOOD, "x = 1", "x / 0")))

    assert isinstance(loaded, Loaded)
    assert loaded.notes == (
        "cell 3 failed (ZeroDivisionError: division by zero); the cells below it were run",
    )


def test_rest_of_a_cell_that_failed_is_not_run(sandbox: Sandbox) -> None:
    cells = (f"k = 1\n{GOOD}", "1/0\nk = 2", "def f(x):\n    return k * x\n")

    answer = call(sandbox, program(notebook(*cells)), x=5)

    assert isinstance(answer, Returned)
    assert answer.value == 5


def test_cell_that_fails_before_the_function_is_defined_in_it_is_told(sandbox: Sandbox) -> None:
    loaded = load(sandbox, program(notebook("y = 1", "1/0\n" + GOOD, "2/0")))

    assert isinstance(loaded, Failed)
    assert loaded.verdict is Verdict.CE
    assert loaded.message.startswith("cell 2 line 1: ZeroDivisionError")


def test_python_file_that_fails_at_its_top_level_is_told_where_tests_belong(
    sandbox: Sandbox,
) -> None:
    loaded = load(sandbox, GOOD + "assert f(1) == 3\n")

    assert isinstance(loaded, Failed)
    assert "solution.py line 3: AssertionError" in loaded.message
    assert "__main__" in loaded.message
