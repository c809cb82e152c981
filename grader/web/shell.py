"""Around every request: an id, headers of safety, a limit on its body, one line in the log."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.service.submissions import MOST_BYTES
from grader.web.logs import request_id, route_of

_log = logging.getLogger("grader.web")
#: of a whole request: the files, as base64 where the API takes them, and what stands around them
MOST_BODY_BYTES = MOST_BYTES * 4 // 3 + (32 << 10)
#: read and thrown away after that, so that a browser hears the answer instead of a broken line
_MOST_DRAINED_BYTES = 8 << 20
_PLAIN_500 = b"Something of ours failed. Nothing that has a receipt is lost. Please try again."


Observe = Callable[[str, int, float], None]


class BodyTooLarge(Exception):
    """More was sent than any hand-in may hold; counted while it came in, whatever was announced."""


class Shell:
    """Wraps the application; uvicorn serves this."""

    def __init__(
        self, app: ASGIApp, *, is_secure: bool, observe: Observe = lambda *_: None
    ) -> None:
        """observe: told of each request's route, status and seconds."""
        self._app, self._is_secure, self._observe = app, is_secure, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass the start and the end of the server on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id.set(secrets.token_hex(8))
        scope.setdefault("state", {})["nonce"] = secrets.token_urlsafe(16)
        answer = _Answer(send, self._headers(scope))
        began = time.monotonic()
        try:
            await self._app(scope, _Limited(receive), answer)
        except Exception:  # noqa: BLE001 -- the edge: logged without its text, told as our fault
            _log.exception("a request failed")
            if not answer.status:
                await _plain_500(answer)
        finally:
            seconds = time.monotonic() - began
            _log.info("request", extra={"fields": _fields(scope, answer, seconds)})
            self._observe(route_of(scope), answer.status, seconds)

    def _headers(self, scope: Scope) -> dict[str, str]:
        nonce = scope["state"]["nonce"]
        headers = {
            "Content-Security-Policy": (
                f"default-src 'self'; style-src 'self' 'nonce-{nonce}'; object-src 'none'; "
                "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "X-Request-Id": request_id.get(),
        }
        if self._is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return headers


class _Limited:
    """Receives a request's body up to its limit."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._bytes = receive, 0

    async def __call__(self) -> Message:
        message = await self._next()
        if self._bytes <= MOST_BODY_BYTES:
            return message
        while message.get("more_body") and self._bytes <= _MOST_DRAINED_BYTES:
            message = await self._next()
        raise BodyTooLarge

    async def _next(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        return message


class _Answer:
    """Sends what the application answers, with the headers of every page."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send, self._headers, self.status = send, headers, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            sent = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                sent.setdefault(name, value)
            # what a person sees is theirs; files of ours are asked for again, by their ETag
            sent.setdefault("Cache-Control", "no-cache" if "etag" in sent else "no-store")
        await self._send(message)


async def _plain_500(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": _PLAIN_500})


def _fields(scope: Scope, answer: _Answer, seconds: float) -> dict[str, object]:
    return {
        "method": scope["method"],
        "route": route_of(scope),
        "status": answer.status,
        "milliseconds": round(seconds * 1000),
        "person": scope["state"].get("pseudonym", ""),
    }
