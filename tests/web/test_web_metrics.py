"""Metrics are what the database and this process say, and name nobody."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from visitor import Server, record

from grader.core.errors import UsageError
from grader.core.verdict import Verdict
from grader.service import queue
from grader.service.tally import Tally
from grader.web.metrics import Metrics
from tests.report import examples
from tests.service.stage import finished


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def metrics(server: Server, tally: Tally) -> Metrics:
    return Metrics(server.site, tally)


def values(metrics: Metrics) -> dict[str, float]:
    """Give each sample as it is written: name{labels} -> value."""
    return parsed(generate_latest(metrics.registry).decode())


def parsed(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for name, labels, value, *_ in family.samples:
            inside = ",".join(f'{key}="{label}"' for key, label in sorted(labels.items()))
            found[f"{name}{{{inside}}}" if inside else name] = value
    return found


def test_what_waits_is_told_with_how_long(server: Server, metrics: Metrics) -> None:
    for _ in range(3):
        server.visitor().receipt()
    server.stage.clock.pass_by(seconds=90)
    server.stage.claim()

    found = values(metrics)

    assert found["grader_queue_waiting"] == 2
    assert found["grader_queue_running"] == 1
    assert found["grader_queue_oldest_seconds"] == 90


def test_results_are_counted_once_each(server: Server, metrics: Metrics) -> None:
    stage = server.stage
    for seconds in (0.04, 0.2, 3):
        stage.hand_in(stage.person())
        held = stage.claim()
        assert held is not None
        stage.clock.pass_by(seconds=seconds)
        done = queue.Finished(
            status="graded",
            score=finished().score,
            max_score=finished().max_score,
            report=b"",
            started_ms=stage.clock.now_ms() - int(seconds * 1000),
        )
        with stage.database.writing() as connection:
            queue.finish(connection, held, done, stage.clock.now_ms())
        values(metrics)

    found = values(metrics)

    assert found['grader_submissions_total{result="graded"}'] == 3
    assert found['grader_submissions_total{result="infrastructure_error"}'] == 0
    assert found['grader_grading_seconds_bucket{le="0.05"}'] == 1
    assert found['grader_grading_seconds_bucket{le="0.25"}'] == 2
    assert found['grader_grading_seconds_bucket{le="+Inf"}'] == 3
    assert found["grader_grading_seconds_sum"] == pytest.approx(3.24)


def test_what_graders_did_is_counted_by_reason(metrics: Metrics, tally: Tally) -> None:
    for claims, run in ((1, 1), (1, 1), (2, 1), (1, 7)):
        tally.claimed(claims, run, 1)
    tally.reconciled(2)

    found = values(metrics)

    counted = {n.split('"')[1]: v for n, v in found.items() if n.startswith("grader_claims_total")}
    assert counted == {"first": 2, "again": 1, "regrade": 1}
    assert found["grader_reconciled_total"] == 2


@pytest.mark.parametrize(
    ("verdict", "cause"),
    [(Verdict.TLE, "time"), (Verdict.MLE, "memory"), (Verdict.OLE, "output"), (Verdict.WA, "")],
)
def test_submission_that_ran_into_a_limit_is_counted_once(
    metrics: Metrics, tally: Tally, verdict: Verdict, cause: str
) -> None:
    failure = examples.wrong_answer(verdict=verdict)
    groups = [examples.group(name, 1, failure) for name in ("one", "two")]
    tally.reported(examples.report(examples.part(*groups)))

    found = values(metrics)

    for each in ("time", "memory", "output"):
        name = f'grader_sandbox_limits_total{{cause="{each}"}}'
        assert found[name] == (1 if each == cause else 0)


def test_requests_are_counted_by_pattern_and_status(server: Server, metrics: Metrics) -> None:
    visitor = server.visitor()
    where = visitor.receipt()
    server.observe = metrics.observe
    with server.client() as client:
        client.cookies = visitor.client.cookies
        for path in (where, where, "/submissions/none", "/no/such/page"):
            client.get(path)

    found = values(metrics)

    requests = "grader_http_requests_total"
    assert found[f'{requests}{{route="/submissions/{{receipt}}",status="200"}}'] == 2
    assert found[f'{requests}{{route="/submissions/{{receipt}}",status="404"}}'] == 1
    assert found[f'{requests}{{route="(none)",status="404"}}'] == 1
    seconds = 'grader_http_request_seconds_count{route="/submissions/{receipt}"}'
    assert found[seconds] == 3


def test_nobody_is_named(server: Server, metrics: Metrics) -> None:
    visitor = server.visitor(name="Ada Sample")
    receipt = visitor.receipt("secret_code = 1").rpartition("/")[2]
    record(server.stage, examples.passed())

    text = generate_latest(metrics.registry).decode()

    for told in ("Ada", receipt, visitor.person.pseudonym, "secret_code"):
        assert told not in text
    assert all(name.startswith("grader_") for name in values(metrics))


def test_checks_and_memory_are_told(server: Server, metrics: Metrics) -> None:
    found = values(metrics)

    assert found['grader_check{check="workers"}'] == 0
    assert found['grader_check{check="database"}'] == 1
    assert found["grader_process_resident_memory_bytes"] > 1 << 20


def test_database_that_cannot_be_read_takes_no_metrics_away_that_need_none(
    server: Server, metrics: Metrics
) -> None:
    with server.stage.database.writing() as connection:
        connection.execute(text("DROP TABLE practice_card"))
        connection.execute(text("ALTER TABLE result RENAME TO gone"))

    found = values(metrics)

    assert found['grader_claims_total{reason="first"}'] == 0
    assert "grader_queue_waiting" not in found


def test_operators_page_names_every_metric_and_no_other(metrics: Metrics) -> None:
    page = Path(__file__).parents[2] / "grader" / "deploy" / "README.md"
    rows = re.findall(r"^\| (`grader_.*?) \|", page.read_text(), re.MULTILINE)
    named = set(re.findall(r"`(grader_\w+)[`{*]", " ".join(rows)))
    metrics.observe("/", 200, 0.1)

    found = {family.name for family in text_string_to_metric_families(
        generate_latest(metrics.registry).decode()
    )}  # fmt: skip

    of_process = {name for name in found if name.startswith("grader_process_")}
    of_time = {name for name in found if name.endswith("_created")}
    assert of_process
    assert {name.removesuffix("_total") for name in named} == {"grader_process_"} | (
        found - of_process - of_time
    )


@pytest.fixture
def port(metrics: Metrics) -> Iterator[int]:
    found, stop = metrics.serve(0)
    yield found
    stop()


def test_they_are_served_on_a_port_of_their_own(metrics: Metrics, port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        found = parsed(answer.read().decode())

    assert found["grader_queue_waiting"] == 0
    with pytest.raises(UsageError, match=r"cannot be listened at.*choose another --metrics-port"):
        metrics.serve(port)
