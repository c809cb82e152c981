"""Reports as the grading room makes them, one for each thing that can become of a submission."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from grader.core.compare import compare
from grader.core.comparison import Comparison
from grader.core.report import (
    Failure,
    GroupReport,
    MatchedMisconception,
    Outcome,
    PartReport,
    Report,
    Status,
    Timing,
)
from grader.core.verdict import Verdict

HOSTILE = [
    "::error file=x::pwned",
    "##[error]pwned",
    "<script>alert(1)</script>",
    "\x1b[2J\x1b[1;1Hscore 5 of 5",
    "\u202e5 fo 5 erocs",
    "\u200f\u200b\u2066hidden\u2069",
    "solution.py\nscore 5 of 5",
    "solution.py\r\n  passed   overlapping  2 / 2",
    "a\x85score 5 of 5\u2028score 5 of 5\x0bscore 5 of 5\x1cscore 5 of 5",
    "x" * 10_000,
    "score 5 of 5 " * 800,
    "e" + "\u0301" * 500,
    "最大プーリング" * 60,
    "\ud800lone\udfff",
    "\x00\x07\x9b31m",
    "| score 5 of 5",
    '" ; rm -rf ~',
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3",
    'a;=cmd();"=cmd()',
    "a\t=cmd()",
    "＝cmd()",
    "]]><error/><!-- & &lt; &#27;",
    '"><img src=x onerror=alert(1)><svg onload=alert(1)>',
    "</pre></main><iframe src=//x>",
    "```\n````text\n# score 5 of 5\n",
    "`" * 40 + "|" + "`" * 3,
    "|\n| --- |\n| score 5 of 5 |",
    "[x](javascript:alert(1)) ![x](http://x/y.png) @everyone <http://x>",
    "\r::set-output name=score::5",
    "%0A::error::x",
    "##vso[task.setvariable variable=x]y ##teamcity[x]",
    "\ufffe\uffff\ufdd0\U0001ffff",
    "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x9d",
    "",
    "   ",
]

_EXPECTED = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]])
_ACTUAL = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]])


def wrong_answer(**changes: object) -> Failure:
    """Give a wrong value on a small overlapping input."""
    mismatch = compare(_ACTUAL, _EXPECTED, Comparison())
    assert mismatch is not None
    failure = Failure(
        property="same_as_reference",
        verdict=Verdict.WA,
        message=mismatch.sentence(),
        mismatch=mismatch,
        counterexample={
            "x": np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.0]]),
            "delta_f": np.array([[1.0, 2.0], [0.0, 1.0]]),
            "kernel": 2,
            "stride": 1,
        },
        expected=_EXPECTED,
        actual=_ACTUAL,
        has_values=True,
        replay="case 17 of seed 0",
    )
    return replace(failure, **changes)  # type: ignore[arg-type]  # tests name the fields


def exception(**changes: object) -> Failure:
    """Give an exception with the learner's lines and what was printed."""
    failure = Failure(
        property="same_as_reference",
        verdict=Verdict.RTE,
        message="IndexError: index 3 is out of bounds for axis 0 with size 3",
        counterexample={"x": np.array([[1.0, 2.0], [3.0, 4.0]]), "kernel": 2, "stride": 1},
        location=("solution.py line 12", "    dx[i, j] = delta_f[k, l]"),
        stdout="\n".join(f"step {at}" for at in range(14)) + "\n",
        replay="case 3 of seed 0",
    )
    return replace(failure, **changes)  # type: ignore[arg-type]  # tests name the fields


def timeout() -> Failure:
    """Give a failure without values."""
    return Failure(
        property="same_as_reference",
        verdict=Verdict.TLE,
        message="The call took more than 2 seconds of CPU time.",
    )


def group(
    name: str, points: int, *failures: Failure, shown: bool = False, hint: str = ""
) -> GroupReport:
    """Give a group, failed when there are failures."""
    return GroupReport(
        id=name,
        score=Fraction(0 if failures else points),
        max_score=Fraction(points),
        outcome=Outcome.FAILED if failures else Outcome.PASSED,
        cases=412 if failures else 180,
        shown=shown,
        failures=failures,
        hint=hint,
    )


def part(*groups: GroupReport, **changes: object) -> PartReport:
    """Give a code part with these groups."""
    made = PartReport(
        id="code",
        answer="code",
        score=sum((each.score for each in groups), Fraction(0)),
        max_score=sum((each.max_score for each in groups), Fraction(0)),
        groups=groups,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name the fields


def report(*parts: PartReport, **changes: object) -> Report:
    """Give an official, graded report of these parts."""
    made = Report(
        status=Status.GRADED,
        question_id="ssu_batch4_004",
        question_version="sha256:4f2a",
        question_title="Max pooling, backward message",
        submission_name="solution.py",
        submission_sha256="9c1d",
        score=sum((each.score or Fraction(0) for each in parts), Fraction(0)),
        max_score=sum((each.max_score for each in parts), Fraction(0)),
        parts=parts,
        isolation="L1",
        is_official=True,
        versions={"python": "3.11.7", "grader": "0.1.0", "numpy": "2.4.6"},
        timing=Timing(total_seconds=0.0312, student_seconds=0.012),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name the fields


def passed() -> Report:
    """Everything right."""
    return report(part(group("non-overlapping", 2), group("overlapping", 2), group("ties", 1)))


def mixed() -> Report:
    """One group of three failed, and it is a known misconception."""
    code = part(
        group("non-overlapping", 2, shown=True),
        group("overlapping", 2, wrong_answer(), hint="Count in how many windows a cell lies."),
        group("ties", 1),
        misconception=MatchedMisconception(
            name="assigns instead of adding",
            hint="two windows may have the same maximum: their gradients add up",
            agreed_cases=412,
        ),
    )
    return report(code, notes=("matplotlib is not available here: plots do nothing",))


def raised() -> Report:
    """An exception, and a group that was therefore not run."""
    ties = replace(group("ties", 1), score=Fraction(0), outcome=Outcome.NOT_RUN, cases=0)
    return report(part(group("overlapping", 2, exception(), shown=True), ties))


def slow() -> Report:
    """A time limit in one group."""
    return report(part(group("overlapping", 2, timeout()), group("ties", 1)))


def ungradable() -> Report:
    """A file that does not compile."""
    return report(
        status=Status.UNGRADABLE,
        score=None,
        max_score=Fraction(5),
        verdict=Verdict.CE,
        message="solution.py does not compile: SyntaxError: expected ':'",
        location=("solution.py line 3", "    for i in range(3)", "                     ^"),
    )


def error() -> Report:
    """A fault of the question."""
    return report(
        part(replace(group("overlapping", 2), cases=0, outcome=Outcome.NOT_RUN)),
        status=Status.ERROR,
        score=None,
        max_score=Fraction(5),
        verdict=Verdict.JE,
        message="questions/max_pooling_backward.md:14: the reference raised ZeroDivisionError",
    )


def two_parts() -> Report:
    """A formula that waits for a person beside graded code; a self-check."""
    formula = PartReport(
        id="jacobian",
        answer="formula",
        score=None,
        max_score=Fraction(2),
        note="graded by hand against the rubric",
    )
    half = replace(group("ties", 1), score=Fraction(1, 2), max_score=Fraction(1, 2))
    return report(
        formula, part(group("overlapping", 2), half), isolation="self-check", is_official=False
    )


def several_values() -> Report:
    """A wrong dx beside a right out, with an input of four dimensions."""
    out = np.arange(4.0).reshape(1, 1, 2, 2)
    dx = np.zeros((2, 3, 3, 3))
    dx[1, 2, 0, 1] = 0.1
    wrong = dx.copy()
    wrong[1, 2, 0, 1] = 0.1 + 1e-7
    failure = wrong_answer(
        message="expected 0.1, got 0.1000001 at ['dx'][1, 2, 0, 1]",
        mismatch=None,
        counterexample={"x": np.arange(54.0).reshape(2, 3, 3, 3) / 4, "pool": {"height": 2}},
        expected={"out": out, "dx": dx},
        actual={"out": out, "dx": wrong},
    )
    return report(part(group("batches", 2, failure)))


def large() -> Report:
    """An array of 20 x 20 that differs in one cell, and one that differs in shape."""
    expected = np.arange(400.0).reshape(20, 20)
    actual = expected.copy()
    actual[15, 17] = np.nan
    cell = wrong_answer(
        message="expected 317, got nan at [15, 17]",
        mismatch=None,
        counterexample={"x": expected, "stride": 1},
        expected=expected,
        actual=actual,
    )
    shape = wrong_answer(
        message="the shape is (0, 3), expected (2, 2)",
        mismatch=None,
        counterexample={"x": np.eye(2), "mode": "valid", "axes": [0, 1], "flip": True},
        expected=np.eye(2),
        actual=np.empty((0, 3)),
    )
    return report(part(group("large", 2, cell), group("shape", 1, shape)))


def hostile(text: str) -> Report:
    """A report in which everything that a submission can write is the given text."""
    mismatch = wrong_answer().mismatch
    assert mismatch is not None
    wrong = wrong_answer(
        message=f"expected 3, got {text}",
        mismatch=replace(mismatch, actual=text),
        actual={text: [text, text.encode("utf-8", "replace")], "k": 1},
        stdout=text,
        location=(text, text),
    )
    died = exception(message=text, location=(text,), stdout=f"{text}\n{text}")
    return report(
        part(group("overlapping", 2, wrong), group("ties", 1, died), note=text),
        submission_name=text,
        notes=(text, text),
        stdout=text,
        message=text,
    )


ALL = {
    "passed": passed(),
    "mixed": mixed(),
    "raised": raised(),
    "slow": slow(),
    "ungradable": ungradable(),
    "error": error(),
    "two_parts": two_parts(),
    "several_values": several_values(),
    "large": large(),
}
