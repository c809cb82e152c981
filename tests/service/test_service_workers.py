"""The graders of a server: what they log and count, and that they say that they are alive."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from stage import Stage

from grader.sandbox import Sandbox
from grader.service import workers as module
from grader.service.workers import Workers
from grader.web.logs import JsonFormatter

ENDLESS = b"def backward(x, delta_f, kernel, stride):\n    while True: pass  # SECRET\n"
RAISES = b"def backward(x, delta_f, kernel, stride):\n    raise ValueError('SECRET')\n"

pytestmark = pytest.mark.needs_isolation


@contextmanager
def listening() -> Iterator[StringIO]:
    """Give what is logged meanwhile, as `grader serve` writes it."""
    written, log = StringIO(), logging.getLogger("grader")
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield written
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)


@pytest.mark.slow
def test_lines_of_a_grading_name_submission_and_fence_and_nobody(
    stage: Stage, sandbox: Sandbox
) -> None:
    workers = Workers(stage.database, stage.catalogue, sandbox, stage.clock)
    person = stage.person(name="Ada SECRET")
    receipts = [stage.hand_in(person, stage.given(RAISES + b"#%d" % n)) for n in range(2)]

    with listening() as written:
        while workers.grade_one():
            pass

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["submission_id"], line["fence"]) for line in lines] == [
        (receipt.submission, 1) for receipt in receipts
    ]
    for told in ("SECRET", *(receipt.id for receipt in receipts)):
        assert told not in written.getvalue()


def test_fault_of_ours_names_the_submission_it_happened_to(
    stage: Stage, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        workers.close()
        raise RuntimeError("SECRET")

    monkeypatch.setattr(module, "grade", fail)
    workers = Workers(stage.database, stage.catalogue, sandbox, stage.clock)
    receipt = stage.hand_in(stage.person())

    with listening() as written:
        workers._run()

    (line,) = map(json.loads, written.getvalue().splitlines())
    assert line["submission_id"] == receipt.submission
    assert line["exception"] == "RuntimeError"
    assert "SECRET" not in written.getvalue()


@pytest.mark.slow
def test_gradings_are_counted(stage: Stage, sandbox: Sandbox) -> None:
    workers = Workers(stage.database, stage.catalogue, sandbox, stage.clock)
    stage.hand_in(stage.person(), stage.given(ENDLESS))
    held = stage.claim()  # by a worker that died
    assert held is not None
    stage.clock.pass_by(seconds=60)

    assert workers.grade_one()

    counts = workers.tally.counts()
    assert counts["claims"] == {"first": 0, "again": 1, "regrade": 0}
    assert counts["limits"] == {"time": 1, "memory": 0, "output": 0}


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_who_watches_hears_after_each_round(
    stage: Stage, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    heard = threading.Semaphore(0)
    for name in ("_HEARTBEAT_SECONDS", "_RECONCILE_SECONDS"):
        monkeypatch.setattr(module, name, 0.01)
    workers = Workers(
        stage.database, stage.catalogue, sandbox, stage.clock, when_tended=heard.release
    )
    workers.start(1)
    if fails:
        monkeypatch.setattr(module.queue, "reconcile", lambda *_: 1 / 0)

    with listening() as written:
        rounds = [heard.acquire(timeout=30) for _ in range(3)]
        workers.close()

    assert rounds == [True] * 3
    assert ("reconciling failed" in written.getvalue()) is fails
