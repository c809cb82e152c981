"""The server's clock, which alone decides lateness; tests bring their own."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Gives the time as whole milliseconds since 1970, UTC."""

    def now_ms(self) -> int:
        """Give the time."""


class SystemClock:
    """The host's clock."""

    def now_ms(self) -> int:
        """Give the time."""
        return time.time_ns() // 1_000_000
