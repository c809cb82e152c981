"""Parts, groups, draws and entries that cannot be used are refused with line and way out."""

from __future__ import annotations

import pytest
from bank_files import ENTRY, GRADED, Files, edited, line_of, refusal

OVERLAPPING = "where: stride < kernel"
BRACKETS = "draw: {x: 'floats[H, W] ties'}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("id: graded_card", "id: a/b", "an id is letters", id="slash-in-id"),
        pytest.param("id: graded_card", "id: a b", "an id is letters", id="space-in-id"),
        pytest.param("id: graded_card", "id: ..", "an id is letters", id="dots-as-id"),
        pytest.param("difficulty: 2", "difficulty: hard", "from 1 to 5", id="difficulty"),
        pytest.param("reference: pooling", "status2: x", "names none", id="reference-needed"),
        pytest.param("id: jacobian", "id: code", "part 'code' is there twice", id="two-parts"),
        pytest.param("id: jacobian", "name: jacobian", "a part without id", id="part-without-id"),
        pytest.param("answer: formula", "answer: formular", "'formula'?", id="answer-kind"),
        pytest.param("answer: formula", "x: formula", "has no answer", id="no-answer"),
        pytest.param("points: 2", "point: 2", "did you mean 'points'?", id="misspelt-points"),
        pytest.param("points: 2", "x: 2", "part 'jacobian' has no points", id="no-points"),
        pytest.param("points: 2", "points: -2", "halves from 0 to 100", id="negative-points"),
        pytest.param("points: 2", "points: 2.3", "halves from 0 to 100", id="odd-points"),
        pytest.param("points: 2", "points: 101", "halves from 0 to 100", id="too-many-points"),
        pytest.param("points: 2", "points: nan", "halves from 0 to 100", id="nan-points"),
        pytest.param("ties: any", "tie: any", "did you mean 'ties'?", id="misspelt-key"),
        pytest.param("ties: any", "ties: most", "first, last, split, any", id="tie-rule"),
        pytest.param("ties: any", "compare: clos", "compare has 'clos'", id="compare-word"),
        pytest.param("ties: any", "compare: close 2", "tolerances must be", id="tolerance"),
        pytest.param("ties: any", "compare: close 1e", "compare is", id="tolerance-unread"),
        pytest.param("ties: any", "compare: exact 1e-7", "compare has '1e-7'", id="exact-number"),
        pytest.param(
            "ties: any", "compare: same dtype, any dtype", "two dtype rules", id="two-dtype-rules"
        ),
        pytest.param("ties: any", "validator: none_such", "has no 'none_such'", id="validator"),
        pytest.param("ties: any", "limits: {second: 1}", "did you mean 'seconds'?", id="limit"),
        pytest.param("ties: any", "limits: {seconds: 0}", "between 0.01", id="no-seconds"),
        pytest.param("ties: any", "limits: {seconds: nan}", "between 0.01", id="nan-seconds"),
        pytest.param("ties: any", "limits: {seconds: x}", "a number is needed", id="text-seconds"),
        pytest.param("ties: any", "limits: {memory: 5 MiB}", "at least '256 MiB'", id="memory"),
        pytest.param("ties: any", "limits: {memory: 512}", "'512 MiB'", id="memory-unit"),
        pytest.param("ties: any", "starter: 'def f(:'", "does not compile", id="starter"),
        pytest.param("kernel: int 1..3", "kernal: int 1..3", "did you mean", id="undrawn-bound"),
        pytest.param("kernel: int 1..3", "kernel: int 3..1", "3 is above 1", id="empty-range"),
        pytest.param("kernel: int 1..3", "kernel: in 1..3", "did you mean 'int'", id="draw-form"),
        pytest.param("kernel: int 1..3", "kernel: int 1", "has no bounds", id="no-bounds"),
        pytest.param("kernel: int 1..3", "kernel:", "'kernel' has no domain", id="empty-draw"),
        pytest.param("kernel: int 1..3", "lambda: int 1..3", "a word of Python", id="keyword"),
        pytest.param(
            "x: floats[H, W] distinct", "x: floats[H, W] distnct", "'distinct'", id="word"
        ),
        pytest.param("x: floats[H, W] distinct", "x: floats[H, V]", "'V' is not drawn", id="size"),
        pytest.param("delta_f: floats", "d: floats", "'delta_f' is not drawn", id="parameter"),
        pytest.param(OVERLAPPING, "where: x < 1", "uses the array 'x'", id="array-in-where"),
        pytest.param(
            OVERLAPPING, "where: strid < kernel", "did you mean 'stride'", id="where-name"
        ),
        pytest.param(OVERLAPPING, "where: open(kernel)", "is not allowed", id="where-call"),
        pytest.param(OVERLAPPING, "where: stride <", "is not an expression", id="where-syntax"),
        pytest.param(OVERLAPPING, "wher: stride", "did you mean 'where'?", id="group-key"),
        pytest.param(OVERLAPPING, "hint: a, b", "needs single quotes", id="comma-in-flow"),
        pytest.param(OVERLAPPING, "shown: maybe", "true or false", id="shown"),
        pytest.param(
            "needs: non-overlapping", "needs: overlapping", "in a circle", id="needs-itself"
        ),
        pytest.param("needs: non-overlapping", "needs: tie", "did you mean 'ties'?", id="needs"),
        pytest.param("{id: ties, points: 1,", "{id: ties, points: 2,", "sum to 4", id="group-sum"),
        pytest.param(
            "{id: ties, points: 1,",
            "{id: ties, points: -1,",
            "points of group 'ties' is -1; points are whole numbers or halves from 0 to 100",
            id="group-points",
        ),
        pytest.param("{id: ties, points: 1,", "{id: ties,", "has no points", id="group-no-points"),
        pytest.param("{id: ties,", "{id: overlapping,", "is there twice", id="two-groups"),
        pytest.param("draw: {x: 'fl", "draw: {z: 'flo", "cannot be drawn", id="override-form"),
        pytest.param(BRACKETS, "draw: {x: floats[H, W]}", "single quotes", id="brackets-in-flow"),
        pytest.param("linear_in delta_f", "linear_in delta", "'delta_f'?", id="property-name"),
        pytest.param("linear_in delta_f", "linear_in", "does not say of what", id="property-bare"),
        pytest.param("linear_in delta_f", "linear delta_f", "'linear_in'?", id="property-kind"),
        pytest.param("linear_in delta_f", "deterministic x", "alone", id="property-word"),
        pytest.param("linear_in delta_f", "inputs_unchanged", "twice", id="property-twice"),
        pytest.param("linear_in delta_f", "property_none", "has no 'property_none'", id="authored"),
        pytest.param("linear_in delta_f", "gradient_of f", "has no 'f'", id="gradient-of"),
    ],
)
def test_bad_declaration_is_refused_near_its_line(
    files: Files, old: str, new: str, message: str
) -> None:
    text = edited(GRADED, old, new)

    error = refusal(files, text)

    found = int(error.where.removeprefix("questions/q.md:"))
    part = line_of(text, "- id: code") if found > 13 else 10
    assert part <= found <= line_of(text, "---\n\n#") or found == line_of(text, new)
    assert message in str(error)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param("entry: backward", "'backward(x, kernel)'", id="name-only"),
        pytest.param("entry: backward(x=1)", "plain names", id="default"),
        pytest.param("entry: backward(*x)", "plain names", id="star"),
        pytest.param("entry: backward(x, x)", "a parameter twice", id="twice"),
        pytest.param("entry: backward(q)", "'q' is not drawn", id="undrawn"),
        pytest.param(
            "entry: nowhere(x)", "reference/pooling.py has no 'nowhere'", id="no-function"
        ),
        pytest.param("entry: max_pol(x)", "did you mean 'max_pool'?", id="misspelt-function"),
        pytest.param("entry: f(x) = max_pool(q)", "'q' is not drawn", id="undrawn-argument"),
        pytest.param("entry: f(x) = max_pool(x, k=1)", "by position", id="keyword-argument"),
        pytest.param("entry: f(x) = max_pool(", "is not a call", id="not-a-call"),
        pytest.param("entry: f(x) = 3", "is not a call", id="number"),
        pytest.param("entry: class Pool", "a class without 'call'", id="class-alone"),
        pytest.param("entry: [f(x), g(x)]", "several entries without 'call'", id="two-alone"),
        pytest.param("entry: []", "empty list", id="empty-list"),
        pytest.param("points2: 1", "unknown key 'points2'", id="no-entry"),
        pytest.param("entry: f(x)\n    call: 'y = f(x)'", "without 'returns'", id="no-returns"),
        pytest.param("entry: f(x)\n    returns: y", "without 'call'", id="no-call"),
        pytest.param(
            "entry: f(x)\n    returns: y\n    call: 'y = f('", "call does not compile", id="call"
        ),
        pytest.param(
            "entry: max_pool(x)\n    returns: [2y]\n    call: 'y = 1'",
            "a Python name",
            id="returns",
        ),
        pytest.param(
            "entry: f(x)\n    returns: y\n    call: 'y = f(x)'", "has no 'f'", id="same-snippet"
        ),
        pytest.param(
            "entry: f(x)\n    returns: [a, b]\n    call: 'a, b = f(x)'\n"
            "    expected: {a: 'max_pool(x, 1, 1)'}",
            "'expected' lacks b",
            id="expected-lacks",
        ),
        pytest.param(
            "entry: f(x)\n    returns: [a]\n    call: 'a = f(x)'\n    expected: {c: max_pool}",
            "'c' is not returned",
            id="expected-unknown",
        ),
        pytest.param("entry: f(x)\n    expected: {a: max_pool}", "without 'call'", id="by-name"),
        pytest.param(
            "entry: f(x) = max_pool(x)\n    expected: max_pool", "keep one", id="expected-twice"
        ),
    ],
)
def test_bad_entry_is_refused(files: Files, entry: str, message: str) -> None:
    text = edited(GRADED, ENTRY, entry)

    error = refusal(files, text)

    first = line_of(text, entry)
    lines = range(first, first + 1 + entry.count("\n"))
    assert error.where in [f"questions/q.md:{line}" for line in lines]
    assert message in str(error)


def test_parts_that_do_not_add_up_to_the_stated_points_name_both(files: Files) -> None:
    error = refusal(files, edited(GRADED, "(5p)", "(6p)"))

    assert error.where == f"questions/q.md:{line_of(GRADED, 'parts:')}"
    assert "sum to 5 points, the statement says 6 in line 34" in str(error)


def test_misspelt_name_in_a_draw_reads_as_the_format_promises(files: Files) -> None:
    error = refusal(files, edited(GRADED, "H: int kernel..6", "H: int kernal..6"))

    assert str(error) == ("questions/q.md:21: 'kernal' is not drawn before; did you mean 'kernel'?")
