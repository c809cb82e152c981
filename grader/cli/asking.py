"""Ask a grader's server: never in the clear, never led elsewhere, patient to a stated end.

What comes back is a stranger's until it was checked: bounded in size, JSON, of the right types.
What is sent carries a key, so trying again is harmless.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from grader.core.errors import UsageError

_API = "/api/v1"
_SOCKET_SECONDS = 30
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_MOST_BYTES = 64 << 20
_CHUNK = 1 << 16
_LONGEST_SAID = 300


class Unreachable(Exception):
    """The server was not reached, or answered what no grader answers; not the caller's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: headers by lower-case name."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def is_json(self) -> bool:
        """Tell whether it says that it is JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind in ("application/json", "application/problem+json")

    @property
    def is_ours(self) -> bool:
        """Tell whether it is worth trying again: the server's fault, or too often for now."""
        return self.status >= 500 or self.status == 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server, the token it is asked with, and for how long it is tried again."""

    address: str
    token: str = field(repr=False)
    patience_seconds: float
    tell: Callable[[str], None] = lambda _: None

    def get(self, *steps: str, **asked: str) -> Answer:
        """Give what is at an address of the API; UsageError with the server's words if refused."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
        return self._ask("GET", _path(steps) + (f"?{query}" if query else ""), None, {})

    def post(self, *steps: str, body: object, key: str) -> Answer:
        """Send something once: key tells the server that a repetition is one."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask("POST", _path(steps), json.dumps(body).encode(), headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(
            self.address + path,
            data=body,
            headers={**headers, "Accept": "application/json", "User-Agent": "grader"},
            method=method,
        )
        # not among the headers that an opener would carry along to another place
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        end, pause = time.monotonic() + self.patience_seconds, _FIRST_PAUSE
        while True:
            answer, said = self._try(request, end)
            if answer is not None and not answer.is_ours:
                return self._checked(answer)
            wait = max(pause, _retry_after(answer))
            if time.monotonic() + wait > end:
                return self._given_up(answer, said)
            self.tell(f"{said}; trying again in {wait:.0f} s")
            time.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _try(self, request: urllib.request.Request, end: float) -> tuple[Answer | None, str]:
        """Ask once; gives the answer, or None and why there is none."""
        try:
            with _opener(self.address).open(request, timeout=_SOCKET_SECONDS) as response:
                content = _read(response, max(end, time.monotonic() + _SOCKET_SECONDS))
                headers = {name.lower(): value for name, value in response.headers.items()}
                answer = Answer(status=response.status, content=content, headers=headers)
            return answer, f"{self.address} answered {answer.status}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                what = f"its certificate cannot be trusted ({reason.verify_message})"
                raise UsageError(where=self.address, what=what) from error
            name = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
            return None, f"{self.address} cannot be reached ({_line(str(name))})"

    def _given_up(self, answer: Answer | None, said: str) -> Answer:
        if answer is not None and answer.status == 429:
            return self._checked(answer)
        raise Unreachable(f"{said}; given up after {self.patience_seconds:.0f} s")

    def _checked(self, answer: Answer) -> Answer:
        """Give an answer that is one of a grader's; else say what was found instead."""
        if 300 <= answer.status < 400:
            place = _line(answer.headers.get("location", "elsewhere"))
            what = f"leads to {place}, where a token is not sent"
            raise UsageError(where=self.address, what=what, hint="name the server's own address")
        if not answer.is_json:
            what = f"answered {answer.status} with something that no grader answers"
            raise UsageError(where=self.address, what=what, hint="is this its address?")
        if answer.status >= 400:
            told = loaded(answer)
            what, hint = (_line(str(told.get(name, ""))) for name in ("detail", "hint"))
            where = f"{self.address} refused ({answer.status})"
            raise UsageError(where=where, what=what or "no reason was given", hint=hint)
        return answer


def server_at(address: str, token: str, patience_seconds: float) -> Server:
    """Give the server at an address; UsageError where the token would not be safe on its way."""
    given = address.rstrip("/")
    hint = "such as https://grader.example.org"
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise UsageError(where="--server", what=f"is {given!r}", hint=hint) from error
    is_plain = not (parts.path or parts.query or parts.fragment or parts.username)
    is_printable = given.isascii() and given.isprintable() and " " not in given
    if parts.scheme not in ("http", "https") or not host or not is_plain or not is_printable:
        raise UsageError(where="--server", what=f"is {given!r}", hint=hint)
    if parts.scheme == "http" and not is_loopback(host):
        what = "a token would travel unencrypted"
        raise UsageError(where=f"--server {given}", what=what, hint="use its https:// address")
    is_terminal = sys.stderr.isatty()
    tell = _say if is_terminal else _say_plainly
    return Server(address=given, token=token, patience_seconds=patience_seconds, tell=tell)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def loaded(answer: Answer) -> dict[str, Any]:
    """Give an answer as data; Unreachable when it is no JSON object."""
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise Unreachable("the server sent what is not JSON") from error
    if not isinstance(found, dict):
        raise Unreachable("the server sent something else than was asked for")
    return found


def _opener(address: str) -> urllib.request.OpenerDirector:
    """Give what opens addresses: without redirects, cookies, files, and any status is an answer."""
    opener = urllib.request.OpenerDirector()
    host = urlsplit(address).hostname or ""
    # what is meant for this machine is nothing for a proxy to see
    proxies: dict[str, str] | None = {} if is_loopback(host) else None
    for handler in (
        urllib.request.ProxyHandler(proxies),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    ):
        opener.add_handler(handler)
    return opener


def _read(response: http.client.HTTPResponse, end: float) -> bytes:
    pieces, size = [], 0
    while piece := response.read(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES:
            raise Unreachable(f"the server sent more than {_MOST_BYTES >> 20} MiB")
        if time.monotonic() > end:
            raise TimeoutError("it sends too slowly")
    if response.length:  # what was announced and did not come
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def _retry_after(answer: Answer | None) -> float:
    text = answer.headers.get("retry-after", "") if answer is not None else ""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0.0


def _path(steps: tuple[str, ...]) -> str:
    return "/".join([_API, *(quote(step, safe="") for step in steps)])


def _line(text: str) -> str:
    from grader.report.visible import one_line

    return one_line(text, _LONGEST_SAID)


def _say(text: str) -> None:
    print(f"\r\x1b[Kgrader: {text}", file=sys.stderr)


def _say_plainly(text: str) -> None:
    print(f"grader: {text}", file=sys.stderr)
