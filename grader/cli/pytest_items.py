"""The tests that the plugin makes: groups of a question on a submission, and questions verified.

Collecting reads questions and grades nothing. A submission is graded once in a process, when the
first of its groups is run; under pytest-xdist each process has its own sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import GraderError, SandboxFault

if TYPE_CHECKING:
    from grader.bank import Course
    from grader.core.report import Report
    from grader.grading.plan import QuestionPlan
    from grader.sandbox import Sandbox

_SANDBOX = pytest.StashKey["Sandbox"]()
_PLAN = pytest.StashKey["QuestionPlan"]()


class NotRight(Exception):
    """What a test found, as the text that is shown; not a fault of the code that runs."""


def close(config: pytest.Config) -> None:
    """End the sandbox of this process, where one was started."""
    sandbox = config.stash.get(_SANDBOX, None)
    if sandbox is not None:
        sandbox.close()
        del config.stash[_SANDBOX]


def is_question(path: Path) -> bool:
    """Tell whether a Markdown file is a question of the course it lies in, broken ones included."""
    from grader.bank import find_course
    from grader.bank.course import question_files
    from grader.bank.load import is_readme

    try:
        course = find_course(path.parent)
    except GraderError:
        return False
    return not is_readme(path) and path.resolve() in {
        found.resolve() for found in question_files(course)
    }


def _sandbox(config: pytest.Config) -> Sandbox:
    if _SANDBOX not in config.stash:
        from grader.sandbox import Sandbox

        config.stash[_SANDBOX] = Sandbox.start()
    return config.stash[_SANDBOX]


def _course(config: pytest.Config) -> Course:
    from grader.bank import find_course

    named = config.option.grader_course
    return find_course(config.invocation_params.dir, Path(named) if named else None)


def _plan(config: pytest.Config) -> QuestionPlan:
    if _PLAN not in config.stash:
        from grader.bank import find_question
        from grader.draw import cache_folder
        from grader.grading.plan import PlanSetting, plan_question

        course = _course(config)
        question = find_question(course, config.option.grader_question)
        setting = PlanSetting(cache=cache_folder())
        config.stash[_PLAN] = plan_question(question, course, setting)
    return config.stash[_PLAN]


class _File(pytest.File):
    """A file whose errors are told in one line."""

    def repr_failure(  # type: ignore[override]  # as pytest's own Collector, which has no style
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        if isinstance(excinfo.value, GraderError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class _Item(pytest.Item):
    """A test whose findings and errors are told in their own words."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotRight | GraderError | SandboxFault):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class SubmissionFile(_File):
    """A submission, with a test for each group of the question."""

    _graded: Report | None = None

    def collect(self) -> Iterable[pytest.Item]:
        """Give the groups; QuestionError or UsageError when the question cannot be used."""
        for part in _plan(self.config).parts:
            for group in part.code.groups:
                place = {"part": part.part.id, "group": group.id}
                yield GroupItem.from_parent(self, name=f"{part.part.id}/{group.id}", **place)

    @property
    def report(self) -> Report:
        """Give the report; it is made once."""
        if self._graded is None:
            from grader.grading.grade import grade
            from grader.grading.intake import read_submission

            submission = read_submission(self.path)
            self._graded = grade(_plan(self.config), submission, _sandbox(self.config))
        return self._graded


class GroupItem(_Item):
    """One group of the question on one submission."""

    def __init__(self, *, part: str, group: str, **others: Any) -> None:
        super().__init__(**others)
        self._part, self._group = part, group

    def setup(self) -> None:
        """Grade; a fault of ours is an error of the test and no failure of the submission."""
        from grader.core.report import Status

        report = self._report
        if report.status is Status.ERROR:
            raise NotRight(f"no verdict, and no fault of the submission: {report.message}")

    def runtest(self) -> None:
        """Pass, fail with the smallest input that shows why, or be skipped as the group was."""
        from grader.core.report import Outcome, Status
        from grader.report.rows import reason_text

        report = self._report
        if report.status is not Status.GRADED:
            raise NotRight(reason_text(report))
        group = next(
            group
            for part in report.parts
            for group in part.groups
            if (part.id, group.id) == (self._part, self._group)
        )
        match group.outcome:
            case Outcome.PASSED:
                return
            case Outcome.NOT_RUN:
                pytest.skip("not run: what it builds on failed")
            case Outcome.FAILED:
                raise NotRight(self._explanation(report))

    def _explanation(self, report: Report) -> str:
        from grader.report.rows import rows_of

        groups = [(part.id, group.id) for part in report.parts for group in part.groups]
        rows = [row for row in rows_of(report) if row.number.count(".")]
        return rows[groups.index((self._part, self._group))].explanation

    @property
    def _report(self) -> Report:
        assert isinstance(self.parent, SubmissionFile)
        return self.parent.report

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"


class QuestionFile(_File):
    """A question of a course, with the one test that it holds."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give the test; it loads the question when it is run."""
        yield VerifyItem.from_parent(self, name="verify")


class VerifyItem(_Item):
    """`grader verify` of one question."""

    def runtest(self) -> None:
        """Fail with everything that does not hold."""
        from grader.bank import find_course, load_question
        from grader.draw import cache_folder
        from grader.grading.plan import PlanSetting
        from grader.grading.verify import Grade, verify

        course = find_course(self.path.parent)
        question = load_question(self.path, course)
        setting = PlanSetting(cache=cache_folder())
        result = verify(question, course, setting, _sandbox(self.config))
        problems = [check for check in result.checks if check.grade is Grade.PROBLEM]
        if problems:
            raise NotRight("\n".join(f"{one.where}: {one.what}".strip(": ") for one in problems))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"verify {self.path.name}"
