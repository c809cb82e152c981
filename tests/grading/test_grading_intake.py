"""Whatever is handed in, reading it is quick and safe, and a refusal says why."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import Small

from grader.core.errors import UsageError
from grader.core.report import Report, Status
from grader.grading.folders import find_submissions, skipped_in
from grader.grading.grade import grade
from grader.grading.intake import read_found, read_submission
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox

GOOD = "def f(x):\n    return 2 * x\n"
PART = """
    entry: f(x)
    draw:
      x: int 0..3
    groups:
      - {id: all, points: 1}
"""
GradePath = Callable[[Path], Report]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, cache: Path) -> QuestionPlan:
    return Small(tmp_path_factory.mktemp("course"), sandbox, cache).write(PART, GOOD).plan()


@pytest.fixture
def grade_path(plan: QuestionPlan, sandbox: Sandbox) -> GradePath:
    return lambda path: grade(plan, read_submission(path), sandbox)


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def zip_with_link() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("solution.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return packed.getvalue()


def notebook(*cells: str, kind: str = "code") -> bytes:
    made = [{"cell_type": kind, "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("s.py", GOOD, id="py"),
        pytest.param("S.PY", GOOD, id="upper-case"),
        pytest.param("my solution (1).py", GOOD, id="blanks-and-brackets"),
        pytest.param("s.py", GOOD.replace("\n", "\r\n"), id="windows-newlines"),
        pytest.param("s.py", GOOD.encode("utf-8-sig"), id="byte-order-mark"),
        pytest.param("s.py", ("# é\n" + GOOD).encode("utf-16"), id="utf-16"),
        pytest.param(
            "s.py", b"# -*- coding: latin-1 -*-\n# \xe9\n" + GOOD.encode(), id="latin-1-with-cookie"
        ),
        pytest.param("s.py", GOOD.rstrip("\n"), id="no-final-newline"),
        pytest.param("s.py", "\f\n\n" + GOOD, id="form-feed"),
        pytest.param("s.py", "x = [" + "1," * 300_000 + "]\n" + GOOD, id="huge-single-line"),
        pytest.param("s.ipynb", notebook("import math", GOOD), id="notebook"),
        pytest.param(
            "s.ipynb",
            notebook("%matplotlib inline\n!pip install x\n" + GOOD, "%%time\ny = 1", "?f"),
            id="notebook-with-magics",
        ),
        pytest.param(
            "s.ipynb", b"\xef\xbb\xbf" + notebook(GOOD), id="notebook-with-byte-order-mark"
        ),
        pytest.param("s.zip", zipped({"s.py": GOOD}), id="zip"),
        pytest.param(
            "s.zip",
            zipped({"hw1/src/s.py": GOOD, "hw1/__MACOSX/._s.py": b"\0\1", "hw1/data.csv": "1"}),
            id="zip-with-folders",
        ),
        pytest.param("s.zip", zipped({"s.ipynb": notebook(GOOD)}), id="zip-with-notebook"),
        pytest.param(
            "s.zip",
            zipped(
                {"s.py": "from h import g\ndef f(x): return g(x)", "h.py": "def g(x): return 2 * x"}
            ),
            id="zip-with-helper",
        ),
    ],
)
def test_readable_upload_is_graded(
    grade_path: GradePath, tmp_path: Path, name: str, content: str | bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    report = grade_path(path)

    assert report.status is Status.GRADED, report.message
    assert report.score == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("s.py", b"", "s.py is empty", id="empty"),
        pytest.param("s.py", b" \n\t\n", "s.py is empty", id="blank"),
        pytest.param("s.py", bytes(range(256)) * 8, "s.py", id="binary"),
        pytest.param("s.py", GOOD.encode() + b"\0", "s.py", id="nul-byte"),
        pytest.param("s.py", b"# \xe9\n" + GOOD.encode(), "s.py", id="latin-1-without-cookie"),
        pytest.param(
            "s.py", b"# coding: klingon\n" + GOOD.encode(), "klingon", id="unknown-cookie"
        ),
        pytest.param(
            "s.py", b"x = " + b"(" * 20_000 + b")" * 20_000, "s.py", id="deep-parentheses"
        ),
        pytest.param(
            "s.py", b"x = " + b"-" * 100_000 + b"1\n" + GOOD.encode(), "s.py", id="deep-expression"
        ),
        pytest.param(
            "s.py", b"#" * (1 << 20) + b"\n", "at most 1 MiB", id="larger-than-a-mebibyte"
        ),
        pytest.param("s.ipynb", notebook("x = 1"), "f(x)", id="notebook-without-the-function"),
        pytest.param(
            "s.ipynb", notebook(GOOD, kind="markdown"), "s.ipynb", id="notebook-of-text-only"
        ),
        pytest.param("s.ipynb", notebook("def f(x:"), "cell 1", id="notebook-with-syntax-error"),
        pytest.param("s.ipynb", b"[" * 100_000, "s.ipynb", id="deep-json"),
        pytest.param("s.ipynb", b'{"cells": 3}', "s.ipynb", id="cells-that-are-none"),
        pytest.param("s.zip", b"PK\x05\x06" + b"\0" * 18, "no Python file", id="empty-zip"),
        pytest.param("s.zip", zipped({"s.py": b"#" * (200 << 20)}), "s.zip", id="zip-bomb"),
        pytest.param(
            "s.zip",
            zipped({f"{n}.py": "x = 1" for n in range(3000)}),
            "s.zip",
            id="zip-of-many-files",
        ),
        pytest.param(
            "s.zip",
            zipped({"inner.zip": zipped({"s.py": GOOD})}),
            "no Python file",
            id="nested-zip",
        ),
        pytest.param(
            "s.zip", zipped({"readme.txt": "hello"}), "no Python file", id="zip-without-python"
        ),
        pytest.param("s.zip", zipped({"../../escape.py": GOOD}), "escape.py", id="zip-with-dots"),
        pytest.param(
            "s.zip", zipped({"/etc/escape.py": GOOD}), "escape.py", id="zip-with-an-absolute-name"
        ),
        pytest.param("s.zip", zip_with_link(), "does not compile", id="zip-with-a-link"),
        pytest.param("s.zip", zipped({"s.py": GOOD})[:-30], "s.zip", id="zip-cut-short"),
        pytest.param("s.txt", GOOD.encode(), "s.txt", id="text-file"),
    ],
)
def test_unreadable_upload_is_ungradable_and_says_why(
    grade_path: GradePath, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / name
    path.write_bytes(content)

    report = grade_path(path)

    assert (report.status, report.score) == (Status.UNGRADABLE, None), report.message
    assert said in " ".join([report.message, *report.location])
    assert "Traceback" not in report.message
    assert [p.name for p in tmp_path.rglob("*") if p.name.startswith("escape")] == []


def test_magics_that_were_removed_are_named(grade_path: GradePath, tmp_path: Path) -> None:
    (tmp_path / "s.ipynb").write_bytes(notebook("%matplotlib inline\n" + GOOD))

    report = grade_path(tmp_path / "s.ipynb")

    assert any("%matplotlib inline" in note for note in report.notes)


def test_two_gigabytes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "s.py"
    path.touch()
    os.truncate(path, 2 << 30)

    found = read_submission(path)

    assert found.refusal == "s.py is 2,048.0 MiB; at most 1 MiB can be handed in"
    assert found.files == {}


def make_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "s.py")
    return folder / "s.py"


def make_link_to_zero(folder: Path) -> Path:
    (folder / "s.py").symlink_to("/dev/zero")
    return folder / "s.py"


def make_folder_without_python(folder: Path) -> Path:
    (folder / "notes.txt").write_text("hello")
    return folder


def make_empty_folder(folder: Path) -> Path:
    return folder


def make_link_out_of_folder(folder: Path) -> Path:
    (folder / "s.py").symlink_to("/etc/passwd")
    return folder


def make_link_to_folder_outside(folder: Path) -> Path:
    (folder / "s.py").write_text(GOOD)
    (folder / "more").symlink_to("/etc")
    return folder


def make_link_to_itself(folder: Path) -> Path:
    (folder / "s.py").symlink_to("s.py")
    return folder


def make_pipe_in_folder(folder: Path) -> Path:
    make_pipe(folder)
    return folder


def make_large_file_in_folder(folder: Path) -> Path:
    (folder / "s.py").touch()
    os.truncate(folder / "s.py", 2 << 30)
    return folder


def make_many_files(folder: Path) -> Path:
    for number in range(300):
        (folder / f"{number}.py").write_text("x = 1\n")
    return folder


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(make_pipe, "s.py is not a regular file", id="named-pipe"),
        pytest.param(make_link_to_zero, "s.py is not a regular file", id="device"),
        pytest.param(make_empty_folder, "holds no .py file and no notebook", id="empty-folder"),
        pytest.param(make_folder_without_python, "holds no .py file", id="folder-without-python"),
        pytest.param(make_link_out_of_folder, "a place outside", id="link-out"),
        pytest.param(make_link_to_folder_outside, "a place outside", id="link-to-a-folder-outside"),
        pytest.param(make_link_to_itself, "s.py", id="link-to-itself"),
        pytest.param(make_pipe_in_folder, "holds no .py file", id="pipe-in-a-folder"),
        pytest.param(make_large_file_in_folder, "2,048.0 MiB", id="large-file-in-a-folder"),
        pytest.param(make_many_files, "more than 200 files", id="many-files"),
    ],
)
def test_strange_place_is_refused_without_reading_it(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    (tmp_path / "in").mkdir()

    found = read_submission(make(tmp_path / "in"))

    assert said in found.refusal
    assert found.files == {}


def test_link_inside_a_folder_is_followed(grade_path: GradePath, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(GOOD)
    (tmp_path / "s.py").symlink_to("real.txt")

    assert grade_path(tmp_path).score == 1


def test_nothing_there_is_the_callers_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        read_submission(tmp_path / "none.py")


def test_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_bytes(b"abc")

    assert read_submission(tmp_path / "s.py").sha256.startswith("ba7816bf8f01cfea")


def test_digest_of_a_folder_depends_on_names_and_contents(tmp_path: Path) -> None:
    for name, files in {"a": ("x", "1"), "b": ("y", "1"), "c": ("x", "2")}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{files[0]}.py").write_text(files[1])
        (tmp_path / name / "same.py").write_text("0")

    assert len({read_submission(tmp_path / name).sha256 for name in "abc"}) == 3


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"s.py": GOOD}, ["."], id="one-file"),
        pytest.param({"s.py": GOOD, "helper.py": "x = 1"}, ["."], id="one-definition-and-a-helper"),
        pytest.param({"a.py": GOOD, "b.py": GOOD}, ["a.py", "b.py"], id="two-definitions"),
        pytest.param({"s10.py": GOOD, "s9.py": GOOD}, ["s9.py", "s10.py"], id="natural-order"),
        pytest.param({"ann/s.py": GOOD, "bob/s.py": GOOD}, ["ann", "bob"], id="a-folder-each"),
        pytest.param(
            {"a.py": GOOD, "b.py": GOOD, ".git/c.py": GOOD, "__pycache__/d.py": ""},
            ["a.py", "b.py"],
            id="hidden-folders",
        ),
        pytest.param(
            {"ann/s.py": GOOD, "bob/s.py": GOOD, "carl.py": GOOD},
            ["ann", "bob", "carl.py"],
            id="folders-and-a-loose-file",
        ),
        pytest.param(
            {"ann/s.py": GOOD, "bob/s.py": GOOD, "notes.py": "x = 1"},
            ["ann", "bob", "notes.py"],
            id="folders-and-a-file-without-the-entry",
        ),
        pytest.param({"s.py": GOOD, "lib/helper.py": "x = 1"}, ["."], id="helpers-in-a-folder"),
        pytest.param({}, ["."], id="empty"),
    ],
)
def test_folder_is_one_submission_or_many(
    tmp_path: Path, files: dict[str, str], expected: list[str]
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)

    found = find_submissions(tmp_path, ["f"])

    assert [str(path.relative_to(tmp_path)) for path in found] == expected


def test_link_found_in_a_folder_of_many_is_refused_by_itself(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text(GOOD)
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nothing.py")

    refusals = {path.name: read_found(path).refusal for path in tmp_path.iterdir()}

    assert refusals["real.py"] == ""
    assert "is a link" in refusals["link.py"]
    assert "is a link" in refusals["dangling.py"]


def test_names_that_are_no_submissions_are_told(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "essay.docx"):
        (tmp_path / name).write_text(GOOD)

    assert skipped_in(tmp_path, find_submissions(tmp_path, ["f"])) == ["essay.docx"]
