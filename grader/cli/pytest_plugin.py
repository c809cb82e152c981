"""For pytest: submissions and questions as tests; nothing at all unless an option asks for it.

    pytest --grader-question ID submission.py    one test for each group of the question
    pytest --grader-verify                       one test for each question of a course

pytest loads this file at every start wherever grader is installed, so it imports nothing but
pytest; the rest is imported with the first file that is collected.

With --grader-question the files named are somebody's submissions. pytest itself would import them,
the conftest.py beside them and the __init__.py of their folders, and run doctests in other files:
all of that would be their code in this very process. So every other way to collect is closed then.
Configuration files are read before any plugin has a say: run it from a folder of your own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.cli.pytest_items import QuestionFile, SubmissionFile

_KINDS = (".py", ".ipynb", ".zip")
#: found in a folder they are of somebody's tests; named by themselves they are graded
_NO_SUBMISSIONS = ("conftest.py", "__init__.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("grader", "grading of NumPy exercises")
    group.addoption(
        "--grader-question",
        metavar="ID",
        help="grade .py files, notebooks and zips: a test for each group of this question",
    )
    group.addoption(
        "--grader-verify",
        action="store_true",
        help="verify the questions of a course: a test for each file in questions/",
    )
    group.addoption(
        "--grader-course",
        metavar="DIR",
        help="course folder (default: found by walking up from here)",
    )
    parser.addini("grader_verify", "as --grader-verify, always", type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Import no conftest.py beside submissions."""
    if early_config.known_args_namespace.grader_question:
        early_config.known_args_namespace.noconftest = True


def pytest_configure(config: pytest.Config) -> None:
    """Search submissions for no doctests, which would import them."""
    if config.option.grader_question:
        config.option.doctestmodules = False


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave whatever is no submission, when submissions are graded."""
    if not config.option.grader_question or collection_path.is_dir():
        return None
    return True if collection_path.suffix.lower() not in _KINDS else None


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take a folder of submissions for a plain one: a package's __init__.py would be imported."""
    if not parent.config.option.grader_question:
        return None
    return pytest.Dir.from_parent(parent, path=path)


class _Nothing(pytest.File):
    """In the place of a module: pytest would import it."""

    def collect(self) -> list[pytest.Item]:
        return []


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> _Nothing | None:
    """Make no module of a submission, wherever its name is that of a test."""
    if not parent.config.option.grader_question:
        return None
    return _Nothing.from_parent(parent, path=module_path)


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> SubmissionFile | QuestionFile | None:
    """Take every submission, or the questions of a course where they are verified."""
    config, kind = parent.config, file_path.suffix.lower()
    if config.option.grader_question:
        is_named = parent.session.isinitpath(file_path)
        if kind not in _KINDS or (file_path.name in _NO_SUBMISSIONS and not is_named):
            return None
        from grader.cli.pytest_items import SubmissionFile

        return SubmissionFile.from_parent(parent, path=file_path)
    if kind != ".md" or not (config.option.grader_verify or config.getini("grader_verify")):
        return None
    from grader.cli.pytest_items import QuestionFile, is_question

    return QuestionFile.from_parent(parent, path=file_path) if is_question(file_path) else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the sandbox, where one was started."""
    if (
        config.option.grader_question
        or config.option.grader_verify
        or config.getini("grader_verify")
    ):
        from grader.cli.pytest_items import close

        close(config)
