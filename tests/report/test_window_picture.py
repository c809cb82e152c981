"""The plane of a counterexample is drawn with its windows, readable without colour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.page import Page
from grader.report.visible import columns
from grader.report.window_picture import window_block
from grader.report.windows import Windows

PAGE = Page(width=80, colour=False)


def windows(counts: tuple[int, int], size: int, stride: int, **more: object) -> Windows:
    fields = {"padding": (0, 0), "axes": (-2, -1), "place": (), "shape": (0, 0)} | more
    return Windows(
        name="x",
        counts=counts,
        size=(size, size),
        stride=(stride, stride),
        **fields,  # type: ignore[arg-type]  # named by the tests
    )


def drawn(x: list[list[float]], found: Windows) -> list[str]:
    block = window_block("x", np.array(x, dtype=float), found, PAGE)
    assert block is not None
    return block


def test_one_window_at_fault_stands_in_heavy_lines_among_light_ones() -> None:
    x = [[1, 2, 3, 4], [5, 6, 7, 8]]

    assert drawn(x, windows((1, 2), 2, 2, at_fault=((0, 1),))) == [
        " x, window ┏━┓ [0, 1]",
        "┌──────┲━━━━━━┓",
        "│ 1  2 ┃ 3  4 ┃",
        "│ 5  6 ┃ 7  8 ┃",
        "└──────┺━━━━━━┛",
    ]


def test_overlapping_windows_at_fault_are_told_apart() -> None:
    x = [[2, 3, 4], [5, 6, 1]]

    assert drawn(x, windows((1, 2), 2, 1, at_fault=((0, 0), (0, 1)))) == [
        " x, windows ┏━┓ [0, 0] ┌─┐ [0, 1]",
        "┏━━━┯━━━┱───┐",
        "┃ 2 │ 3 ┃ 4 │",
        "┃ 5 │ 6 ┃ 1 │",
        "┗━━━┷━━━┹───┘",
    ]


def test_padding_is_drawn_as_dots() -> None:
    found = windows((2, 2), 2, 2, padding=(1, 1), at_fault=((1, 1),))

    assert drawn([[1, -2], [3, 10]], found) == [
        " x, window ┏━┓ [1, 1]",
        "┌──────┬───────┐",
        "│ ·  · │  ·  · │",
        "│ ·  1 │ -2  · │",
        "├──────╆━━━━━━━┪",
        "│ ·  3 ┃ 10  · ┃",
        "│ ·  · ┃  ·  · ┃",
        "└──────┺━━━━━━━┛",
    ]


def test_cells_that_no_window_reaches_stay_outside() -> None:
    assert drawn([[1, 2, 3], [4, 5, 6]], windows((1, 1), 2, 2, at_fault=((0, 0),))) == [
        " x, window ┏━┓ [0, 0]",
        "┏━━━━━━┓",
        "┃ 1  2 ┃ 3",
        "┃ 4  5 ┃ 6",
        "┗━━━━━━┛",
    ]


def test_plane_at_fault_of_several_is_named() -> None:
    x = np.arange(8.0).reshape(2, 1, 2, 2)
    found = windows((1, 1), 2, 2, place=(1, 0), at_fault=((0, 0),))

    block = window_block("x", x, found, PAGE)

    assert block is not None
    assert block[0] == " x[1, 0], window ┏━┓ [0, 0]"
    assert block[2] == "┃ 4  5 ┃"


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        pytest.param((12, 12), windows((6, 6), 2, 2, at_fault=((0, 0),)), id="too-large"),
        pytest.param((3, 3), windows((2, 2), 2, 1), id="nothing-at-fault-among-overlapping"),
        pytest.param((5, 5), windows((4, 4), 2, 1, at_fault=((0, 0),)), id="too-narrow-a-page"),
    ],
)
def test_plain_array_is_left_to_the_plain_picture(shape: tuple[int, int], found: Windows) -> None:
    page = Page(width=14, colour=False)

    assert window_block("x", np.ones(shape), found, page) is None


@given(
    rows=st.integers(1, 6),
    count=st.integers(1, 6),
    size=st.integers(1, 3),
    stride=st.integers(1, 3),
    at=st.integers(0, 40),
)
def test_lines_always_meet(rows: int, count: int, size: int, stride: int, at: int) -> None:
    counts = tuple(max((n - size) // stride + 1, 0) for n in (rows, count))
    numbers = [(k, m) for k in range(counts[0]) for m in range(counts[1])]
    if not numbers:
        return
    found = windows((counts[0], counts[1]), size, stride, at_fault=(numbers[at % len(numbers)],))

    block = window_block("x", np.zeros((rows, count)), found, PAGE)

    assert block is not None
    assert max(map(columns, block)) <= PAGE.width
    text = "\n".join(block[1:])
    assert text.count("0") == rows * count
    # four sides of the window at fault, each as long as the window
    assert sum(map(text.count, "┃┣┫╋┠┨╂")) >= 2 * size
    assert text.count("━") >= 2 * 3 * size
