"""A failing submission is told its misconception, on an input small enough to read."""

from __future__ import annotations

import functools
import json
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from renamed import renamed
from small_course import Small, built_in_course, groups_of, plan_of, submission

from grader.bank import find_question
from grader.core.question import KnownAnswer
from grader.core.report import Report
from grader.grading.checking import plan_of_handout
from grader.grading.counterexample import NO_TIE_NEEDED
from grader.grading.grade import grade
from grader.grading.handout import handout_content
from grader.grading.plan import QuestionPlan
from grader.report import report_as_json
from grader.sandbox import Sandbox

SEED = "ssu_batch4_004"
QUESTIONS = (SEED, "max_pool_nchw", "max_pool_layer", "max_pool_nhwc")


def known_answers(kind: str) -> list[Any]:
    found = []
    for name in QUESTIONS:
        for part in find_question(built_in_course(), name).code_parts:
            assert part.code is not None
            for known in getattr(part.code, kind):
                marks = () if name == SEED else pytest.mark.slow
                label = f"{name}-{part.id}-{known.name.replace(' ', '-')}"
                found.append(pytest.param(name, part.id, known, id=label, marks=marks))
    return found


@pytest.fixture(scope="module")
def plans(cache: Path) -> Any:
    return functools.cache(lambda name: plan_of(name, cache))


def graded(plan: QuestionPlan, source: str, sandbox: Sandbox) -> Report:
    return grade(plan, submission(source), sandbox)


@pytest.mark.parametrize(("question", "part", "known"), known_answers("wrong"))
def test_wrong_solution_of_the_bank_is_named_also_with_other_variable_names(
    plans: Any, sandbox: Sandbox, question: str, part: str, known: KnownAnswer
) -> None:
    report = graded(plans(question), renamed(known.source), sandbox)

    (found,) = [each for each in report.parts if each.id == part]
    assert found.misconception is not None
    assert (found.misconception.name, found.misconception.hint) == (known.name, known.hint)


@pytest.mark.parametrize(("question", "part", "known"), known_answers("right"))
def test_right_solution_of_the_bank_is_told_no_misconception(
    plans: Any, sandbox: Sandbox, question: str, part: str, known: KnownAnswer
) -> None:
    report = graded(plans(question), known.source, sandbox)

    (found,) = [each for each in report.parts if each.id == part]
    assert (found.misconception, found.score) == (None, found.max_score)


def test_wrong_solution_that_nobody_declared_is_told_no_misconception(
    plans: Any, sandbox: Sandbox
) -> None:
    source = (
        "import numpy as np\n\n"
        "def backward(x, delta_f, kernel, stride):\n    return np.full(x.shape, 7.0)\n"
    )

    report = graded(plans(SEED), source, sandbox)

    assert report.score == 0
    assert report.parts[0].misconception is None


def run_alone(source: str, inputs: dict[str, Any]) -> Any:
    scope: dict[str, Any] = {}
    exec(source, scope)
    copies = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in inputs.items()}
    return scope["backward"](**copies)


@pytest.mark.parametrize(
    "known",
    [p.values[2] for p in known_answers("wrong") if p.values[0] == SEED],
    ids=lambda k: k.name,
)
def test_counterexample_is_small_inside_its_group_and_really_fails(
    plans: Any, sandbox: Sandbox, known: KnownAnswer
) -> None:
    plan = plans(SEED)
    judge = plan.parts[0].judge

    report = graded(plan, known.source, sandbox)

    for name in known.fails:
        (failure,) = groups_of(report)[name].failures
        inputs = dict(failure.counterexample or {})
        x, upstream, kernel, stride = (inputs[k] for k in ("x", "delta_f", "kernel", "stride"))
        assert x.size + upstream.size <= 12, inputs
        assert 1 <= kernel <= 3
        assert 1 <= stride <= 3
        assert max(x.shape) <= 6
        assert upstream.shape == tuple((size - kernel) // stride + 1 for size in x.shape)
        if name != "ties":
            assert len(np.unique(x)) == x.size
            assert (stride < kernel) == (name == "overlapping")
        again = run_alone(known.source, inputs)
        assert np.array_equal(np.asarray(failure.actual), again)
        assert np.array_equal(np.asarray(failure.expected), judge.expected(inputs)[""])
        assert not np.array_equal(again, judge.expected(inputs)[""])


def test_two_gradings_give_the_same_report_apart_from_times(
    sandbox: Sandbox, tmp_path: Path, plans: Any
) -> None:
    source = plans(SEED).parts[0].code.wrong[2].source
    fresh = plan_of(SEED, tmp_path / "another_cache")

    one = report_as_json(graded(plans(SEED), source, sandbox))
    two = report_as_json(graded(fresh, source, sandbox))

    assert one.pop("timing")
    assert two.pop("timing")
    assert one == two


def test_counterexample_of_a_group_about_ties_shows_a_tie_that_decides(
    plans: Any, sandbox: Sandbox
) -> None:
    assigns = next(k for k in plans(SEED).parts[0].code.wrong if k.name.startswith("assigns inst"))

    report = graded(plans(SEED), assigns.source, sandbox)

    (failure,) = groups_of(report)["ties"].failures
    x = np.asarray((failure.counterexample or {})["x"])
    assert (x == x.max()).sum() == 2, x
    assert failure.remark == ""


def test_failure_that_needs_no_tie_is_told_so(plans: Any, sandbox: Sandbox) -> None:
    source = "import numpy as np\n\ndef backward(x, delta_f, kernel, stride):\n    return 0 * x\n"

    report = graded(plans(SEED), source, sandbox)

    (failure,) = groups_of(report)["ties"].failures
    assert failure.remark == NO_TIE_NEEDED
    assert all(not f.remark for f in groups_of(report)["overlapping"].failures)
    assert report_as_json(report)["parts"][0]["groups"][2]["failures"][0]["remark"]  # type: ignore[index,call-overload]  # as the schema says


@pytest.mark.slow
def test_one_window_is_preferred_to_several_where_no_input_tells_their_number(
    small: Small,
) -> None:
    draw = """
        entry: pool(x, kernel)
        draw:
          kernel: int 1..2
          x: floats[2, 2] distinct
        groups:
          - {id: all, points: 1}
    """
    reference = """
        import numpy as np

        def pool(x, kernel):
            return x if kernel == 1 else np.array([[x.max()]])
    """
    course = small.write(textwrap.dedent(draw), reference)

    report = course.grade("def pool(x, kernel):\n    return [[0.0]]\n")

    (failure,) = groups_of(report)["all"].failures
    assert (failure.counterexample or {})["kernel"] == 2


@pytest.mark.slow
def test_all_zero_array_is_shown_only_where_it_is_the_cause(small: Small) -> None:
    part = """
        entry: total(x)
        draw:
          n: int 1..4
          x: ints[n] 0..3
        groups:
          - {id: all, points: 1}
    """
    course = small.write(textwrap.dedent(part), "def total(x):\n    return int(x.sum())\n")
    only_zeros = "def total(x):\n    return int(x.sum()) + (len(x) > 1 and not x.any())\n"

    either = course.grade("def total(x):\n    return int(x.sum()) + (len(x) > 1)\n")
    zeros = course.grade(only_zeros)

    shown = [
        np.asarray((groups_of(r)["all"].failures[0].counterexample or {})["x"]).tolist()
        for r in (either, zeros)
    ]
    assert shown == [[1, 2], [0, 0]]


def test_output_of_the_failing_call_is_kept_also_where_there_is_no_reference(
    small: Small, sandbox: Sandbox
) -> None:
    part = """
        entry: double(x)
        draw: {x: int 1..9}
        groups:
          - {id: all, points: 1, shown: true}
    """
    course = small.write(textwrap.dedent(part), "def double(x):\n    return 2 * x\n")
    source = "def double(x):\n    print('x is', x)\n    return 2 * x + (x > 3)\n"
    plan = plan_of_handout(json.loads(json.dumps(handout_content(course.plan()))))

    report = grade(plan, submission(source), sandbox)

    (failure,) = groups_of(report)["all"].failures
    assert failure.stdout == f"x is {(failure.counterexample or {})['x']}\n"


def test_exception_in_a_notebook_is_told_by_cell_and_line(small: Small, sandbox: Sandbox) -> None:
    part = """
        entry: double(x)
        draw: {x: int 1..9}
        groups:
          - {id: all, points: 1, shown: true}
    """
    course = small.write(textwrap.dedent(part), "def double(x):\n    return 2 * x\n")
    cells = ["import math", "1/0", "def double(x):\n    return 2 * x / (x > 3)"]
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    notebook = json.dumps({"cells": made, "nbformat": 4}).encode()

    report = grade(course.plan(), submission(notebook, "lab.ipynb"), sandbox)

    (failure,) = groups_of(report)["all"].failures
    assert failure.location[0] == "cell 3 line 2: return 2 * x / (x > 3)"
    assert any(note.startswith("cell 2 failed (ZeroDivisionError") for note in report.notes)
