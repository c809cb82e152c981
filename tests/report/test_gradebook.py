"""Grade books of Canvas and Moodle: our cells are filled, everybody else's stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import UsageError
from grader.report import to_json_text
from grader.report.csv_cells import table_of
from grader.report.from_json import StoredReport, reports_from_json
from grader.report.gradebook import Filled, fill
from grader.report.gradebook_columns import Wishes
from grader.report.gradebook_text import preview_text
from grader.report.student_keys import key_of

from . import examples

CANVAS = (
    '\ufeffStudent,ID,SIS Login ID,Section,"Max pooling, backward message (4711)",Final Score\r\n'
    ",,,,Manual Posting,\r\n"
    "    Points Possible,,,,5.00,(read only)\r\n"
    '"Doe, Jane",12,jane,"A ""1""",,80\r\n'
    '"Roe, Rick",13,rick,A,EX,\r\n'
    '"Loe, Li",14,Li,A,"4.0",70\r\n'
    '"Noe, Nan",15,nan,A,N/A,70\r\n'
    '"Student, Test",16,,A,,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\n"
    'Participant 7,=1+1,a@x.org,Submitted,"0,00","5,00",Yes,-,\n'
    'Participant 8,Bo,b@x.org,Submitted,,"5,00",No,-,\n'
    'Participant 9,Cy,c@x.org,Submitted,,"5,00",Yes,"Monday, 3 June",Well done\n'
)


def stored(name: str, of: str = "mixed", **changes: Any) -> StoredReport:
    """Give a stored report of a submission of this name; changes are of its top."""
    content = json.loads(to_json_text(examples.ALL[of]))
    content["submission"] = {"name": name, "sha256": "0" * 64}
    content["question"] |= {"id": "q1", "title": "Max pooling, backward message"}
    content |= {"max_score": 5, **changes}
    if content["status"] == "graded":
        content["score"] = changes.get("score", 2)
    (report,) = reports_from_json(json.dumps(content).encode(), "r.json")
    return report


def filled(text: str, kind: str, *reports: StoredReport, **wishes: Any) -> Filled:
    return fill(text, kind, reports, Wishes(**wishes), "book.csv")


def cells(text: str, delimiter: str = ",") -> list[list[str]]:
    return [[cell.value for cell in row] for row in table_of(text, delimiter).rows]


# -- canvas --------------------------------------------------------------------------------


def test_canvas_cell_of_the_student_is_filled_and_no_other_byte_moves() -> None:
    done = filled(CANVAS, "canvas", stored("doejane_12_998_solution.py"))

    assert done.text == CANVAS.replace('"A ""1""",,80', '"A ""1""",2.00,80')
    assert [(c.key, c.before, c.after) for c in done.changes] == [("12", "", "2.00")]


def test_canvas_number_is_replaced_in_its_quotes() -> None:
    done = filled(CANVAS, "canvas", stored("loeli_LATE_14_998_solution.py"))

    assert done.text == CANVAS.replace('"4.0"', '"2.00"')


def test_same_number_in_other_digits_stays() -> None:
    done = filled(CANVAS, "canvas", stored("14.py", score=4))

    assert (done.text, done.already) == (CANVAS, 1)


@pytest.mark.parametrize(("student", "word"), [("13", "EX"), ("15", "N/A")])
def test_word_in_a_grade_is_a_decision_and_stays(student: str, word: str) -> None:
    done = filled(CANVAS, "canvas", stored(f"{student}.py"))

    assert (done.text, done.kept) == (CANVAS, [f"{student}: {word}"])


@pytest.mark.parametrize("of", ["error", "ungradable"])
def test_no_grade_leaves_the_cell_as_it_was(of: str) -> None:
    done = filled(CANVAS, "canvas", stored("14.py", of), stored("12.py", score=3))

    assert '"4.0"' in done.text
    assert done.no_grade == ["14.py"]


def test_who_is_missing_on_either_side_is_listed() -> None:
    done = filled(CANVAS, "canvas", stored("12.py"), stored("99.py"))

    assert done.reports_without_row == ["99.py"]
    assert done.rows_without_report == ["13", "14", "15", "16"]


def test_another_key_column_is_compared_without_case() -> None:
    done = filled(CANVAS, "canvas", stored("LI.ipynb"), key="SIS Login ID")

    assert done.text == CANVAS.replace('"4.0"', '"2.00"')


@pytest.mark.parametrize("name", ["4711", "max pooling, backward message"])
def test_column_is_named_by_id_or_title(name: str) -> None:
    assert filled(CANVAS, "canvas", stored("12.py"), column=name).changes


def test_points_are_turned_into_those_of_the_column_only_where_asked() -> None:
    book = CANVAS.replace("5.00,(read only)", "10.00,(read only)")

    with pytest.raises(
        UsageError, match=r"out of 10\.00 and the reports are out of 5\.00; --scale"
    ):
        filled(book, "canvas", stored("12.py"))

    assert filled(book, "canvas", stored("12.py"), scale=True).changes[0].after == "4.00"


# -- moodle --------------------------------------------------------------------------------


def test_moodle_grade_and_comment_are_filled_with_the_decimal_sign_of_the_file() -> None:
    done = filled(MOODLE, "moodle", stored("Al Ma_7_assignsubmission_file"))

    before, after = cells(MOODLE), cells(done.text)
    assert after[1][4] == "2,00"
    assert after[1][8].startswith("grader: 2 of 5 points; failed: ")
    after[1][4], after[1][8] = before[1][4], before[1][8]
    assert after == before


def test_moodle_comment_of_a_person_stays_and_ours_is_renewed() -> None:
    done = filled(MOODLE, "moodle", stored("9"))
    again = filled(done.text.replace("Well done", "grader: old"), "moodle", stored("9"))

    assert "Well done" in done.text
    assert done.kept == ["Participant 9: the comment that is there"]
    assert cells(again.text)[3][8].startswith("grader: 2 of 5 points")


def test_moodle_row_that_cannot_be_changed_stays() -> None:
    done = filled(MOODLE, "moodle", stored("Participant 8"), stored("7"))

    assert cells(done.text)[2] == cells(MOODLE)[2]
    assert done.kept == ["Participant 8: the grade cannot be changed there"]


def test_moodle_in_another_language_is_filled_by_named_columns() -> None:
    book = "Kennung;Bewertung;Kommentar\nTeilnehmer 7;;\n"

    done = filled(
        book,
        "moodle",
        stored("Teilnehmer 7"),
        key="Kennung",
        column="Bewertung",
        feedback="Kommentar",
    )

    assert cells(done.text, ";")[1][1] == "2,00"
    assert done.text.startswith('Kennung;Bewertung;Kommentar\nTeilnehmer 7;2,00;"grader: ')


def test_filling_twice_changes_nothing_more() -> None:
    once = filled(MOODLE, "moodle", stored("7"))

    again = filled(once.text, "moodle", stored("7"))

    assert (again.text, again.changes, again.already) == (once.text, [], 1)


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_no_text_of_a_report_becomes_a_formula_a_cell_or_a_tag(text: str) -> None:
    report = stored("7")
    part = report.content["parts"][0]
    for group in part["groups"]:
        group["id"], group["outcome"] = text, "failed"
    part["misconception"] = {"name": text, "hint": text, "agreed_cases": 1}

    done = filled(MOODLE, "moodle", report)

    rows = cells(done.text)
    assert [len(row) for row in rows] == [9] * 4
    assert rows[1][8].startswith("grader: ")
    assert "<" not in rows[1][8]
    assert rows[1][8].isprintable()
    assert all(line.isprintable() for line in preview_text(done).split("\n"))


# -- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("book", "kind", "wishes", "words"),
    [
        pytest.param("", "canvas", {}, "cannot be read as CSV", id="empty"),
        pytest.param('ID,"x\n', "canvas", {}, "line 1: a quote is not closed", id="open-quote"),
        pytest.param("A,B\n1,2\n", "canvas", {}, "no column 'id' among 'A', 'B'", id="no-key"),
        pytest.param("ID,B\n1,2\n", "canvas", {}, "no column 'max pooling", id="no-grade"),
        pytest.param("ID,ID,X (1)\n12,,\n", "canvas", {"column": "1"}, "2 columns 'id'", id="two-keys"),
        pytest.param("ID,X (1),X (2)\n12,,\n", "canvas", {"column": "X"}, "several columns", id="two-grades"),
        pytest.param(CANVAS, "canvas", {"column": "Final Score"}, "read only", id="read-only-cell"),
        pytest.param("ID,Total (read only)\n12,\n", "canvas", {"column": "Total (read only)"}, "read only", id="read-only-head"),
        pytest.param(CANVAS + "x,12,,,,\r\n", "canvas", {}, "book.csv:9: a second row of '12'", id="student-twice"),
        pytest.param(CANVAS + "x,77\r\n", "canvas", {}, "book.csv:9: the row has 2 cells", id="short-row"),
        pytest.param(MOODLE.replace('"0,00"', "0.50"), "moodle", {}, "--decimal", id="two-decimal-signs"),
        pytest.param(MOODLE, "moodle", {"feedback": "Remark"}, "no column 'Remark'", id="no-comment"),
        pytest.param(MOODLE.replace("Participant", "Teil"), "moodle", {}, "--key", id="nobody-matches"),
    ],
)  # fmt: skip
def test_file_that_does_not_fit_is_refused(
    book: str, kind: str, wishes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=r"book\.csv") as caught:
        filled(book, kind, stored("12.py" if kind == "canvas" else "7"), **wishes)

    assert words in str(caught.value)


def test_two_reports_of_one_student_are_refused() -> None:
    with pytest.raises(UsageError, match=r"two reports of one student: '12\.py', 'x_12_5_b\.py'"):
        filled(CANVAS, "canvas", stored("12.py"), stored("x_12_5_b.py"))


def test_reports_of_two_questions_are_refused() -> None:
    other = stored("13.py", question={"id": "q2", "version": "", "title": ""})

    with pytest.raises(UsageError, match="several questions: q1, q2"):
        filled(CANVAS, "canvas", stored("12.py"), other)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        pytest.param("doejane_12_998_a_b.py", "canvas", "12", id="canvas"),
        pytest.param("doejane_LATE_12_998_a.py", "canvas", "12", id="canvas-late"),
        pytest.param("12.py", "canvas", "12", id="plain"),
        pytest.param("Jane Doe_7_assignsubmission_file", "moodle", "participant 7", id="moodle"),
        pytest.param("A_B_7_assignsubmission_file_x.py", "moodle", "participant 7", id="underscore"),
        pytest.param("7.zip", "moodle", "participant 7", id="moodle-number"),
        pytest.param("Participant 7", "moodle", "participant 7", id="moodle-identifier"),
    ],
)  # fmt: skip
def test_student_is_known_by_what_the_download_is_called(
    name: str, kind: str, expected: str
) -> None:
    assert key_of(name, kind, has_own_key=False) == expected


# -- any file ------------------------------------------------------------------------------

_TEXT = st.text('a,;"\r\n =@é💥', max_size=6)


@given(
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.tuples(_TEXT, st.sampled_from(["", "EX", "1.00", "3.5"]), _TEXT), max_size=5),
    st.booleans(),
    st.sampled_from(["", "\ufeff"]),
)
def test_bytes_outside_of_the_filled_cells_are_the_same_in_any_file(
    delimiter: str, end: str, rows: list[tuple[str, str, str]], has_quotes: bool, bom: str
) -> None:
    def quoted(text: str) -> str:
        needs = has_quotes or any(sign in text for sign in f'{delimiter}"\r\n')
        return '"' + text.replace('"', '""') + '"' if needs else text

    def book(grades: list[str]) -> str:
        lines = [["Student", "ID", "X (1)", "Note"], ["Nobody", "0", "2.00", ""]]
        lines += [
            [a, f"{n}", g, b] for n, ((a, _, b), g) in enumerate(zip(rows, grades, strict=True), 1)
        ]
        return bom + "".join(delimiter.join(map(quoted, line)) + end for line in lines)

    before = book([grade for _, grade, _ in rows])
    reports = [stored(f"{n}.py") for n in range(len(rows) + 1)]

    done = fill(before, "canvas", reports, Wishes(column="1", decimal="."), "book.csv")

    expected = book([grade if grade == "EX" else "2.00" for _, grade, _ in rows])
    assert done.text.encode() == expected.encode()
