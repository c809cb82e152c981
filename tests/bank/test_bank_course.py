"""Courses are found, banks are loaded as far as they can be, questions are found by id or path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from bank_files import GRADED, PLAIN, Files, edited

import grader
from grader.bank import find_course, find_question, load_bank
from grader.bank.find import scan_id
from grader.core.errors import QuestionError, UsageError


def card(name: str) -> str:
    return edited(PLAIN, "id: ssu_batch4_004", f"id: {name}")


def test_course_is_found_from_a_folder_below_it(files: Files) -> None:
    inside = files.root / "questions/deep/er"
    inside.mkdir(parents=True)

    course = find_course(inside)

    assert course.root == files.root.resolve()
    assert course.name == "course"


def test_named_course_wins(files: Files, tmp_path: Path) -> None:
    shutil.copytree(files.root, tmp_path / "other")

    assert find_course(files.root, tmp_path / "other").name == "other"


def test_without_a_course_above_the_built_in_one_is_used(tmp_path: Path) -> None:
    package = Path(grader.__file__).resolve().parent

    course = find_course(tmp_path)

    assert course.name == "built-in"
    assert course.root in (package / "course", package.parent)


@pytest.mark.parametrize(
    ("folder", "missing"),
    [
        pytest.param("questions", "reference/ is missing", id="no-reference"),
        pytest.param("reference", "questions/ is missing", id="no-questions"),
        pytest.param("else", "questions/ and reference/ is missing", id="neither"),
    ],
)
def test_named_folder_that_is_no_course_says_what_is_missing(
    tmp_path: Path, folder: str, missing: str
) -> None:
    (tmp_path / folder).mkdir()

    with pytest.raises(UsageError, match=missing):
        find_course(tmp_path, tmp_path)


def test_named_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        find_course(tmp_path, tmp_path / "none")


def test_broken_file_is_reported_and_the_rest_loads(files: Files) -> None:
    files.write(GRADED, "questions/good.md")
    files.write("---\nid: bad\n---\n", "questions/bad.md")
    files.write(b"\xff\xfe", "questions/worse.md")

    bank = load_bank(files.course)

    assert list(bank.questions) == ["graded_card"]
    assert [error.where for error in bank.errors] == ["questions/bad.md:4", "questions/worse.md:1"]


def test_two_files_with_one_id_are_an_error_that_names_both(files: Files) -> None:
    files.write(card("same"), "questions/a.md")
    files.write(card("same"), "questions/deep/b.md")
    files.write(card("other"), "questions/c.md")

    bank = load_bank(files.course)

    assert list(bank.questions) == ["other"]
    assert "questions/a.md: id 'same' is also in questions/deep/b.md" in str(bank.errors[0])
    with pytest.raises(QuestionError, match=r"a\.md: id 'same' is also in questions/deep/b\.md"):
        find_question(files.course, "same")


def test_files_that_are_no_questions_are_skipped(files: Files) -> None:
    for name in ("exams/midterm.md", ".draft.md", ".git/a.md", "deep/wrong/notes.md", "a.txt"):
        files.write("no question", f"questions/{name}")
    files.write("# About these questions\n", "questions/README.md")
    files.write(card("readme"), "questions/deep/README.md")

    bank = load_bank(files.course)

    assert (list(bank.questions), bank.errors) == (["readme"], ())


def test_linked_question_is_named_by_where_the_link_is(files: Files, tmp_path: Path) -> None:
    (tmp_path / "kept.md").write_text(PLAIN)
    (files.root / "questions/linked.md").symlink_to(tmp_path / "kept.md")

    bank = load_bank(files.course)

    assert [question.path for question in bank.questions.values()] == ["questions/linked.md"]


def test_unreadable_file_is_reported(files: Files) -> None:
    (files.root / "questions/gone.md").symlink_to(files.root / "nowhere")

    assert "cannot be read" in str(load_bank(files.course).errors[0])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("graded_card", id="id"),
        pytest.param("questions/deep/q.md", id="path-in-the-course"),
        pytest.param("deep/q.md", id="path-below-questions"),
    ],
)
def test_question_is_found(files: Files, name: str) -> None:
    files.write(GRADED, "questions/deep/q.md")
    files.write("broken", "questions/broken.md")

    question = find_question(files.course, name)

    assert (question.id, question.path) == ("graded_card", "questions/deep/q.md")


def test_question_is_found_by_a_path_from_here(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.write(GRADED, "questions/deep/q.md")
    monkeypatch.chdir(path.parent)

    assert find_question(files.course, "q.md").path == "questions/deep/q.md"


def test_file_outside_the_course_is_loaded_by_its_path(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "alone.md"
    path.write_text(PLAIN)

    assert find_question(files.course, str(path)).id == "ssu_batch4_004"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("graded_crad", "did you mean 'graded_card'?", id="misspelt"),
        pytest.param("file_name", "did you mean 'graded_card'?", id="file-name"),
        pytest.param("zzz", "no question 'zzz'; known: graded_card", id="unknown"),
        pytest.param("", "no question ''; known: graded_card", id="empty"),
        pytest.param("none.md", "there is no file 'none.md'", id="path"),
        pytest.param("a\0.md", "there is no file", id="nul"),
        pytest.param("x" * 5000 + ".md", "there is no file", id="long"),
    ],
)
def test_unknown_question_is_refused_with_the_nearest(
    files: Files, name: str, message: str
) -> None:
    files.write(GRADED, "questions/file_name.md")

    with pytest.raises(UsageError) as caught:
        find_question(files.course, name)

    assert message in str(caught.value)


def test_broken_file_asked_for_by_its_name_says_what_is_broken(files: Files) -> None:
    files.write("---\nid: [\n---\n", "questions/mine.md")

    with pytest.raises(QuestionError, match=r"mine\.md:3: not readable"):
        find_question(files.course, "mine")


@pytest.mark.parametrize(
    "front",
    [
        pytest.param("id: it", id="plain"),
        pytest.param("'id': 'it'", id="quoted"),
        pytest.param("title: a\nid : it # mine", id="comment"),
        pytest.param("{title: a, id: it}", id="flow"),
        pytest.param("id:\n  it", id="next-line"),
        pytest.param("title: |\n  x\n  id: no\nid: it", id="in-a-block"),
        pytest.param("title: '\n\n  id: no\n  '\nid: it", id="in-a-quoted-text"),
        pytest.param("parts: [{id: no, points: 1, answer: text}]\nid: it", id="after-parts"),
        pytest.param("parts:\n- {id: no, points: 1, answer: text}\nid: it", id="after-parts-list"),
        pytest.param("note: '" + "x" * 9000 + "'\nid: it", id="beyond-the-head"),
    ],
)
def test_scan_and_loading_agree_on_the_id(files: Files, front: str) -> None:
    path = files.write(f"---\n{front}\n---\n# Question\nText\n")

    assert scan_id(path, files.course) == "it"
    assert find_question(files.course, "it").id == "it"


def test_finding_one_question_parses_only_that_one(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        files.write(card(f"q{number}"), f"questions/{number}.md")
    opened: list[str] = []
    monkeypatch.setattr("grader.bank.find.read_front", lambda source: opened.append(source.file))

    assert find_question(files.course, "q7").id == "q7"

    assert opened == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_file_without_permission_is_reported(files: Files) -> None:
    files.write(GRADED).chmod(0)

    assert "cannot be read" in str(load_bank(files.course).errors[0])
