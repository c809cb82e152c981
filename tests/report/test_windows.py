"""Which windows lie on a counterexample, which is at fault; outlines are proved, never guessed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.core.compare import Mismatch
from grader.core.report import Failure
from grader.report.windows import Windows, windows_of

from . import examples

PLANE = np.array([[1.0, 2.0, 3.0], [4.0, 9.0, 5.0], [6.0, 7.0, 8.0]])
OUT = np.array([[9.0, 9.0], [9.0, 9.0]])


def wrong_at(expected: np.ndarray, *index: int, **inputs: object) -> Failure:
    """Give a wrong answer that differs from the expected one in one cell."""
    actual = expected.copy()
    actual[index] += 1
    return examples.wrong_answer(
        mismatch=None, counterexample=inputs, expected=expected, actual=actual
    )


def test_windows_of_a_cell_are_those_whose_maximum_it_is() -> None:
    """The gradient of x is wrong in the cell that two windows have as their maximum."""
    found = windows_of(examples.wrong_answer())

    assert found is not None
    assert (found.name, found.counts, found.size) == ("x", (2, 2), (2, 2))
    assert found.cell == (0, 1)
    assert found.at_fault == ((0, 0), (0, 1))


def test_cell_that_is_no_maximum_belongs_to_all_windows_over_it() -> None:
    failure = wrong_at(np.zeros((3, 3)), 0, 1, x=PLANE, dout=np.ones((2, 2)), kernel=2, stride=1)

    found = windows_of(failure)

    assert found is not None
    assert found.at_fault == ((0, 0), (0, 1))


def test_wrong_entry_of_the_output_is_its_window() -> None:
    found = windows_of(wrong_at(OUT, 1, 0, x=PLANE, kernel=2, stride=1))

    assert found is not None
    assert (found.at_fault, found.cell) == (((1, 0),), None)
    assert found.corner((1, 0)) == (1, 0)


def test_windows_begin_in_the_padding() -> None:
    found = windows_of(wrong_at(np.ones((2, 2)), 0, 1, x=PLANE, kernel=3, stride=2, padding=1))

    assert found is not None
    assert (found.padding, found.corner((0, 1))) == ((1, 1), (-1, 1))


@pytest.mark.parametrize(
    ("inputs", "out", "expected"),
    [
        pytest.param({"pool_height": 1, "pool_width": 3}, (3, 1), ((1, 3), (1, 3)), id="two-names"),
        pytest.param({"kernel": (3, 2), "stride": [1, 1]}, (1, 2), ((3, 2), (1, 1)), id="pairs"),
        pytest.param({"f": np.int64(3)}, (1, 1), ((3, 3), (3, 3)), id="numpy-integer"),
        pytest.param({"kernel_size": 1, "stride": 2}, (2, 2), ((1, 1), (2, 2)), id="larger-stride"),
    ],
)
def test_size_and_stride_are_known_by_their_usual_names(
    inputs: dict[str, object], out: tuple[int, int], expected: object
) -> None:
    found = windows_of(wrong_at(np.zeros(out), 0, 0, x=PLANE, **inputs))

    assert found is not None
    assert (found.size, found.stride) == expected


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"x": PLANE}, id="no-size"),
        pytest.param({"x": PLANE, "kernel": 2, "stride": 2}, id="other-number-of-windows"),
        pytest.param({"x": PLANE, "kernel": 0}, id="size-of-zero"),
        pytest.param({"x": PLANE, "kernel": 2, "stride": 0}, id="stride-of-zero"),
        pytest.param({"x": PLANE, "kernel": 2, "stride": -1}, id="negative-stride"),
        pytest.param({"x": PLANE, "kernel": 4, "stride": 1}, id="larger-than-the-plane"),
        pytest.param({"x": PLANE, "kernel": 2.0, "stride": 1}, id="a-float"),
        pytest.param({"x": PLANE, "kernel": True, "stride": 1}, id="a-bool"),
        pytest.param({"x": PLANE, "kernel": "2", "stride": 1}, id="a-text"),
        pytest.param({"x": PLANE, "kernel": np.ones((2, 2)), "stride": 1}, id="a-filter"),
        pytest.param({"x": PLANE[0], "kernel": 2, "stride": 1}, id="a-row"),
        pytest.param({"x": PLANE[:0], "kernel": 2, "stride": 1}, id="empty"),
        pytest.param({"x": PLANE.tolist(), "kernel": 2, "stride": 1}, id="a-list"),
        pytest.param({"x": PLANE, "kernel": 2, "stride": 1, "padding": 10**9}, id="absurd-padding"),
        pytest.param({}, id="nothing"),
    ],
)
def test_without_a_proof_there_are_no_windows(inputs: dict[str, object]) -> None:
    assert windows_of(wrong_at(OUT, 0, 0, **inputs)) is None


def test_hidden_failure_has_no_windows() -> None:
    hidden = Failure(property="", verdict=examples.wrong_answer().verdict, message="")

    assert windows_of(hidden) is None


@pytest.mark.parametrize(
    ("x_shape", "out_shape", "index", "place", "axes"),
    [
        pytest.param((2, 3, 4, 4), (2, 3, 2, 2), (1, 2, 0, 1), (1, 2), (-2, -1), id="nchw"),
        pytest.param((2, 4, 4, 3), (2, 2, 2, 3), (1, 0, 1, 2), (1, 2), (-3, -2), id="nhwc"),
        pytest.param((4, 4, 3), (2, 2, 3), (0, 1, 2), (2,), (-3, -2), id="hwc"),
    ],
)
def test_plane_of_a_batch_is_the_one_that_is_wrong(
    x_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    index: tuple[int, ...],
    place: tuple[int, ...],
    axes: tuple[int, int],
) -> None:
    x = np.arange(float(np.prod(x_shape))).reshape(x_shape)

    found = windows_of(wrong_at(np.zeros(out_shape), *index, x=x, kernel=2, stride=2))

    assert found is not None
    assert (found.place, found.axes, found.at_fault) == (place, axes, ((0, 1),))


def test_mismatch_decides_where_several_answers_are_right() -> None:
    """At a tie the answer may differ from the expected one and be right; [2, 2] is what is wrong."""
    expected, actual = np.zeros((3, 3)), np.zeros((3, 3))
    actual[0, 0], actual[2, 2] = 1, 5
    failure = examples.wrong_answer(
        mismatch=Mismatch(path="[2, 2]", expected="0", actual="5"),
        counterexample={"x": PLANE, "dout": np.ones((2, 2)), "kernel": 2, "stride": 1},
        expected=expected,
        actual=actual,
    )

    found = windows_of(failure)

    assert found is not None
    assert (found.cell, found.at_fault) == ((2, 2), ((1, 1),))


def test_nan_in_the_plane_leaves_all_windows_over_the_cell() -> None:
    x = PLANE.copy()
    x[1, 1] = np.nan
    failure = wrong_at(np.zeros((3, 3)), 0, 1, x=x, dout=np.ones((2, 2)), kernel=2, stride=1)

    found = windows_of(failure)

    assert found is not None
    assert found.at_fault == ((0, 0), (0, 1))


def slow_windows_over(found: Windows, cell: tuple[int, int]) -> set[tuple[int, int]]:
    """Find the windows over a cell by looking at all of them."""
    over = set()
    for number in found.all():
        top, left = found.corner(number)
        rows, columns = range(top, top + found.size[0]), range(left, left + found.size[1])
        if cell[0] in rows and cell[1] in columns:
            over.add(number)
    return over


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("kernel", [1, 2, 3])
def test_windows_over_a_cell_agree_with_looking_at_all(
    kernel: int, stride: int, padding: int
) -> None:
    x = np.zeros((5, 6))  # every cell is a maximum of every window over it
    count = [(n + 2 * padding - kernel) // stride + 1 for n in x.shape]
    inputs = {"x": x, "dout": np.ones(count), "kernel": kernel, "stride": stride}
    for cell in np.ndindex(5, 6):
        failure = wrong_at(np.zeros((5, 6)), *cell, **inputs, padding=padding)

        found = windows_of(failure)

        assert found is not None
        assert found.cell == cell
        assert set(found.at_fault) == slow_windows_over(found, cell)


def test_report_without_values_has_windows_and_no_fault() -> None:
    failure = replace(examples.wrong_answer(), has_values=False, expected=None, actual=None)

    found = windows_of(failure)

    assert found is not None
    assert (found.at_fault, found.cell) == ((), None)


def test_a_drawn_number_called_size_is_no_window() -> None:
    """Reported by a reader: a step of 1 drew a box around the only cell."""
    x = np.array([1.0, 2.0, 3.0, 4.0]).reshape(2, 2)
    inputs = {"size": 1, "x": x, "gradient": 2 * x}
    shown = replace(examples.wrong_answer(), counterexample=inputs, expected=x, actual=2 * x)

    assert windows_of(shown) is None
    assert windows_of(replace(shown, counterexample={**inputs, "kernel": 1})) is not None
