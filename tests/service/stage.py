"""What the tests of the service play on: a database, the course, and a clock that they move."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from grader.service import queue
from grader.service.access import Person, Role
from grader.service.catalogue import Catalogue
from grader.service.database import Database
from grader.service.people import NewPerson, add_person
from grader.service.receiving import Desk
from grader.service.submissions import HandIn, Receipt, hand_in

QUESTION = "ssu_batch4_004"
SOURCE = b"def backward(x, delta_f, kernel, stride):\n    return 0 * x\n"
_KEYS = itertools.count()


@dataclass(slots=True)
class StillClock:
    """Stands still until a test moves it."""

    at_ms: int = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.at_ms

    def pass_by(self, *, seconds: float) -> None:
        self.at_ms += int(seconds * 1000)


@dataclass(slots=True)
class Told:
    """A dispatcher that grades nothing and remembers what it heard."""

    numbers: list[int] = field(default_factory=list)
    wakes: int = 0

    def announce(self, connection: Connection, number: int) -> None:
        self.numbers.append(number)

    def wake(self) -> None:
        self.wakes += 1

    def when_done(self, tell: Callable[[int], None]) -> None:
        """Nothing is ever done."""

    def start(self, count: int) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to stop."""


@dataclass(slots=True)
class Stage:
    """An empty server."""

    database: Database
    catalogue: Catalogue
    clock: StillClock
    told: Told = field(default_factory=Told)
    _names: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def desk(self) -> Desk:
        return Desk(
            database=self.database,
            catalogue=self.catalogue,
            clock=self.clock,
            dispatcher=self.told,
        )

    def person(self, role: Role = Role.STUDENT, name: str = "") -> Person:
        new = NewPerson(name=name or f"Person {next(self._names)}", role=role)
        with self.database.writing() as connection:
            return add_person(connection, new, self.clock.now_ms())

    def given(self, source: bytes = SOURCE, key: str = "", **fields: Any) -> HandIn:
        question = self.catalogue.questions[QUESTION]
        files = {"solution.py": source}
        return HandIn(question=question, files=files, key=key or f"key {next(_KEYS)}", **fields)

    def hand_in(self, person: Person, given: HandIn | None = None) -> Receipt:
        with self.database.writing() as connection:
            return hand_in(connection, person, given or self.given(), self.clock.now_ms())

    def claim(self) -> queue.Claim | None:
        with self.database.writing() as connection:
            return queue.claim(connection, self.clock.now_ms())

    def finish(self, held: queue.Claim, score: int = 2) -> bool:
        with self.database.writing() as connection:
            return queue.finish(connection, held, finished(score), self.clock.now_ms())

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]


@functools.cache
def _migrated() -> bytes:
    """An empty database of today: made once, for making one costs more than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grader.sqlite"
        Database.open(path).close()
        return path.read_bytes()


def empty_database(folder: Path) -> Database:
    """Give a database of its own in a state folder that is made for it."""
    path = folder / "grader.sqlite"
    folder.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(_migrated())
    return Database.open(path)


def finished(score: int = 2) -> queue.Finished:
    return queue.Finished(
        status="graded", score=Fraction(score), max_score=Fraction(5), report=b"", started_ms=0
    )
