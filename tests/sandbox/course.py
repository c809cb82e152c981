"""A course of one small question, graded through everything a submission goes through."""

from __future__ import annotations

from pathlib import Path

from grader.bank import find_course, find_question
from grader.grading.intake import Submission
from grader.grading.plan import PlanSetting, QuestionPlan, plan_question

HONEST = "def f(x):\n    return 2 * x\n"
_QUESTION = """---
id: q
reference: ref
parts:
  - id: code
    points: 2
    answer: code
    entry: f(x)
    draw:
      n: int 1..4
      x: floats[n]
    groups:
      - {id: small, points: 1, where: n <= 2, hint: '@hint@'}
      - {id: large, points: 1, where: n > 2}
---

# Question
(2p) Do it. @statement@

# Solution
Done.

# Checks
"""


def write_course(root: Path, reference: str, *, hint: str = "h", statement: str = "s") -> None:
    """Write the files of the course; hint and statement are words of the question."""
    question = _QUESTION.replace("@hint@", hint).replace("@statement@", statement)
    for name, content in {
        "questions/q.md": question,
        "reference/__init__.py": "",
        "reference/ref.py": reference,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


def plan_course(root: Path, cache: Path | None) -> QuestionPlan:
    """The plan of its question."""
    course = find_course(root, root)
    return plan_question(find_question(course, "q"), course, PlanSetting(cache=cache))


def submission(source: str) -> Submission:
    return Submission(name="a.py", files={"a.py": source.encode()}, sha256="")
