"""An exam for machines: one CSV row, or one JSON object, for each student."""

from __future__ import annotations

import json
from collections.abc import Sequence

from grader.core.exam import Exam, ExamAnswer, Sheet, Standing
from grader.report.as_csv import number_cell, text_cell
from grader.report.as_json import report_as_json
from grader.report.values_as_json import Json, points_as_json, text_as_json

SCHEMA = "grader/exam/v1"


def exam_as_csv(exam: Exam, sheets: Sequence[Sheet]) -> str:
    """Give a head line and one row for each student.

    A question that has no score by our fault is an empty cell, and so is the total then: it is not
    a zero. What was not handed in, or cannot be graded, is one.
    """
    names = [question.id for question in exam.questions]
    heads = ["student", *names, "total", "max_total", "notes"]
    lines = [",".join(text_cell(head) for head in heads)]
    for sheet in sheets:
        cells = [text_cell(sheet.student), *map(_cell, sheet.answers)]
        cells += [number_cell(sheet.total), number_cell(sheet.max_total)]
        lines.append(",".join([*cells, text_cell("; ".join(_notes(sheet)))]))
    return "".join(f"{line}\n" for line in lines)


def _cell(answer: ExamAnswer) -> str:
    if answer.standing in (Standing.MISSING, Standing.UNGRADABLE):
        return "0"
    return number_cell(answer.score)


def _notes(sheet: Sheet) -> list[str]:
    notes = list(sheet.notes)
    for answer in sheet.answers:
        if answer.standing is Standing.MISSING:
            notes.append(f"{answer.question_id}: nothing handed in")
        elif answer.standing is Standing.WAITING:
            notes.append(f"{answer.question_id}: still being graded")
        elif answer.standing is Standing.UNGRADABLE and answer.report is not None:
            notes.append(f"{answer.question_id}: {answer.report.message}")
        elif answer.standing is Standing.ERROR:
            notes.append(f"{answer.question_id}: no score, by a fault of grader or question")
    return notes


def exam_as_json(exam: Exam, sheets: Sequence[Sheet]) -> str:
    """Give one strict JSON object: the exam's id and a list of students with their answers."""
    content: dict[str, Json] = {
        "schema": SCHEMA,
        "exam": text_as_json(exam.id),
        "title": text_as_json(exam.title),
        "students": [_student(sheet) for sheet in sheets],
    }
    return json.dumps(content, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _student(sheet: Sheet) -> Json:
    return {
        "student": text_as_json(sheet.student, 300),
        "total": points_as_json(sheet.total),
        "max_total": points_as_json(sheet.max_total),
        "notes": [text_as_json(note) for note in sheet.notes],
        "answers": [
            {
                "question": text_as_json(answer.question_id),
                "standing": answer.standing.value,
                "score": points_as_json(answer.score),
                "max_score": points_as_json(answer.max_score),
                "report": None if answer.report is None else report_as_json(answer.report),
            }
            for answer in sheet.answers
        ],
    }
