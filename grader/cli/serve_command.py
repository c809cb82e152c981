"""`grader serve`: the web server and its graders in one process, with an embedded database."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from grader.cli.common import (
    SERVER_PACKAGES,
    add_course_option,
    add_isolation_option,
    add_state_option,
    course_of,
    positive_int,
    print_text,
    require_packages,
    required_isolation,
    state_folder,
)
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from grader.sandbox import Sandbox
    from grader.service.clock import Clock
    from grader.service.demo import Welcome
    from grader.service.tally import Tally
    from grader.web.serving import Listening
    from grader.web.shell import Observe
    from grader.web.site import Site

_FIRST_PORT = 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `serve`."""
    add_state_option(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument(
        "--port", type=_port, default=_FIRST_PORT, help=f"port (default {_FIRST_PORT}; 0: any)"
    )
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help="where browsers reach the server, by TLS; needed to listen beyond this machine",
    )
    parser.add_argument(
        "--workers", type=positive_int, metavar="N", help="graders (default: cores less one)"
    )
    parser.add_argument("--demo", action="store_true", help="add three sample students")
    parser.add_argument(
        "--restore",
        type=Path,
        metavar="FILE",
        help="begin with the database of a backup, in a folder that has none",
    )
    parser.add_argument(
        "--metrics-port",
        type=_port,
        metavar="PORT",
        help="serve metrics for Prometheus to this machine (0: any port)",
    )
    add_isolation_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until stopped, then 0."""
    require_packages("serve", "server", SERVER_PACKAGES)
    if options.metrics_port is not None:
        require_packages("--metrics-port", "metrics", ("prometheus_client",))
    public = _public_url(options)
    from grader.sandbox import Sandbox

    # the zygote imports numpy in its own process while this one imports the web
    with Sandbox.start(required=required_isolation(options)) as sandbox:
        from grader.web.serving import listen

        with listen(options.host, options.port) as listening, ExitStack() as until_stopped:
            _serve(options, public, sandbox, listening, until_stopped)
    return 0


def _serve(
    options: argparse.Namespace,
    public: str,
    sandbox: Sandbox,
    listening: Listening,
    until_stopped: ExitStack,
) -> None:
    from grader.core.call import Isolation
    from grader.service.backup_keeper import BackupKeeper
    from grader.service.catalogue import Catalogue
    from grader.service.clock import SystemClock
    from grader.service.database import Database
    from grader.service.demo import welcome
    from grader.service.verifying import Verifier
    from grader.service.workers import Workers
    from grader.web import supervisor
    from grader.web.serving import serve
    from grader.web.site import Site

    state, clock = state_folder(options.state, is_demo=options.demo), SystemClock()
    catalogue = Catalogue(course_of(options), state / "corpora")
    if options.restore is not None:
        _restore(options.restore, state, clock)
    database = Database.open(state / "grader.sqlite")
    until_stopped.callback(database.close)
    greeting = welcome(database, catalogue, clock, is_demo=options.demo)
    count = options.workers or max((os.cpu_count() or 2) - 1, 1)
    workers = Workers(
        database, catalogue, sandbox, clock, when_tended=lambda: supervisor.tell(supervisor.ALIVE)
    )
    until_stopped.callback(workers.close)
    site = Site(
        database=database,
        catalogue=catalogue,
        clock=clock,
        dispatcher=workers,
        workers=count,
        is_secure=public.startswith("https:"),
        public_host=urlsplit(public).netloc,
        is_official=sandbox.isolation is not Isolation.SELF_CHECK,
        verifier=Verifier.of(catalogue, sandbox),
    )
    keeper = BackupKeeper(site.backups)
    until_stopped.callback(keeper.close)
    for error in catalogue.errors:
        print(f"grader: {error}", file=sys.stderr)
    observe, where = _metrics(options.metrics_port, site, workers.tally, until_stopped)

    def when_ready(port: int) -> None:
        workers.start(count)
        keeper.start()
        _greet(public or _local_url(options.host, port), greeting, where)
        supervisor.tell(supervisor.READY)

    serve(site, listening, when_ready, observe)
    supervisor.tell(supervisor.STOPPING)


def _metrics(
    port: int | None, site: Site, tally: Tally, until_stopped: ExitStack
) -> tuple[Observe, str]:
    """Serve metrics where they were asked for; gives who hears of requests, and their address."""
    if port is None:
        return lambda *_: None, ""
    from grader.web.metrics import Metrics

    metrics = Metrics(site, tally)
    found, stop = metrics.serve(port)
    until_stopped.callback(stop)
    return metrics.observe, f"http://127.0.0.1:{found}/metrics"


def _restore(backup: Path, state: Path, clock: Clock) -> None:
    from grader.service.restore import restore

    found = restore(backup, state / "grader.sqlite", clock)
    newest = "none yet"
    if found.newest_ms is not None:
        newest = f"the newest of {datetime.fromtimestamp(found.newest_ms / 1000, UTC):%F %T} UTC"
    print_text(f"restored {backup}: {found.submissions} submissions, {newest}")


def _greet(address: str, greeting: Welcome, metrics: str) -> None:
    lines = [f"serving at {address}/ (Ctrl-C stops)"]
    if greeting.links:
        lines.append("sign in, once each within a week:")
        width = max(len(name) for name, _ in greeting.links)
        lines += [f"  {name:<{width}}  {address}/sign-in/{link}" for name, link in greeting.links]
    if metrics:
        lines.append(f"metrics at {metrics}")
    print_text("\n".join(lines))
    sys.stdout.flush()


def _public_url(options: argparse.Namespace) -> str:
    """Give the address of --public-url without its last '/', '' when none is needed or given."""
    given = (options.public_url or "").rstrip("/")
    if given:
        parts = urlsplit(given)
        if parts.scheme not in ("https", "http") or not parts.netloc or parts.path or parts.query:
            raise UsageError(
                where="--public-url",
                what=f"is {given!r}",
                hint="such as https://grader.example.org",
            )
    if _is_loopback(options.host) or given.startswith("https:"):
        return given
    raise UsageError(
        where=f"--host {options.host}",
        what="others could reach the server, and sign-in is not set up for them",
        hint="put it behind a proxy with TLS and name its address: --public-url https://…",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _local_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{value} is not from 0 to 65535")
    return value
