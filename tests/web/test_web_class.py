"""The pages of a class: who sees what, what a cell says, and that hostile names stay text."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from class_scene import EXAM, EXAM_PAGE, HOSTILE_NAMES, announce, fill, own_course, work
from sqlalchemy import text
from test_web_hostile import assert_harmless
from visitor import Server, Visitor, words

from grader.service.access import Role
from grader.service.exports import COLUMNS
from tests.report import examples
from tests.service.stage import QUESTION

PAGES = (
    "/class",
    "/class?exam=mid%20term%201",
    "/class/analysis",
    EXAM_PAGE,
    "/class/questions",
    f"/class/questions/{QUESTION}",
    f"/class/questions/{QUESTION}?status=ungradable",
    "/class/people",
    "/class/regrades",
    "/class/audit",
    "/class/audit?check=true",
)


@pytest.fixture
def boss(server: Server) -> Visitor:
    own_course(server)
    return server.visitor(Role.INSTRUCTOR, "Boss")


def row_of(page: str, name: str) -> list[str]:
    """Give the cells of a table's row that begins with a name."""
    for row in re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL):
        cells = [words(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)]
        if cells and cells[0] == name:
            return cells
    raise AssertionError(f"no row of {name}")


@pytest.mark.parametrize("path", PAGES)
def test_hostile_names_stay_text_on_every_page(server: Server, boss: Visitor, path: str) -> None:
    students = fill(server, boss.person)

    pages = [boss.text(path)] + [
        boss.text(f"/class/people/{student.pseudonym}{more}")
        for student in students
        for more in ("", "/removal")
        if path == "/class/people"
    ]

    for page in pages:
        assert_harmless(page)


@pytest.mark.parametrize("path", PAGES)
def test_course_without_anybody_has_pages_all_the_same(
    server: Server, boss: Visitor, path: str
) -> None:
    announce(server, EXAM)

    assert_harmless(boss.text(path))


def test_table_says_what_counts_and_why(server: Server, boss: Visitor) -> None:
    fill(server, boss.person)

    page = boss.text("/class")

    assert row_of(page, "Ada")[1:] == ["5", "5"]
    assert row_of(page, "Emil")[1:] == ["3 waiting", "3"]
    assert row_of(page, HOSTILE_NAMES[0])[1:] == ["3.5 by hand", "3.5"]
    assert "The best attempt counts" in words(page)


def test_late_answer_counts_for_less_in_the_exam_and_the_table_says_so(
    server: Server, boss: Visitor
) -> None:
    homework = replace(EXAM, duration=None)
    announce(server, homework)
    ada = server.stage.person(name="Ada")
    server.stage.clock.pass_by(seconds=3 * 3600)
    work(server, ada, examples.passed(), EXAM.id)

    page = boss.text("/class?exam=mid%20term%201")

    assert row_of(page, "Ada")[1] == "8 late, 80 %"


def test_our_fault_is_no_zero_and_leaves_the_total_open(server: Server, boss: Visitor) -> None:
    ada = server.stage.person(name="Ada")
    work(server, ada, examples.error())

    page = boss.text("/class")

    assert row_of(page, "Ada")[1:] == ["our fault", "open"]


def test_cells_lead_to_attempts_heads_to_question_and_person(server: Server, boss: Visitor) -> None:
    ada, *_ = fill(server, boss.person)

    page = boss.text("/class?exam=mid%20term%201")

    assert f'href="/class/people/{ada.pseudonym}#mid%20term%201/{QUESTION}"' in page
    assert f'href="/class/questions/{QUESTION}"' in page
    assert f'id="mid%20term%201/{QUESTION}"' in boss.text(f"/class/people/{ada.pseudonym}")


def test_grades_as_csv_have_an_empty_cell_where_there_is_no_grade(
    server: Server, boss: Visitor
) -> None:
    students = fill(server, boss.person)

    answer = boss.get("/class/grades.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS
    assert answer.headers["content-disposition"] == 'attachment; filename="grades-practice.csv"'
    scores = {row["student_id"]: row["score"] for row in rows}
    assert scores[students[0].pseudonym] == "5"
    assert scores[students[2].pseudonym] == "3.5"
    assert rows[0]["submitted_at_utc"] == "2027-01-15T08:00:00Z"
    assert rows[0]["attempt"] in ("1", "2")
    assert all(row["question"] == QUESTION for row in rows)


def test_grades_of_an_exam_tell_how_late_and_by_which_version(
    server: Server, boss: Visitor
) -> None:
    announce(server, replace(EXAM, duration=None))
    ada = server.stage.person(name="Ada")
    server.stage.clock.pass_by(seconds=2 * 3600 + 90)
    receipt = work(server, ada, examples.passed(), EXAM.id)

    text = boss.get("/class/grades.csv?exam=mid%20term%201").text
    assert server.stage.rows("SELECT action, object FROM audit ORDER BY id DESC LIMIT 1") == [
        ("export grades", "mid term 1")
    ]

    given, *others = csv.DictReader(io.StringIO(text))
    assert given["late_seconds"] == "90"
    assert given["score"] == "8"
    assert given["submission_id"] == receipt
    assert given["question_version"] == examples.passed().question_version
    assert given["grader_version"] == examples.passed().versions["grader"]
    assert [row["score"] for row in others] == ["", ""]


def test_no_cell_of_a_file_is_computed_by_a_spreadsheet(server: Server, boss: Visitor) -> None:
    fill(server, boss.person)
    with server.stage.database.writing() as connection:
        connection.execute(text("UPDATE person SET email = '=1+1' WHERE name = 'Ada'"))

    files = [boss.get(path).text for path in ("/class/grades.csv", f"{EXAM_PAGE}/sheet.csv")]

    for content in files:
        for row in csv.reader(io.StringIO(content)):
            assert not any(cell.startswith(("=", "+", "@", "-")) for cell in row), row
    assert "'=1+1" in files[0]
    assert "'=cmd" in files[1]


@pytest.mark.parametrize(
    "path", ["/class?exam=nothing", "/class/exams/nothing", "/class/grades.csv?exam=nothing"]
)
def test_exam_that_is_not_there_is_not_found(boss: Visitor, path: str) -> None:
    assert boss.get(path).status_code == 404


def test_assistant_reads_and_changes_nothing(server: Server, boss: Visitor) -> None:
    ada, *_ = fill(server, boss.person)
    assistant = server.visitor(Role.ASSISTANT)

    assert row_of(assistant.text("/class"), "Ada")
    page = assistant.text(f"/class/people/{ada.pseudonym}")

    forms = set(re.findall(r'<form[^>]*action="([^"]*)"', page))
    assert forms <= {"/theme", "/sign-out"}
    assert assistant.post(f"/class/people/{ada.pseudonym}/sessions").status_code == 403
    assert "grades.csv" not in assistant.text("/class")


def test_author_sees_neither_names_nor_grades(server: Server, boss: Visitor) -> None:
    fill(server, boss.person)
    author = server.visitor(Role.AUTHOR)

    pages = [author.text(path) for path in ("/class/questions", f"/class/questions/{QUESTION}")]

    for page in pages:
        assert "Ada" not in page
        assert "solved" not in page
        assert "share of points" not in page
    assert author.get("/class").status_code == 403
    assert "assigns instead of adding" in pages[1]  # a known mistake, of the question's file


def test_operator_sees_no_names(server: Server, boss: Visitor) -> None:
    fill(server, boss.person)
    operator = server.visitor(Role.OPERATOR)

    for path in PAGES:
        assert operator.get(path).status_code == 403


def test_analysis_flags_nothing_below_thirty_students(server: Server, boss: Visitor) -> None:
    fill(server, boss.person)

    page = words(boss.text(EXAM_PAGE))

    assert "With fewer than 30 the figures are grey, and nothing is flagged" in page
    assert "Questions of which students chose are left out" in page
    assert "8 running" in page
    assert "150 %" in page


def test_sheet_that_never_closes_tells_who_hands_in(server: Server, boss: Visitor) -> None:
    announce(server, replace(EXAM, opens=None, closes=None, duration=None, late=()))
    ada, _ = server.stage.person(name="Ada"), server.stage.person(name="Emil")
    work(server, ada, examples.mixed(), EXAM.id)

    page = words(boss.text(EXAM_PAGE))

    assert "1 not begun · 1 handing in · 0 running" in page


def test_nav_leads_each_role_where_it_may_go(server: Server) -> None:
    for role, target in (
        (Role.INSTRUCTOR, "/class"),
        (Role.ASSISTANT, "/class"),
        (Role.AUTHOR, "/class/questions"),
    ):
        assert f'<a href="{target}">Class</a>' in server.visitor(role).text("/")
    assert ">Class</a>" not in server.visitor(Role.STUDENT).text("/")
