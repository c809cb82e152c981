"""A corpus as one message of the codec, laid out in columns so that reading it back is quick.

Value by value, 600 cases are 15,000 tagged values. Column by column they are a few long arrays, of
which the arrays of the cases are read-only slices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.core.codec import CodecError, decode, encode
from grader.core.corpus import Case, Corpus
from grader.draw.frozen import frozen

_Layout = tuple[tuple[str, ...], ...]  # names of inputs, of expected, of each accepted


def pack(corpus: Corpus) -> bytes:
    """Give the bytes of a corpus; CodecError when a value in it has no wire form."""
    tables: dict[_Layout, list[int]] = {}
    for at, case in enumerate(corpus.cases):
        parts = (case.inputs, case.expected, *case.accepted)
        tables.setdefault(tuple(tuple(part) for part in parts), []).append(at)
    places = list(dict.fromkeys(case.groups for case in corpus.cases))
    return encode(
        {
            "seed": corpus.seed,
            "counts": dict(corpus.counts),
            "places": places,
            "groups": np.array([places.index(case.groups) for case in corpus.cases], np.int64),
            "names": [(at, case.name) for at, case in enumerate(corpus.cases) if case.name],
            "requests": b"".join(corpus.requests),
            "lengths": np.array([len(request) for request in corpus.requests], np.int64),
            "tables": [_table(corpus.cases, layout, rows) for layout, rows in tables.items()],
        }
    )


def _table(cases: Sequence[Case], layout: _Layout, rows: list[int]) -> dict[str, object]:
    """Give the columns of the cases that have the same names."""
    columns = []
    for part, names in enumerate(layout):
        mappings = [
            (cases[at].inputs, cases[at].expected, *cases[at].accepted)[part] for at in rows
        ]
        columns += [_column([mapping[name] for mapping in mappings]) for name in names]
    return {"layout": layout, "rows": np.array(rows, np.int64), "columns": columns}


def _column(values: list[Any]) -> tuple[object, ...]:
    kinds = {type(value) for value in values}
    if kinds == {float} or (kinds == {int} and all(abs(value) < 1 << 62 for value in values)):
        return ("numbers", np.array(values, np.float64 if kinds == {float} else np.int64))
    if kinds == {np.ndarray} and len({(v.dtype.str, v.ndim) for v in values}) == 1:
        flat = np.concatenate([value.ravel() for value in values])
        shapes = np.array([value.shape for value in values], np.int64)
        return ("arrays", flat, shapes.reshape(len(values), values[0].ndim))
    return ("values", values)


def unpack(data: bytes) -> Corpus:
    """Give the corpus back; ValueError (CodecError) when the bytes are not one."""
    try:
        return _unpack(decode(data))
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise CodecError(f"no corpus: {error!r}") from error


def _unpack(packed: Any) -> Corpus:
    groups = [packed["places"][at] for at in packed["groups"].tolist()]
    names = dict(packed["names"])
    cases: list[Case | None] = [None] * len(groups)
    for table in packed["tables"]:
        layout = table["layout"]
        columns = [_cells(column) for column in table["columns"]]
        for at, row in zip(table["rows"].tolist(), zip(*columns, strict=True), strict=True):
            start, parts = 0, []
            for part in layout:
                parts.append(dict(zip(part, row[start : start + len(part)], strict=True)))
                start += len(part)
            cases[at] = Case(
                inputs=parts[0],
                groups=groups[at],
                expected=parts[1],
                accepted=tuple(parts[2:]),
                name=names.get(at, ""),
            )
    whole = tuple(case for case in cases if case is not None)
    requests = _cut(packed["requests"], packed["lengths"])
    if len(whole) != len(groups) or len(requests) != len(groups):
        raise CodecError("no corpus: cases are missing")
    return Corpus(cases=whole, requests=requests, seed=packed["seed"], counts=packed["counts"])


def _cut(data: bytes, lengths: npt.NDArray[np.int64]) -> tuple[bytes, ...]:
    ends = np.cumsum(lengths).tolist()
    return tuple(data[start:end] for start, end in zip([0, *ends], ends, strict=False))


def _cells(column: tuple[Any, ...]) -> list[Any]:
    if column[0] == "numbers":
        return list(column[1].tolist())
    if column[0] == "values":
        return [frozen(value) for value in column[1]]
    flat, shapes = column[1], column[2]
    flat.flags.writeable = False  # so are its slices
    ends = np.cumsum(shapes.prod(axis=1)).tolist()
    starts = [0, *ends]
    return [
        flat[start:end].reshape(shape)
        for start, end, shape in zip(starts, ends, shapes.tolist(), strict=False)
    ]
