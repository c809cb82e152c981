"""The version of a question changes with everything a grade depends on, and with nothing else."""

from __future__ import annotations

import pytest
from bank_files import GRADED, Files, edited


def test_version_is_a_named_hash(files: Files) -> None:
    version = files.load(GRADED).version

    assert version.startswith("sha256:")
    assert len(version) == len("sha256:") + 64


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("reference/pooling.py", id="the-module"),
        pytest.param("reference/windows.py", id="what-it-imports"),
        pytest.param("reference/__init__.py", id="its-package"),
    ],
)
def test_change_in_the_reference_changes_the_version(files: Files, name: str) -> None:
    before = files.load(GRADED).version

    files.write((files.root / name).read_text() + "# changed\n", name)

    assert files.load(GRADED).version != before


@pytest.mark.parametrize("name", ["reference/lonely.py", "questions/other.md"])
def test_change_elsewhere_keeps_the_version(files: Files, name: str) -> None:
    before = files.load(GRADED).version

    files.write("# changed\n", name)

    assert files.load(GRADED).version == before


def test_change_of_the_question_changes_the_version(files: Files) -> None:
    assert files.load(GRADED).version != files.load(GRADED + "\n").version


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("import reference.far", id="import"),
        pytest.param("from reference import far", id="from-package"),
        pytest.param("from reference.far import thing", id="from-module"),
        pytest.param("from . import far", id="relative"),
        pytest.param("from .far import thing", id="relative-module"),
        pytest.param("def f():\n    from reference.far import thing", id="inside-a-function"),
        pytest.param("from reference.nest.deep import x", id="sub-package"),
    ],
)
def test_imports_of_the_reference_are_followed(files: Files, line: str) -> None:
    files.write("thing = 1\n", "reference/far.py")
    files.write("", "reference/nest/__init__.py")
    files.write("from ..far import thing\n", "reference/nest/deep.py")
    pooling = (files.root / "reference/pooling.py").read_text()
    files.write(f"{pooling}\n{line}\n", "reference/pooling.py")
    before = files.load(GRADED).version

    files.write("thing = 2\n", "reference/far.py")

    assert files.load(GRADED).version != before


def test_sub_package_is_named_with_dots(files: Files) -> None:
    files.write("", "reference/nets/__init__.py")
    files.write("def max_pool_backward(): ...\n", "reference/nets/pool.py")

    question = files.load(edited(GRADED, "reference: pooling", "reference: nets.pool"))

    assert question.reference == "nets.pool"


def test_package_as_reference_counts_all_its_files(files: Files) -> None:
    files.write("from .a import max_pool_backward\n", "reference/nets/__init__.py")
    files.write("def max_pool_backward(): ...\n", "reference/nets/a.py")
    text = edited(GRADED, "reference: pooling", "reference: nets")
    before = files.load(text).version

    files.write("def max_pool_backward(): return 1\n", "reference/nets/a.py")

    assert files.load(text).version != before


def test_reference_that_does_not_compile_still_loads(files: Files) -> None:
    files.write("from reference import windows\ndef max_pool_backward(:\n", "reference/pooling.py")

    assert files.load(GRADED).version.startswith("sha256:")
