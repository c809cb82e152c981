"""Fixed cases: values as declared, sizes inferred, contradictions refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bank_files import ENTRY, GRADED, Files, code_of, edited, line_of

from grader.core.errors import QuestionError
from grader.core.question import FixedCase

INPUTS = "x: [[1, 3], [2, 0]]\ndelta_f: [[5]]\nkernel: 2\nstride: 2\n"


def case_with(files: Files, inputs: str, draw: str = "", head: str = "") -> FixedCase:
    text = edited(GRADED, f"```yaml\n{INPUTS}```", f"{head}```yaml\n{inputs}\n```")
    if draw:
        text = edited(text, "      kernel: int 1..3\n", f"      kernel: int 1..3\n      {draw}\n")
    return code_of(files.load(text)).cases[0]


def test_case_has_values_of_the_declared_kinds_in_drawn_order(files: Files) -> None:
    case = case_with(files, INPUTS)

    assert list(case.inputs) == ["kernel", "stride", "H", "W", "x", "delta_f"]
    assert (case.inputs["H"], case.inputs["W"], case.inputs["kernel"]) == (2, 2, 2)
    x = case.inputs["x"]
    assert isinstance(x, np.ndarray)
    np.testing.assert_array_equal(x, [[1.0, 3.0], [2.0, 0.0]])
    assert x.dtype == np.float64
    assert not x.flags.writeable
    assert (case.name, case.group) == ("one window", None)
    assert case.where == f"questions/q.md:{line_of(GRADED, '## Case')}"


@pytest.mark.parametrize(
    ("draw", "written", "value"),
    [
        pytest.param("v: floats[3]", "[1, -.5, 1e3]", np.array([1, -0.5, 1000.0]), id="floats"),
        pytest.param(
            "v: floats[3]",
            "[.nan, .inf, -.inf]",
            np.array([np.nan, np.inf, -np.inf]),
            id="dotted-specials",
        ),
        pytest.param(
            "v: floats[3]", "[nan, inf, -inf]", np.array([np.nan, np.inf, -np.inf]), id="specials"
        ),
        pytest.param("v: floats[2] float32", "[1, 2]", np.array([1, 2], np.float32), id="float32"),
        pytest.param("v: ints[2]", "[1, -2]", np.array([1, -2], np.int64), id="ints"),
        pytest.param("v: bools[2]", "[true, False]", np.array([True, False]), id="bools"),
        pytest.param("v: floats[kernel - 2, 0]", "[]", np.zeros((0, 0)), id="empty"),
        pytest.param("v: ints[2, 1, 1]", "[[[1]], [[2]]]", np.array([[[1]], [[2]]]), id="deep"),
    ],
)
def test_array_is_read_as_declared(
    files: Files, draw: str, written: str, value: np.ndarray
) -> None:
    found = case_with(files, f"{INPUTS}v: {written}", draw).inputs["v"]

    assert isinstance(found, np.ndarray)
    assert found.dtype == value.dtype
    assert found.shape == value.shape
    np.testing.assert_array_equal(found, value)


@pytest.mark.parametrize(
    ("draw", "written", "value"),
    [
        pytest.param("v: int 1..9", "12", 12, id="int-out-of-range-is-allowed"),
        pytest.param("v: float 0..1", "1e-3", 0.001, id="float"),
        pytest.param("v: one of 1, 2.5, first", "2.5", 2.5, id="number-option"),
        pytest.param("v: one of 1, 2.5, first", "first", "first", id="text-option"),
        pytest.param("v: one of true, false", "true", True, id="truth-option"),
        pytest.param("v: text 0..5", "no", "no", id="text"),
    ],
)
def test_scalar_is_read_as_declared(files: Files, draw: str, written: str, value: object) -> None:
    found = case_with(files, f"{INPUTS}v: {written}", draw).inputs["v"]

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("inputs", "at", "message"),
    [
        pytest.param(INPUTS.replace("[2, 0]", "[2]"), "x:", "ragged", id="ragged"),
        pytest.param(INPUTS.replace("[2, 0]", "2"), "x:", "ragged", id="value-among-lists"),
        pytest.param(INPUTS.replace("[[5]]", "[5]"), "delta_f: [", "1 dimensions, 2", id="depth"),
        pytest.param(INPUTS.replace("[[5]]", "5"), "delta_f: 5", "0 dimensions", id="scalar"),
        pytest.param(INPUTS.replace("[[5]]", "[[a]]"), "delta_f: [", "'a' is no number", id="text"),
        pytest.param(
            INPUTS.replace("[[5]]", "[[1e999]]"), "delta_f: [", "no number", id="overflow"
        ),
        pytest.param(INPUTS.replace("[[5]]", "{a: 5}"), "delta_f: {", "0 dimensions", id="mapping"),
        pytest.param(
            INPUTS.replace("[[5]]", "[[5, 6]]"),
            "delta_f: [",
            "'delta_f' has shape (1, 2), [(H - kernel)//stride + 1, (W - kernel)//stride + 1] "
            "is (1, 1)",
            id="shape",
        ),
        pytest.param(INPUTS + "H: 3\n", "x: [[", "[H, W] is (3, 2)", id="contradicted-size"),
        pytest.param(INPUTS.replace("stride: 2", "stride: 0"), "delta_f: [", "by zero", id="zero"),
        pytest.param(
            INPUTS.replace("kernel: 2", "kernel: 2.5"), "kernel: 2.5", "whole", id="float"
        ),
        pytest.param(INPUTS.replace("kernel: 2", "kernel: [2]"), "kernel: [", "a list", id="list"),
        pytest.param(
            INPUTS.replace("kernel: 2\n", ""), "## Case", "lacks 'kernel', which", id="lacks"
        ),
        pytest.param(INPUTS + "kernal: 2\n", "kernal", "did you mean 'kernel'?", id="misspelt"),
        pytest.param(INPUTS + "kernel: 3\n", "kernel: 3", "there twice", id="twice"),
        pytest.param(INPUTS + "y: *x\n", "y: *x", "alias '*x'", id="alias"),
        pytest.param("- 1\n", "- 1\n", "no mapping", id="list-of-inputs"),
        pytest.param("", "## Case", "empty inputs", id="empty"),
        pytest.param(INPUTS + "group: tie\n", "group: tie", "did you mean 'ties'?", id="group"),
        pytest.param(INPUTS + "expect:\n", "## Case", "'expect' of case", id="empty-expect"),
        pytest.param(
            INPUTS + "expect: [[1, a]]\n", "expect: [", "several kinds", id="mixed-expect"
        ),
    ],
)
def test_bad_case_is_refused_at_its_line(files: Files, inputs: str, at: str, message: str) -> None:
    text = edited(GRADED, INPUTS, inputs)

    with pytest.raises(QuestionError) as caught:
        files.load(text)

    start = text.index("# Checks")
    expected = text[:start].count("\n") + line_of(text[start:], at)
    assert message in str(caught.value)
    assert caught.value.where == f"questions/q.md:{expected}" or at == "## Case"


def test_two_arrays_that_give_one_size_differently_are_refused(files: Files) -> None:
    text = edited(GRADED, "    groups:\n", "      y: floats[H]\n    groups:\n")

    with pytest.raises(QuestionError, match="'H' is 2 by 'x' and 3 by 'y'"):
        files.load(edited(text, INPUTS, INPUTS + "y: [1, 2, 3]\n"))


@pytest.mark.parametrize(
    ("head", "inputs"),
    [
        pytest.param("group: ties\n", INPUTS, id="line"),
        pytest.param("- **group:** ties\n\n", INPUTS, id="list-item"),
        pytest.param("A remark first.\n\ngroup: ties\n", INPUTS, id="below-a-remark"),
        pytest.param("", INPUTS + "group: ties\n", id="among-the-inputs"),
        pytest.param("part: code\ngroup: ties\n", INPUTS, id="with-part"),
    ],
)
def test_case_names_its_group(files: Files, head: str, inputs: str) -> None:
    assert case_with(files, inputs, head=head).group == "ties"


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        pytest.param("", "expect: [[0, 5], [0, 0]]\n```", id="among-the-inputs"),
        pytest.param("expect: [[0, 5], [0, 0]]\n", "```", id="line"),
        pytest.param("", "```\nexpect: [[0, 5],\n  [0, 0]]", id="lines-below"),
        pytest.param("", "```\nexpect:\n```yaml\n- [0, 5]\n- [0, 0]\n```", id="announced-fence"),
        pytest.param("", "```\n```yaml\nexpect: [[0, 5], [0, 0]]\n```", id="fence-with-key"),
        pytest.param("", "```\n\n```yaml\n[[0, 5], [0, 0]]\n```", id="bare-fence"),
    ],
)
def test_expected_value_is_read_wherever_it_stands(files: Files, head: str, tail: str) -> None:
    text = edited(GRADED, f"```yaml\n{INPUTS}```", f"{head}```yaml\n{INPUTS}{tail}")

    expect = code_of(files.load(text)).cases[0].expect

    assert expect is not None
    np.testing.assert_array_equal(expect[""], [[0, 5], [0, 0]])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("5", 5, id="int"),
        pytest.param("-2.5", -2.5, id="float"),
        pytest.param("inf", math.inf, id="inf"),
        pytest.param("true", True, id="truth"),
        pytest.param("'5'", "5", id="quoted"),
        pytest.param("word", "word", id="text"),
        pytest.param("[1, 2]", np.array([1, 2]), id="ints"),
        pytest.param("[1, 2.5]", np.array([1.0, 2.5]), id="floats"),
        pytest.param("[true, false]", np.array([True, False]), id="bools"),
    ],
)
def test_expected_value_has_the_kind_it_is_written_in(
    files: Files, written: str, value: object
) -> None:
    expect = case_with(files, f"{INPUTS}expect: {written}").expect

    assert expect is not None
    assert np.asarray(expect[""]).dtype == np.asarray(value).dtype
    np.testing.assert_array_equal(expect[""], value)


def test_expected_value_of_several_arrays_is_a_tuple(files: Files) -> None:
    expect = case_with(files, f"{INPUTS}expect: [[[1, 2]], [3]]").expect

    assert expect is not None
    value = expect[""]
    assert isinstance(value, tuple)
    np.testing.assert_array_equal(value[0], [[1, 2]])
    np.testing.assert_array_equal(value[1], [3])


SNIPPET = "entry: f(x)\n    call: 'a, b = f(x)'\n    returns: [a, b]\n    expected: max_pool"


def test_expected_values_go_by_the_names_returned(files: Files) -> None:
    text = edited(edited(GRADED, ENTRY, SNIPPET), INPUTS, INPUTS + "expect: {a: [1], b: [[2]]}\n")

    expect = code_of(files.load(text)).cases[0].expect

    assert expect is not None
    assert sorted(expect) == ["a", "b"]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        pytest.param("{a: [1], c: [2]}", "'c' is not returned", id="unknown"),
        pytest.param("[1]", "name a, b", id="unnamed"),
    ],
)
def test_expected_values_of_other_names_are_refused(
    files: Files, expect: str, message: str
) -> None:
    text = edited(edited(GRADED, ENTRY, SNIPPET), INPUTS, f"{INPUTS}expect: {expect}\n")

    with pytest.raises(QuestionError, match=message):
        files.load(text)
