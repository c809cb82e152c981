"""Every form of a code part that the format knows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from bank_files import ENTRY, GRADED, Files, code_of, edited

from grader.core.comparison import Comparison, DtypePolicy
from grader.core.limits import MEBIBYTE, Limits
from grader.core.question import CodePart, PropertyKind


def with_entry(files: Files, keys: str) -> CodePart:
    return code_of(files.load(edited(GRADED, ENTRY, keys)))


def with_key(files: Files, key: str) -> CodePart:
    return code_of(files.load(edited(GRADED, "ties: any", key)))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param("entry: max_pool(x, kernel)", {"": "max_pool(x, kernel)"}, id="same-name"),
        pytest.param("entry: f(x) = max_pool", {"": "max_pool(x)"}, id="bare-function"),
        pytest.param(
            "entry: 'f(x) = max_pool(x, kernel + 1, min(kernel, stride))'",
            {"": "max_pool(x, kernel + 1, min(kernel, stride))"},
            id="expressions",
        ),
        pytest.param(
            "entry: f(x)\n    expected: max_pool(x, 2, 2)", {"": "max_pool(x, 2, 2)"}, id="expected"
        ),
        pytest.param(
            "entry: f(x)\n    call: 'y = f(x)'\n    returns: y\n    expected: max_pool(x, 1, 1)",
            {"": "max_pool(x, 1, 1)"},
            id="snippet-whole",
        ),
        pytest.param(
            "entry: f(x)\n    call: 'y = f(x)'\n    returns: [y]\n"
            "    expected: {y: 'max_pool(x, 1, 1)'}",
            {"": "max_pool(x, 1, 1)"},
            id="single-return-by-name",
        ),
        pytest.param(
            "entry: f(x)\n    call: 'y, z = f(x)'\n    returns: y, z\n"
            "    expected:\n      z: max_pool(x, 1, 2)\n      y: max_pool(x, 1, 1)",
            {"z": "max_pool(x, 1, 2)", "y": "max_pool(x, 1, 1)"},
            id="several-returns-by-name",
        ),
        pytest.param(
            "entry: f(x)\n    call: 'y = f(x)'\n    returns: y\n    expected: max_pool",
            {"": "max_pool(kernel, stride, H, W, x, delta_f)"},
            id="function-gets-all-drawn",
        ),
        pytest.param(
            "entry: max_pool(x)\n    call: 'y = max_pool(x)'\n    returns: y", {}, id="same-snippet"
        ),
    ],
)
def test_reference_call_is_read(files: Files, keys: str, expected: dict[str, str]) -> None:
    code = with_entry(files, keys)

    assert {name: call.text for name, call in code.expected.items()} == expected


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("[forward(x, p), backward(dout, cache)]", id="cut-by-yaml"),
        pytest.param("['forward(x, p)', 'backward(dout, cache)']", id="quoted"),
        pytest.param("\n      - forward(x, p)\n      - backward(dout, cache)", id="lines"),
    ],
)
def test_several_entries_are_read(files: Files, entry: str) -> None:
    keys = (
        f"entry: {entry}\n    call: 'y = forward(x, {{}})'\n    returns: y\n    expected: max_pool"
    )

    code = with_entry(files, keys)

    assert [(found.name, found.parameters) for found in code.entries] == [
        ("forward", ("x", "p")),
        ("backward", ("dout", "cache")),
    ]
    assert code.input_names == code.domain.names


def test_class_is_an_entry_without_parameters(files: Files) -> None:
    keys = (
        "entry: class MaxPool\n    call: |\n      layer = MaxPool(kernel)\n"
        "      out = layer.forward(x)\n    returns: [out]\n    expected: max_pool(x, 2, 2)"
    )

    code = with_entry(files, keys)

    assert (code.entries[0].name, code.entries[0].parameters) == ("MaxPool", None)
    assert code.call == "layer = MaxPool(kernel)\nout = layer.forward(x)"
    assert code.starter.endswith('class MaxPool:\n    """Backward message of max pooling."""\n')


def test_return_that_the_snippet_does_not_assign_is_noted(files: Files) -> None:
    keys = "entry: f(x)\n    call: f(x)\n    returns: y\n    expected: max_pool"

    question = files.load(edited(GRADED, ENTRY, keys))

    assert question.notes == ("questions/q.md:18: call does not assign 'y', which returns names",)


@pytest.mark.parametrize(
    ("compare", "expected"),
    [
        pytest.param("exact", Comparison(rtol=0, atol=0), id="exact"),
        pytest.param("close", Comparison(), id="close"),
        pytest.param("close 1e-3", Comparison(rtol=1e-3), id="rtol"),
        pytest.param("close 1e-3 0.5", Comparison(rtol=1e-3, atol=0.5), id="rtol-atol"),
        pytest.param(
            "close 1e-3, 1e-5, nan equal",
            Comparison(rtol=1e-3, atol=1e-5, nan_equal=True),
            id="commas",
        ),
        pytest.param("nan equal", Comparison(nan_equal=True), id="word-alone"),
        pytest.param(
            "exact any dtype list for array",
            Comparison(rtol=0, atol=0, dtype=DtypePolicy.ANY, list_for_array=True),
            id="words",
        ),
        pytest.param(
            "[close 1e-3, same dtype]", Comparison(rtol=1e-3, dtype=DtypePolicy.SAME), id="list"
        ),
        pytest.param("int for float", Comparison(dtype=DtypePolicy.INT_FOR_FLOAT), id="int"),
    ],
)
def test_compare_is_read(files: Files, compare: str, expected: Comparison) -> None:
    assert with_key(files, f"compare: {compare}").compare == expected


def test_limits_are_read(files: Files) -> None:
    keys = "limits: {seconds: 20, memory: 512 MiB, output: 32 KiB, times_reference: 50}"

    code = with_key(files, keys)

    assert code.times_reference == 50
    assert code.limits == Limits(
        cpu_seconds=20,
        total_cpu_seconds=200,
        memory_bytes=512 * MEBIBYTE,
        kept_output_bytes=32 << 10,
        flood_output_bytes=32 << 10,
    )


def test_properties_about_names_and_functions_are_read(files: Files) -> None:
    text = edited(
        GRADED,
        "properties: [same_as_reference, inputs_unchanged, linear_in delta_f]",
        "properties: [zero_for delta_f, conserves delta_f, gradient_of max_pool, "
        "invariant_to shift of x, property_bounded]\n    validator: accepts",
    )

    code = code_of(files.load(text))

    assert [(found.kind, found.argument) for found in code.properties] == [
        (PropertyKind.ZERO_FOR, "delta_f"),
        (PropertyKind.CONSERVES, "delta_f"),
        (PropertyKind.GRADIENT_OF, "max_pool"),
        (PropertyKind.INVARIANT_TO, "shift of x"),
        (PropertyKind.AUTHORED, "property_bounded"),
    ]
    assert code.validator == "accepts"


def test_authors_starter_is_kept(files: Files) -> None:
    code = with_key(files, "starter: |\n      def backward(x):\n          ...")

    assert code.starter == "def backward(x):\n    ...\n"


@pytest.mark.parametrize(
    ("text", "points"),
    [
        pytest.param(edited(GRADED, "    points: 3\n", ""), 3, id="from-groups"),
        pytest.param(edited(GRADED, "    points: 3\n", "    points: 3.0\n"), 3, id="written-out"),
    ],
)
def test_points_of_a_part_are_found(files: Files, text: str, points: int) -> None:
    assert files.load(text).parts[1].points == Fraction(points)


def test_only_part_has_the_stated_points(files: Files) -> None:
    text = "---\nid: q\nparts: [{id: a, answer: number}]\n---\n# Question\n(1,5 b) Text\n"

    assert files.load(text).parts[0].points == Fraction(3, 2)


@pytest.mark.parametrize("answer", ["array", "number", "choice", "text"])
def test_other_answers_keep_their_keys(files: Files, answer: str) -> None:
    part = f"{{id: a, points: 2, answer: {answer}, cells: [a, {{b: 1e3}}], shuffle: no}}"

    (found,) = files.load(f"---\nid: q\nparts: [{part}]\n---\n# Question\nText\n").parts

    assert found.code is None
    assert found.options == {"cells": ["a", {"b": "1e3"}], "shuffle": "no"}
