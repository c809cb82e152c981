"""Runs variants of answers to the questions of this course."""

from __future__ import annotations

from pathlib import Path

from grader.bank import Course, find_course, find_question
from grader.core.call import Failed
from grader.core.report import GroupReport, Outcome, Report
from grader.draw import cache_folder
from grader.grading.grade import grade
from grader.grading.intake import Submission
from grader.grading.plan import PartPlan, PlanSetting, QuestionPlan, plan_question
from grader.grading.runner import GroupRun, PartRunner, Session
from grader.sandbox import Sandbox

ROOT = Path(__file__).parents[2]


class Bench:
    """Runs variants of answers to the questions of this course."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._course: Course = find_course(ROOT, ROOT)
        self._plans: dict[str, QuestionPlan] = {}

    def lost_groups(self, question: str, source: str) -> dict[str, str]:
        """Give the groups that a source loses and why, without the search for an explanation."""
        plan, lost = self._plan(question), {}
        for part in plan.parts:
            for run in self._run(part, source):
                if run.outcome is not Outcome.PASSED:
                    message = run.fault.finding.message if run.fault else "not run"
                    lost[_name(plan, part.part.id, run.group.id)] = message
        return lost

    def grade(self, question: str, source: str) -> Report:
        """Grade a source as the command line does."""
        files = {"solution.py": source.encode()}
        submission = Submission(name="solution.py", files=files, sha256="")
        return grade(self._plan(question), submission, self._sandbox)

    def lost_in(self, question: str, report: Report) -> dict[str, GroupReport]:
        """Give the groups that a report says are lost."""
        return {
            _name(self._plan(question), part.id, group.id): group
            for part in report.parts
            for group in part.groups
            if group.outcome is not Outcome.PASSED
        }

    def _run(self, part: PartPlan, source: str) -> list[GroupRun]:
        program = part.program({"solution.py": source.encode()})
        with Session(self._sandbox, program, part.code.limits) as session:
            assert not isinstance(session.loaded, Failed), session.loaded.message
            return PartRunner(part, session).run().groups

    def _plan(self, question: str) -> QuestionPlan:
        if question not in self._plans:
            setting = PlanSetting(cache=cache_folder())
            found = find_question(self._course, question)
            self._plans[question] = plan_question(found, self._course, setting)
        return self._plans[question]


def _name(plan: QuestionPlan, part: str, group: str) -> str:
    return group if len(plan.parts) == 1 else f"{part}.{group}"
