"""What students get of an exam: the sheet, and a handout of each of its questions."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from grader.bank import Course
from grader.core.exam import Exam, Slot
from grader.grading.exam import ExamPlan, plan_exam
from grader.grading.handout import handout_files
from grader.grading.plan import PlanSetting


def exam_handout_files(exam: Exam, course: Course, setting: PlanSetting) -> dict[str, str]:
    """Give the files: README.md, and a folder named by its id for each question."""
    plan = plan_exam(exam, course, setting)
    files = {"README.md": _sheet_text(plan)}
    for name, question_plan in plan.plans.items():
        of_one = handout_files(question_plan)
        files |= {f"{name}/{file}": text for file, text in of_one.items()}
    return files


def _sheet_text(plan: ExamPlan) -> str:
    exam = plan.exam
    lines = [f"# {exam.title}", ""]
    lines += [f"- {text}" for text in _rules(exam)]
    lines += ["", exam.instructions, ""] if exam.instructions else [""]
    lines += ["| question | points |", "| --- | --- |"]
    lines += [row for slot in exam.slots for row in _rows(plan, slot)]
    lines += [f"| total | {_number(plan.max_total)} |", ""]
    lines += [
        "Each question has a folder here, with its statement and a starter. Hand in one folder",
        "with a file per question, named by the question's id:",
        "",
        *(f"    {question.id}.py" for question in exam.questions),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _rules(exam: Exam) -> list[str]:
    texts = [exam.course] if exam.course else []
    if exam.opens is not None:
        texts.append(f"opens {_time(exam.opens)}")
    if exam.closes is not None:
        texts.append(f"closes {_time(exam.closes)}")
    if exam.duration is not None:
        texts.append(f"{_length(exam.duration)} from your start, and not beyond closing")
    if exam.attempts is not None:
        texts.append(f"{exam.attempts} attempts per question; the {exam.counts.value} one counts")
    texts += [
        f"handed in until {_time(late.until)}: {_number(late.percent)} % of the points"
        for late in exam.late
    ]
    return texts


def _rows(plan: ExamPlan, slot: Slot) -> list[str]:
    def title(name: str) -> str:
        return plan.plans[name].question.title.replace("|", "\\|")

    rows = [
        f"| `{question.id}` {title(question.id)} | {_number(plan.worth(question))} |"
        for question in slot.questions
    ]
    if slot.is_choice:
        count = f"the first {slot.pick} of these" if slot.pick > 1 else "the first of these"
        rows.append(f"| *answer {slot.pick}; {count} that you hand in count* | |")
    return rows


def _time(time: datetime) -> str:
    offset = time.strftime("%z")
    return f"{time:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def _length(duration: timedelta) -> str:
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    texts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(filter(None, texts))


def _number(points: Fraction) -> str:
    return str(points) if points.denominator == 1 else f"{float(points):g}"
