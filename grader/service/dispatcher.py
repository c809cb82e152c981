"""How a stored submission comes to a worker: the only part that two kinds of store would not share.

The row of a submission is the truth and is enough to find its work again; a dispatcher only brings
the news. The embedded one (workers.py) claims rows by itself, so announcing is nothing. One on a
job engine puts a job that carries the row's number into the engine, on the caller's connection, so
that row and job are committed together or not at all. Use cases know this protocol and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection


class Dispatcher(Protocol):
    """Brings submissions to whoever grades them."""

    def announce(self, connection: Connection, number: int) -> None:
        """Have a submission graded if, and as soon as, the caller's transaction is committed."""

    def wake(self) -> None:
        """Say after a commit that something was announced: sooner is nicer, nothing rests on it."""

    def when_done(self, tell: Callable[[int], None]) -> None:
        """Have tell called with each submission that this process has graded: a hint, no more."""

    def start(self, count: int) -> None:
        """Have so many submissions graded at a time."""

    def close(self) -> None:
        """Stop in order; what was not finished is graded at the next start."""
