"""Health for machines and for the operator; progress for who waits."""

from __future__ import annotations

import json

import anyio
import pytest
from sqlalchemy import insert
from visitor import Server, record

from grader.service.access import Role
from grader.service.tables import worker
from grader.service.waiting import Waiting
from grader.web.progress import MOST_STREAMS, Progress, TooManyStreams
from tests.report import examples


def test_process_that_answers_is_healthy(server: Server) -> None:
    assert server.client().get("/healthz").json() == {"status": "ok"}


def test_server_without_workers_is_not_ready(server: Server) -> None:
    answer = server.client().get("/readyz")

    assert answer.status_code == 503
    found = answer.json()["checks"]
    assert {name for name, check in found.items() if not check["holds"]} == {"workers", "backups"}


def alive(server: Server) -> None:
    stage = server.stage
    now_ms = stage.clock.now_ms()
    with stage.database.writing() as connection:
        row = insert(worker).values(id="1-a", started_ms=now_ms, heartbeat_ms=now_ms)
        connection.execute(row)


def test_server_without_backups_says_so_and_is_ready(server: Server) -> None:
    alive(server)

    answer = server.client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"]["backups"] == {"holds": False, "said": "none yet"}


def test_server_whose_clock_went_back_says_so(server: Server) -> None:
    server.visitor().receipt()
    server.stage.clock.pass_by(seconds=-3600)

    found = server.client().get("/readyz").json()["checks"]["clock"]

    assert not found["holds"]
    assert found["said"].endswith(" UTC, 3600 s before what was recorded last")


def test_server_with_work_that_waits_too_long_is_not_ready(server: Server) -> None:
    server.visitor().receipt()
    server.stage.clock.pass_by(seconds=31 * 60)

    assert server.client().get("/readyz").json()["checks"]["queue"]["holds"] is False


def test_operator_sees_checks_and_no_names(server: Server) -> None:
    server.visitor(name="Ada Sample").receipt()

    page = server.visitor(Role.OPERATOR, "Operator").text("/operations")

    assert "1 waiting, the oldest for 0 s" in page
    assert "Ada" not in page


def test_events_tell_the_way_to_the_result(server: Server) -> None:
    seen = [
        Waiting(state="queued", ahead=2, seconds=4),
        Waiting(state="running"),
        Waiting(state="done"),
    ]

    async def listen() -> list[str]:
        progress = Progress(lambda numbers: dict.fromkeys(numbers, seen[0]))
        progress.interval_seconds = 0.01
        events = []
        async with anyio.create_task_group() as tasks:
            await tasks.start(progress.run)
            async for event in progress.stream(1, 7, ""):
                if not event.startswith(":"):
                    events.append(event)
                    seen[:1] = [] if len(seen) > 1 else seen[:1]
            tasks.cancel_scope.cancel()
        return events

    events = anyio.run(listen)

    told = [json.loads(event.split("data: ")[1]) for event in events]
    assert [each["state"] for each in told] == ["queued", "running", "done"]
    assert told[0] == {"state": "queued", "ahead": 2, "seconds": 4}


def test_result_is_told_at_once_and_not_at_the_next_look() -> None:
    state = ["queued"]

    async def listen() -> list[float]:
        progress = Progress(lambda numbers: {n: Waiting(state=state[0]) for n in numbers})
        progress.interval_seconds = 3600
        heard = []
        async with anyio.create_task_group() as tasks:
            await tasks.start(progress.run)
            async for event in progress.stream(1, 7, ""):
                if "queued" in event:
                    heard.append(anyio.current_time())
                    state[:] = ["done"]
                    await anyio.to_thread.run_sync(progress.changed, 7)
                elif "done" in event:
                    heard.append(anyio.current_time())
            tasks.cancel_scope.cancel()
        return heard

    begun, told = anyio.run(listen)

    assert told - begun < 5  # neither the next look nor a sign of life brought it


def test_grader_that_is_done_after_the_server_has_stopped_harms_nobody() -> None:
    progress = Progress(lambda numbers: {})

    async def stop_while_somebody_waits() -> None:
        async with anyio.create_task_group() as tasks:
            await tasks.start(progress.run)
            stream = progress.stream(1, 7, "")
            await anext(stream)
            tasks.cancel_scope.cancel()

    anyio.run(stop_while_somebody_waits)

    progress.changed(7)


def test_stream_says_nothing_twice_to_who_comes_back(server: Server) -> None:
    async def first(last: str) -> str:
        progress = Progress(lambda numbers: {n: Waiting(state="done") for n in numbers})
        progress.interval_seconds = 0.01
        async with anyio.create_task_group() as tasks:
            await tasks.start(progress.run)
            await anyio.sleep(0)
            stream = progress.stream(1, 7, last)
            found = (
                [event async for event in stream if not event.startswith(":")] if not last else []
            )
            tasks.cancel_scope.cancel()
        return "".join(found)

    assert "done" in anyio.run(first, "")


def test_streams_of_one_person_are_limited_and_given_back() -> None:
    async def open_many() -> None:
        progress = Progress(lambda numbers: {})
        streams = [progress.stream(1, number, "") for number in range(MOST_STREAMS)]
        for stream in streams:
            await anext(stream)
        with pytest.raises(TooManyStreams):
            progress.stream(1, 99, "")
        assert progress.stream(2, 99, "") is not None
        for stream in streams:
            await stream.aclose()
        assert progress.stream(1, 99, "") is not None

    anyio.run(open_many)


def test_events_of_what_is_graded_end_at_once(server: Server) -> None:
    visitor = server.visitor()
    where = visitor.receipt()
    record(server.stage, examples.passed())

    answer = visitor.get(f"{where}/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert '"state": "done"' in answer.text
