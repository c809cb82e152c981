"""The picture of a counterexample: what is marked, how, and its description in words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from grader.core.report import Failure
from grader.report.svg import failure_svg, standalone_svg

from . import examples

_SVG = "{http://www.w3.org/2000/svg}"


def picture(failure: Failure) -> ET.Element:
    return ET.fromstring(failure_svg(failure, "p"))


def outlines(root: ET.Element) -> list[tuple[bool, float, float]]:
    """Give for each window whether it is at fault, and its width and height in cells."""
    rounded = [rect for rect in root.iter(f"{_SVG}rect") if rect.get("rx")]
    return [
        (
            rect.get("stroke-width") == "3",
            round(float(rect.get("width", "0")) / 45.5 + 0.25),
            round(float(rect.get("height", "0")) / 34 + 0.25),
        )
        for rect in rounded
    ]


def test_every_window_is_outlined_and_the_one_at_fault_thick() -> None:
    found = outlines(picture(examples.wrong_answer()))

    assert sorted(found) == [(False, 2, 2)] * 2 + [(True, 2, 2)] * 2
    assert found[-1][0], "windows at fault lie on top"


def test_windows_that_are_not_at_fault_are_dashed() -> None:
    """Black and white tells them apart as well."""
    for rect in picture(examples.wrong_answer()).iter(f"{_SVG}rect"):
        if rect.get("rx"):
            assert (rect.get("stroke-dasharray") is None) == (rect.get("stroke-width") == "3")


def test_wrong_cell_stands_in_brackets() -> None:
    texts = [text.text for text in picture(examples.wrong_answer()).iter(f"{_SVG}text")]

    assert texts.count("[2]") == 1
    assert {"x", "delta_f", "expected", "got", "kernel 2, stride 1"} <= set(texts)


def test_picture_is_described_in_words() -> None:
    root = picture(examples.wrong_answer())

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "p-title p-description"
    said = root.findtext(f"{_SVG}desc")
    assert said is not None
    for words in [
        "x: 0 1 0; 0 0 1; 0.5 0 0",
        "windows at fault, with a thick outline: [0, 0] over rows 0 to 1, columns 0 to 1",
        "expected: 0 3 0; 0 0 2; 1 0 0",
        "got: 0 [2] 0; 0 0 2; 1 0 0",
    ]:
        assert words in said


def test_lines_have_the_colour_of_the_text_around() -> None:
    drawn = failure_svg(examples.wrong_answer(), "p")

    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', drawn)) == {"none", "currentColor"}
    assert "style=" not in drawn
    assert 'style="color:#000;background:#fff"' in standalone_svg(examples.wrong_answer())


def test_padding_is_drawn_around_the_plane() -> None:
    out = np.zeros((2, 2))
    failure = examples.wrong_answer(
        mismatch=None,
        counterexample={"x": np.eye(3), "kernel": 3, "stride": 2, "padding": 1},
        expected=out,
        actual=out + np.eye(2),
    )

    root = picture(failure)

    dotted = [p for p in root.iter(f"{_SVG}path") if p.get("stroke-dasharray") == "1 3"]
    assert len(dotted) == 1
    lefts = [float(r.get("x", "0")) for r in root.iter(f"{_SVG}rect") if r.get("rx")]
    assert min(lefts) < 4 + 45, "a window begins in the padding"
    assert min(lefts) >= 0


def test_plane_of_a_batch_says_which_it_is() -> None:
    x = np.arange(2.0 * 4 * 4 * 3).reshape(2, 4, 4, 3)
    expected = np.zeros((2, 2, 2, 3))
    actual = expected.copy()
    actual[1, 0, 1, 2] = 7
    failure = examples.wrong_answer(
        mismatch=None, counterexample={"x": x, "f": 2}, expected=expected, actual=actual
    )

    texts = [text.text or "" for text in picture(failure).iter(f"{_SVG}text")]

    assert "x[1, :, :, 2] (5 more planes)" in texts
    assert "got[1, :, :, 2] (5 more planes)" in texts
    assert str(int(x[1, 3, 3, 2])) in texts
    assert "[7]" in texts


def test_large_array_is_cropped_around_the_first_difference() -> None:
    (failure,) = examples.large().parts[0].groups[0].failures

    texts = [text.text for text in picture(failure).iter(f"{_SVG}text")]

    assert "got [11:19, 12:20] of (20, 20)" in texts
    assert "[nan]" in texts
    assert len(texts) < 250


@pytest.mark.parametrize("name", examples.ALL)
def test_nothing_lies_outside_of_the_picture(name: str) -> None:
    failures = [f for p in examples.ALL[name].parts for g in p.groups for f in g.failures]
    for failure in failures:
        drawn = failure_svg(failure, "p")
        if not drawn:
            continue
        root = ET.fromstring(drawn)
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        for rect in root.iter(f"{_SVG}rect"):
            right = float(rect.get("x", "0")) + float(rect.get("width", "0"))
            bottom = float(rect.get("y", "0")) + float(rect.get("height", "0"))
            assert right <= width
            assert bottom <= height
            assert min(float(rect.get("x", "0")), float(rect.get("y", "0"))) >= 0


def test_failure_without_values_has_no_picture() -> None:
    assert failure_svg(examples.timeout(), "p") == ""
    assert standalone_svg(examples.timeout()) == ""
