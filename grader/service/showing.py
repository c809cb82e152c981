"""One submission as its reader may see it now: report, place in the queue, what came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from grader.core.exam import Feedback
from grader.core.question import Question
from grader.core.report import Report
from grader.core.reveal import Stage
from grader.service import practice
from grader.service.access import Person
from grader.service.catalogue import Catalogue
from grader.service.feedback import feedback_for, held_back
from grader.service.practice import Learning
from grader.service.results import Entry, find_entry, hides_score, history, report_of, source_of
from grader.service.waiting import Waiting, waiting_of

_MOST_RELATED = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """A submission as its reader may see it.

    previous: the attempt before it. related: what to practise next.
    """

    entry: Entry
    feedback: Feedback
    waiting: Waiting
    report: Report | None
    previous: Entry | None
    files: Mapping[str, bytes]
    related: tuple[Question, ...]

    @property
    def hides_result(self) -> bool:
        """Tell whether even the score is kept back until the exam has closed."""
        return hides_score(self.feedback, self.entry) and self.report is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks, and when."""

    person: Person
    now_ms: int


def show(
    connection: Connection, catalogue: Catalogue, receipt: str, reader: Reader, workers: int
) -> Shown | None:
    """Give a submission by its receipt; None when there is none that the reader may see."""
    entry = find_entry(connection, receipt, reader.person)
    if entry is None:
        return None
    feedback = feedback_for(connection, entry, catalogue.exams, reader.now_ms)
    return Shown(
        entry=entry,
        feedback=feedback,
        waiting=waiting_of(connection, [entry.number], workers)[entry.number],
        report=report_of(
            connection, entry, reader.person, feedback, _stage(connection, catalogue, entry)
        ),
        previous=previous_attempt(connection, entry),
        files=source_of(connection, entry),
        related=_related(connection, catalogue, entry, reader),
    )


def hides_result(
    connection: Connection, catalogue: Catalogue, entry: Entry, reader: Reader
) -> bool:
    """Tell whether even the score of a submission is kept back from its owner now."""
    feedback = feedback_for(connection, entry, catalogue.exams, reader.now_ms)
    return hides_score(feedback, entry)


def _stage(connection: Connection, catalogue: Catalogue, entry: Entry) -> Stage:
    """Give how much is told at this attempt: as question or exam say, with each attempt more."""
    exam, question = catalogue.exams.get(entry.exam), catalogue.questions.get(entry.question)
    decides = exam if entry.exam else question
    if decides is None or entry.kind == "check":  # a check is of what the student has anyway
        return Stage.HINT
    same = history(connection, entry.person, entry.question)
    before = [each for each in same if each.number < entry.number and each.exam == entry.exam]
    return decides.reveal.at(len(before) + 1)


def previous_attempt(connection: Connection, entry: Entry) -> Entry | None:
    """Give the attempt of the same person at the same question before this one."""
    same = history(connection, entry.person, entry.question, entry.kind)
    return next(
        (each for each in same if each.number < entry.number and each.exam == entry.exam), None
    )


def _related(
    connection: Connection, catalogue: Catalogue, entry: Entry, reader: Reader
) -> tuple[Question, ...]:
    """Give what to practise next after an attempt in practice that was not full marks."""
    questions = catalogue.questions
    is_short = entry.score is not None and entry.score != entry.max_score
    if not is_short or entry.exam or entry.question not in questions:
        return ()
    standings = practice.standings(connection, reader.person)
    solved = {name for name, found in standings.items() if found is Learning.SOLVED}
    hidden = held_back(connection, reader.person, catalogue.exams.values(), reader.now_ms)
    names = practice.related_questions(questions[entry.question], questions, solved | hidden)
    return tuple(questions[name] for name in names[:_MOST_RELATED])
