"""Smallest first, as a person reads: few cells, small whole numbers, all different.

Checking by hand also means working out the answer, so where its size is known its cells count too:
one window over four cells is less work than four windows of one cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

#: gives the cells of the right answer to inputs
AnswerCells = Callable[[Mapping[str, object]], int]
Size = tuple[float | tuple[float, ...], ...]

_PLAIN = 99.0


def no_answer_cells(inputs: Mapping[str, object]) -> int:
    """Give 0: only the inputs count."""
    return 0


def cells_of(value: object) -> int:
    """Count the cells of an answer: those of its arrays, and one for each other value."""
    if isinstance(value, Mapping):
        return sum(map(cells_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(cells_of, value))
    return value.size if isinstance(value, np.ndarray) else 1


def size_of(inputs: Mapping[str, object], answer_cells: AnswerCells = no_answer_cells) -> Size:
    """Give the sort key of inputs: cells; odd values; repeats; then magnitudes and order.

    Before all else comes the number of arrays with nothing but zeros: they show nothing, however
    small they are. cells: with the answer's; of equally many, those with fewer of the inputs.

    odd: not a small whole number. repeats: cells with the value of another cell, and zeros. A
    negative value counts like a larger magnitude.
    """
    blank = cells = odd = repeats = negative = 0
    magnitude, scalars = 0.0, 0.0
    flat: list[float] = []
    for value in inputs.values():
        if isinstance(value, bool) or value is None:
            scalars += bool(value)
        elif isinstance(value, int | float):
            scalars += abs(value)
            odd += value != int(value) if abs(value) <= _PLAIN else 1
            negative += value < 0
        elif isinstance(value, str):
            scalars += len(value)
        else:
            array = np.asarray(value)
            if array.dtype.kind not in "bifu":
                continue
            numbers = array.ravel().tolist()
            cells += len(numbers)
            blank += len(numbers) > 1 and array.dtype.kind != "b" and not array.any()
            odd += sum(not -_PLAIN <= v <= _PLAIN or v != int(v) for v in numbers)
            repeats += len(numbers) - len(set(numbers)) + numbers.count(0)
            negative += sum(v < 0 for v in numbers)
            magnitude += sum(abs(v) for v in numbers)
            flat += [v if v == v else 2 * _PLAIN for v in numbers]
    whole = cells + answer_cells(inputs)
    return blank, whole, cells, odd, repeats, scalars, negative, magnitude, tuple(flat)
