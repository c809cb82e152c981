"""An exam as a table: one row for each student, a column for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from grader.core.exam import Exam, ExamAnswer, Sheet, Standing
from grader.report.short import points_text
from grader.report.visible import columns, name_text, one_line, pad, wrap

_NAME_WIDTH = 28
_MARKS = {
    Standing.WAITING: "…",
    Standing.MISSING: "0*",
    Standing.UNGRADABLE: "0!",
    Standing.ERROR: "?",
    Standing.NOT_COUNTED: "",
}
_LEGEND = {
    Standing.WAITING: "… still being graded",
    Standing.MISSING: "0* nothing handed in",
    Standing.UNGRADABLE: "0! cannot be read or loaded",
    Standing.ERROR: "? fault of the grader or the question: no score",
}


def exam_table(exam: Exam, sheets: Sequence[Sheet], width: int = 80) -> str:
    """Give an aligned table of students, points for each question and totals.

    It is as wide as the questions need; only the text around it is wrapped at width.
    """
    heads = ["student", *(question.id for question in exam.questions), "total"]
    rows = [heads, _maxima(exam, sheets), *map(_row, sheets)]
    widths = [max(columns(row[at]) for row in rows) for at in range(len(heads))]
    lines = [f"{one_line(exam.id)}  {one_line(exam.title)}", ""]
    for row in rows:
        first, *others = (
            pad(cell, size) if at == 0 else " " * (size - columns(cell)) + cell
            for at, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *others]).rstrip())
    return "\n".join([*lines, *_remarks(sheets, width)]) + "\n"


def points_table(exam: Exam, worth: Mapping[str, Fraction], total: Fraction) -> str:
    """Give what each question of a sheet is worth, as Markdown."""
    lines = ["| question | points |", "| --- | --- |"]
    for slot in exam.slots:
        names = ", ".join(f"`{question.id}`" for question in slot.questions)
        label = f"{slot.pick} of {names}" if slot.is_choice else names
        points = points_text(worth[slot.questions[0].id])
        lines.append(f"| {label} | {f'{points} each' if slot.pick > 1 else points} |")
    return "\n".join([*lines, f"| total | {points_text(total)} |"]) + "\n"


def _maxima(exam: Exam, sheets: Sequence[Sheet]) -> list[str]:
    if not sheets:
        return ["of", *("" for _ in exam.questions), ""]
    first = sheets[0]
    return [
        "of",
        *(points_text(answer.max_score) for answer in first.answers),
        points_text(first.max_total),
    ]


def _row(sheet: Sheet) -> list[str]:
    name = name_text(sheet.student, _NAME_WIDTH)
    return [name, *map(cell_of, sheet.answers), points_text(sheet.total)]


def cell_of(answer: ExamAnswer) -> str:
    """Give the points of one question, or the mark of why there are none."""
    if answer.standing is Standing.GRADED:
        return points_text(answer.score)
    return _MARKS[answer.standing]


def _remarks(sheets: Sequence[Sheet], width: int) -> list[str]:
    seen = {answer.standing for sheet in sheets for answer in sheet.answers}
    legend = "; ".join(text for standing, text in _LEGEND.items() if standing in seen)
    lines = wrap(legend, width) if legend else []
    for sheet in sheets:
        for note in sheet.notes:
            text = f"{name_text(sheet.student, _NAME_WIDTH)}: {one_line(note)}"
            lines += wrap(text, width, rest="  ")
        for answer in sheet.answers:
            if answer.report is not None and answer.report.message:
                said = one_line(answer.report.message, 200)
                text = f"{name_text(sheet.student, _NAME_WIDTH)}: {answer.question_id}: {said}"
                lines += wrap(text, width, rest="  ")
    return ["", *lines] if lines else []
