"""Metrics for Prometheus, on a port of their own that only this machine reaches.

Gauges are read from the database when somebody asks. Labels are closed sets: patterns of routes,
statuses, reasons; never a name, a receipt or a path, which would tell and would never end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from grader.core.errors import UsageError
from grader.service.health import checks
from grader.service.measures import Gradings, Waiting, look
from grader.service.tally import Tally
from grader.web.site import Site

_HOST = "127.0.0.1"
_REQUEST_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one server. observe() is told of each request."""

    def __init__(self, site: Site, tally: Tally) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Collected(site, tally))
        ProcessCollector(namespace="grader", registry=self.registry)
        self._requests = Counter(
            "grader_http_requests",
            "Requests answered, by pattern of the route.",
            ("route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "grader_http_request_seconds",
            "From a request to the end of its answer; of events, as long as somebody listens.",
            ("route",),
            buckets=_REQUEST_BOUNDS,
            registry=self.registry,
        )

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def serve(self, port: int) -> tuple[int, Callable[[], None]]:
        """Serve them; gives the port, and what stops it. UsageError when the port is taken."""
        try:
            server, thread = start_http_server(port, addr=_HOST, registry=self.registry)
        except OSError as error:
            raise UsageError(
                where=f"{_HOST}:{port}",
                what=f"cannot be listened at ({error.strerror})",
                hint="choose another --metrics-port, or 0 for any free one",
            ) from error

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return server.server_port, stop


class _Collected:
    """What is looked up when somebody asks."""

    def __init__(self, site: Site, tally: Tally) -> None:
        self._site, self._tally, self._gradings = site, tally, Gradings()

    def collect(self) -> Iterator[Metric]:
        """Give everything; without the database, what needs none."""
        yield from self._of_this_process()
        checked = GaugeMetricFamily(
            "grader_check", "1 where what /readyz names holds, else 0.", labels=["check"]
        )
        for check in checks(self._site.database, self._site.clock):
            checked.add_metric([check.name], float(check.holds))
        yield checked
        waiting = look(self._site.database, self._gradings, self._site.clock.now_ms())
        if waiting is not None:  # else grader_check{check="database"} is 0
            yield from self._of_database(waiting)

    def _of_this_process(self) -> Iterator[Metric]:
        counts = self._tally.counts()
        claims = CounterMetricFamily(
            "grader_claims",
            "Gradings begun since this process started: first of a submission, again because a "
            "worker died or gave it back, regrade.",
            labels=["reason"],
        )
        limits = CounterMetricFamily(
            "grader_sandbox_limits",
            "Submissions that ran into a limit of the sandbox, since this process started.",
            labels=["cause"],
        )
        for family, name in ((claims, "claims"), (limits, "limits")):
            for label, count in counts[name].items():
                family.add_metric([label], count)
            yield family
        yield CounterMetricFamily(
            "grader_reconciled",
            "Submissions found done and without a result since this process started: a fault.",
            value=counts["reconciled"][""],
        )

    def _of_database(self, waiting: Waiting) -> Iterator[Metric]:
        yield GaugeMetricFamily("grader_queue_waiting", "Submissions that wait.", waiting.count)
        yield GaugeMetricFamily(
            "grader_queue_oldest_seconds", "How long the oldest waits.", waiting.oldest_seconds
        )
        yield GaugeMetricFamily("grader_queue_running", "Being graded now.", waiting.running)
        submissions = CounterMetricFamily(
            "grader_submissions",
            "Submissions by what their first grading came to.",
            labels=["result"],
        )
        for status, count in self._gradings.by_status.items():
            submissions.add_metric([status], count)
        yield submissions
        yield HistogramMetricFamily(
            "grader_grading_seconds",
            "How long gradings took, regrades too.",
            buckets=[(_bound(bound), count) for bound, count in self._gradings.up_to],
            sum_value=self._gradings.seconds,
        )


def _bound(seconds: float) -> str:
    return "+Inf" if seconds == float("inf") else str(seconds)
