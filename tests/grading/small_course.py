"""Courses of one small question each, graded in the sandbox."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

from grader.bank import Course, find_course, find_question
from grader.core.report import GroupReport, Outcome, Report
from grader.grading.grade import grade
from grader.grading.intake import Submission
from grader.grading.plan import PlanSetting, QuestionPlan, plan_question
from grader.grading.verify import Grade, Verification, verify
from grader.sandbox import Sandbox

ROOT = Path(__file__).parents[2]


def built_in_course() -> Course:
    return find_course(ROOT, ROOT)


def plan_of(question: str, cache: Path | None) -> QuestionPlan:
    """Give the plan of a question of this course."""
    course = built_in_course()
    return plan_question(find_question(course, question), course, PlanSetting(cache=cache))


def submission(source: str | bytes, name: str = "solution.py") -> Submission:
    content = source.encode() if isinstance(source, str) else source
    return Submission(name=name, files={name: content}, sha256="")


@dataclass(frozen=True, slots=True)
class Small:
    """A course in a temporary folder, with the question `q` and the module `ref`."""

    root: Path
    sandbox: Sandbox
    cache: Path

    def write(
        self, part: str, reference: str, *, checks: str = "", points: int = 1, text: str = ""
    ) -> Small:
        """Write the question: the keys of its only part, its reference and its checks."""
        head = "---\nid: q\nreference: ref\nparts:\n  - id: code\n"
        head += f"    points: {points}\n    answer: code\n"
        keys = textwrap.indent(textwrap.dedent(part).strip("\n"), "    ")
        body = (
            f"\n---\n\n# Question\n({points}p) Do it.\n{text}\n\n# Solution\nDone.\n\n# Checks\n\n"
        )
        files = {
            "questions/q.md": head + keys + body + textwrap.dedent(checks),
            "reference/__init__.py": "",
            "reference/ref.py": textwrap.dedent(reference).lstrip("\n"),
        }
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return self

    @property
    def course(self) -> Course:
        return find_course(self.root, self.root)

    def plan(self, seed: int = 0) -> QuestionPlan:
        question = find_question(self.course, "q")
        return plan_question(question, self.course, PlanSetting(seed=seed, cache=self.cache))

    def grade(self, source: str | bytes, plan: QuestionPlan | None = None) -> Report:
        return grade(plan or self.plan(), submission(source), self.sandbox)

    def verify(self) -> Verification:
        question = find_question(self.course, "q")
        return verify(question, self.course, PlanSetting(cache=self.cache), self.sandbox)

    def problems(self) -> list[str]:
        """Give 'file:line: what' of each problem that verify finds."""
        found = self.verify().checks
        return [f"{check.where}: {check.what}" for check in found if check.grade is Grade.PROBLEM]


def groups_of(report: Report) -> dict[str, GroupReport]:
    return {group.id: group for part in report.parts for group in part.groups}


def lost(report: Report) -> set[str]:
    return {
        name for name, group in groups_of(report).items() if group.outcome is not Outcome.PASSED
    }
