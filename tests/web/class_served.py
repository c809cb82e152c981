"""A served class for a browser: hand-ins that the server grades itself, an exam that runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from browsing import Demo, served, small_course
from class_scene import HOSTILE_NAMES

from grader.bank import find_course
from grader.service.access import Person, Role
from grader.service.catalogue import Catalogue
from grader.service.clock import SystemClock
from grader.service.database import Database
from grader.service.exam_clock import Allowance
from grader.service.overrides import Place, set_score
from grader.service.people import NewPerson, add_person, make_link
from grader.service.sittings import begin, grant
from grader.service.submissions import HandIn, hand_in
from tests.service.stage import QUESTION

SUBMISSIONS = Path(__file__).parents[1] / "acceptance" / "submissions"
EXAM, OF_EXAM = "midterm", "relu"
NAMES = ("Ada Sample", "Emil Sample", "Noor Sample", "Olga Sample", "Per Sample", *HOSTILE_NAMES)
#: a file that cannot be read: its message has its line
BROKEN = "---\nid: broken_one\ntitle: Broken\nparts:\n  - {id: code, answer: code, points: -1}\n---\nText.\n"


@contextmanager
def served_class(folder: Path) -> Iterator[Demo]:
    """Serve a class; its links are the Instructor's, and 'Kim' an assistant's, 'Lin' an author's."""
    course = small_course(folder / "course")
    (course / "questions" / "broken.md").write_text(BROKEN)
    links = _fill(folder / "state" / "grader.sqlite", course, folder)
    with served(folder, course, 1) as found:
        found.links |= {name: f"{found.address}/sign-in/{link}" for name, link in links.items()}
        yield found


def _fill(path: Path, course: Path, folder: Path) -> dict[str, str]:
    catalogue = Catalogue(find_course(course, course), folder / "state" / "corpora")
    database, now_ms = Database.open(path), SystemClock().now_ms()
    sources = [
        (SUBMISSIONS / name).read_bytes() for name in ("loops.py", "assigns.py", "all_ties.py")
    ] + [b"def backward(x:\n", b"def backward(x, delta_f, kernel, stride):\n    return x\n"]
    with database.writing() as connection:
        boss = add_person(connection, NewPerson(name="Boss", role=Role.INSTRUCTOR), now_ms)
        staff = {"Kim": Role.ASSISTANT, "Lin": Role.AUTHOR}
        links = {}
        for name, role in staff.items():
            who = add_person(connection, NewPerson(name=name, role=role), now_ms)
            links[name] = make_link(connection, who.id, now_ms)
        students = [
            add_person(connection, NewPerson(name=name, email=f"s{at}@example.org"), now_ms)
            for at, name in enumerate(NAMES)
        ]
        exam = catalogue.exams[EXAM]
        for at, student in enumerate(students):
            for number in range(2 if at % 3 else 1):
                given = _given(catalogue, sources[(at + number) % len(sources)], f"{at} {number}")
                hand_in(connection, student, given, now_ms)
            if at < 4:
                begin(connection, student, exam, now_ms)
                given = _given(catalogue, b"def forward(x:\n", f"exam {at}", OF_EXAM, EXAM)
                hand_in(connection, student, given, now_ms)
        _decide(connection, students, boss, exam, now_ms)
    database.close()
    return links


def _decide(connection, students: list[Person], boss: Person, exam, now_ms: int) -> None:  # type: ignore[no-untyped-def]
    more = Allowance(time_percent=150, extra_ms=3_600_000, extra_attempts=1)
    grant(connection, students[1], exam, more, now_ms, boss)
    place = Place(who=students[2], question=QUESTION)
    set_score(connection, place, Fraction(7, 2), f"on paper {HOSTILE_NAMES[0]}", now_ms, boss)


def _given(
    catalogue: Catalogue, source: bytes, key: str, name: str = QUESTION, exam: str = ""
) -> HandIn:
    files = {"solution.py": source}
    return HandIn(question=catalogue.questions[name], files=files, key=key, exam=exam)
