"""One line of JSON per event: no names, no code, no secrets, so that a log may be shown around.

Of an exception only its type and the places in the code are kept: its text may quote what a student
wrote.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar

from starlette.types import Scope

from grader.service import log_context

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object; `extra={"fields": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= log_context.context()
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["frames"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=True, default=str)


def set_up(level: int) -> None:
    """Send everything of this level and above to stderr, as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def route_of(scope: Scope) -> str:
    """Give the pattern of the route that served a request: paths hold secrets and ids."""
    route = scope.get("route")
    return str(getattr(route, "path", "")) or "(none)"
