"""A thousand hand-ins, three hundred of them by one student who came first: nobody waits for those.

First come, first served would have had the others wait for places 476 (median) and 650 (worst).
"""

from __future__ import annotations

import statistics

import pytest
from sqlalchemy import Connection
from stage import QUESTION, Stage, Told

from grader.service import queue
from grader.service.receiving import Desk, Parcel, receive

GREEDY, OTHERS, WORKERS = 300, 350, 2


@pytest.mark.slow
def test_first_of_everybody_comes_before_the_second_of_anybody(stage: Stage) -> None:
    greedy, others = stage.person(), [stage.person() for _ in range(OTHERS)]
    for person in [greedy] * GREEDY + others * 2:
        stage.hand_in(person)

    order: list[int] = []
    running: list[queue.Claim] = []
    while True:
        while len(running) < WORKERS and (held := stage.claim()) is not None:
            running.append(held)
        if not running:
            break
        done = running.pop(0)
        order.append(done.person)
        assert stage.finish(done)

    places = [order.index(other.id) + 1 for other in others]
    assert len(order) == GREEDY + 2 * OTHERS
    assert max(places) <= OTHERS + 1 + WORKERS
    assert statistics.median(places) <= (OTHERS + 1) / 2 + 1 + WORKERS


class Broken(Told):
    """Cannot announce anything."""

    def announce(self, connection: Connection, number: int) -> None:
        raise RuntimeError("the engine is away")


def test_hand_in_that_cannot_be_announced_leaves_nothing(stage: Stage) -> None:
    person = stage.person()
    desk = Desk(
        database=stage.database, catalogue=stage.catalogue, clock=stage.clock, dispatcher=Broken()
    )
    parcel = Parcel(question=QUESTION, files={"a.py": b"x = 1"}, key="k", typed="x = 1")

    with pytest.raises(RuntimeError):
        receive(desk, person, parcel)

    for table in ("submission", "submission_file", "blob", "draft", "rate"):
        assert stage.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert stage.rows("SELECT count(*) FROM audit WHERE action = 'submit'") == [(0,)]
