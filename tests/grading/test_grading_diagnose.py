"""A failing submission is told its misconception, on an input small enough to read."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_course import built_in_course, groups_of, plan_of, submission

from grader.bank import find_question
from grader.core.question import KnownAnswer
from grader.core.report import Report
from grader.grading.grade import grade
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


class _Rename(ast.NodeTransformer):
    """Gives every local name of a function another one; parameters and globals stay."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        stored = {
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in stored:
                inner.id = f"my_{inner.id}"
            if isinstance(inner, ast.arg) and inner.arg in stored:
                inner.arg = f"my_{inner.arg}"
        return node


def renamed(source: str) -> str:
    changed = ast.unparse(_Rename().visit(ast.parse(source)))
    assert "my_" in changed
    return "# written by somebody else\n" + changed


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
