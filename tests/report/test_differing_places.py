"""Of several returned values those are marked that are wrong, and no right one."""

from __future__ import annotations

import numpy as np
import pytest

from grader.core.compare import Mismatch
from grader.report.differences import differing_places

NEAR = {"['loss']": 0.813261687518, "['dx']": np.array([1.0, 2.0])}


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({"['loss']": 0.8132616875, "['dx']": np.array([1.0, 3.0])}, "dx[1]", ["['dx']"]),
        ({"['loss']": 0.9, "['dx']": np.array([1.0, 3.0])}, "loss", ["['loss']", "['dx']"]),
        ({"['loss']": 0.813261687519, "['dx']": np.array([1.0, 2.0])}, "", ["['loss']"]),
        (
            {"['loss']": 0.813261687519, "['dx']": np.array([1.0, 3.0])},
            "loss",
            ["['loss']", "['dx']"],
        ),
        (NEAR, "", []),
    ],
    ids=["rounding-elsewhere", "both", "only-a-rounding", "rounding-at-fault", "equal"],
)
def test_value_that_differs_by_a_rounding_is_marked_only_where_nothing_else_does(
    given: dict[str, object], path: str, expected: list[str]
) -> None:
    mismatch = Mismatch(path=path, expected="", actual="")

    assert differing_places(NEAR, given, mismatch) == expected
