"""Listen, serve until told to stop, stop in order."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable

import uvicorn

from grader.core.errors import UsageError
from grader.web.app import make_app
from grader.web.logs import set_up
from grader.web.progress import Progress
from grader.web.shell import Observe, Shell
from grader.web.site import Site

_STOP_SECONDS = 3
Listening = socket.socket


def listen(host: str, port: int) -> socket.socket:
    """Give a listening socket; UsageError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise UsageError(
            where=f"{host}:{port}",
            what=f"cannot be listened at ({error})",
            hint="choose another --port, or --port 0 for any free one",
        ) from error


def serve(
    site: Site,
    listening: socket.socket,
    when_ready: Callable[[int], None],
    observe: Observe = lambda *_: None,
) -> None:
    """Serve until SIGINT or SIGTERM; when_ready is called with the port once requests are taken."""
    set_up(logging.INFO)
    app = make_app(site)
    config = uvicorn.Config(
        Shell(app, is_secure=site.is_secure, observe=observe),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=site.is_secure,
        timeout_graceful_shutdown=_STOP_SECONDS,
        h11_max_incomplete_event_size=64 << 10,
        lifespan="on",
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    server = _Server(config, app.state.progress, when_ready)
    # uvicorn raises the signal again after it has stopped; what comes after serve() must still run
    kept = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listening])
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


class _Server(uvicorn.Server):
    """Says when it is ready, and ends the streams of those who wait before it stops."""

    def __init__(
        self, config: uvicorn.Config, progress: Progress, when_ready: Callable[[int], None]
    ) -> None:
        super().__init__(config)
        self._progress, self._when_ready = progress, when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started:
            self._when_ready(sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._progress.close()
        await super().shutdown(sockets)


def _ignore(*_: object) -> None:
    """Do nothing: uvicorn has stopped already."""
