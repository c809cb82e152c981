"""An exam as its student sees it: own clock, own questions, what each has brought so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from grader.core.exam import Exam, ExamQuestion, Feedback, Sheet
from grader.core.question import Question
from grader.service.access import Permission, Person
from grader.service.catalogue import Catalogue
from grader.service.counting import Counted, count, overrides, rule_of, sheet_of, worth_of
from grader.service.exam_clock import Allowance
from grader.service.feedback import exam_feedback, held_back_from, is_over_for_all
from grader.service.results import history
from grader.service.sittings import Phase, Situation, attempts_left, situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question of the exam. question is None where the course has lost it.

    is_held: an exam that somebody may still sit asks it too.
    """

    id: str
    question: Question | None
    counted: Counted
    attempts_left: int | None
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A place on the sheet: of these questions, so many count."""

    rows: tuple[Row, ...]
    pick: int

    @property
    def is_choice(self) -> bool:
        """Tell whether there are more questions than count."""
        return self.pick < len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExamView:
    """blocks are empty as long as the student may not read the questions."""

    exam: Exam
    now: Situation
    feedback: Feedback
    is_over_for_all: bool
    blocks: tuple[Block, ...]
    sheet: Sheet | None

    @property
    def is_waiting(self) -> bool:
        """Tell whether something is still being graded: then there is no total yet."""
        return any(row.counted.is_waiting for block in self.blocks for row in block.rows)

    @property
    def hides_results(self) -> bool:
        """Tell whether points are kept back."""
        return self.feedback is Feedback.NOTHING_UNTIL_CLOSE


def exams_of(
    connection: Connection, catalogue: Catalogue, person: Person, now_ms: int
) -> list[tuple[Exam, Situation]]:
    """Give the exams and sheets of the course with one person's clock, in order of opening."""
    found = [
        (exam, situation(connection, person, exam, now_ms)) for exam in catalogue.exams.values()
    ]
    return sorted(found, key=lambda pair: (pair[1].opens_ms or 0, pair[0].title, pair[0].id))


def view_exam(
    connection: Connection, catalogue: Catalogue, person: Person, exam: Exam, now_ms: int
) -> ExamView:
    """Give an exam as one student may see it now."""
    now = situation(connection, person, exam, now_ms)
    is_over = is_over_for_all(connection, exam, now_ms)
    blocks: tuple[Block, ...] = ()
    sheet = None
    if may_read(now, person, is_over=is_over):
        held = held_back_from(connection, person, exam, catalogue.exams.values(), now_ms)
        counted = counted_of(connection, catalogue, person, exam, now.allowance)
        sheet = sheet_of(person.name, exam, counted)
        blocks = tuple(
            Block(
                pick=slot.pick,
                rows=tuple(
                    Row(
                        id=question.id,
                        question=catalogue.questions.get(question.id),
                        counted=counted[question.id],
                        attempts_left=attempts_left(connection, person, exam, question.id),
                        is_held=question.id in held,
                    )
                    for question in slot.questions
                ),
            )
            for slot in exam.slots
        )
    return ExamView(
        exam=exam,
        now=now,
        feedback=exam_feedback(connection, exam, now_ms),
        is_over_for_all=is_over,
        blocks=blocks,
        sheet=sheet,
    )


def may_read(now: Situation, person: Person, *, is_over: bool) -> bool:
    """Tell whether the questions may be read: while they may be answered, and by who answered them.

    Who never began a timed exam reads them when it is over for everybody.
    """
    if person.may(Permission.READ_HIDDEN) or is_over:
        return True
    if now.phase is Phase.NOT_OPEN or now.must_begin:
        return False
    return now.accepts or now.is_begun or not now.is_timed


def counted_of(
    connection: Connection,
    catalogue: Catalogue,
    person: Person,
    exam: Exam,
    allowance: Allowance,
) -> Mapping[str, Counted]:
    """Give what one person's questions of an exam count: question id -> points."""
    set_by_hand = overrides(connection, exam.id)
    entries = [each for each in history(connection, person.id) if each.exam == exam.id]

    def counted(question: ExamQuestion) -> Counted:
        worth = worth_of(question, catalogue.questions)
        own = [entry for entry in entries if entry.question == question.id]
        rule = rule_of(exam, worth, allowance)
        return count(own, rule, set_by_hand.get((person.id, question.id)))

    return {question.id: counted(question) for question in exam.questions}
