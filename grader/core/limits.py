"""What a submission may use before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20
#: one 600x600 matmul peaks at 142 MB in numpy, 245 MB with scipy: less would fail right answers
LEAST_MEMORY_BYTES = 256 * MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one worker: CPU seconds for loading and for each call, memory, kept output.

    cpu_seconds: CPU time of one call. load_cpu_seconds: of importing the submission.
    total_cpu_seconds: of everything one submission does. The wall limit is derived from these.
    """

    cpu_seconds: float = 2.0
    load_cpu_seconds: float = 10.0
    total_cpu_seconds: float = 60.0
    memory_bytes: int = 1024 * MEBIBYTE
    kept_output_bytes: int = 64 * 1024
    flood_output_bytes: int = 8 * MEBIBYTE

    def __post_init__(self) -> None:
        if not 0 < self.cpu_seconds <= 3600 or not 0 < self.load_cpu_seconds <= 3600:
            raise ValueError(f"CPU seconds must lie in (0, 3600], got {self.cpu_seconds}")
        if self.memory_bytes < LEAST_MEMORY_BYTES:
            raise ValueError(f"memory_bytes is {self.memory_bytes}, at least {LEAST_MEMORY_BYTES}")

    @staticmethod
    def wall_seconds(cpu_seconds: float) -> float:
        """Wall-clock bound that catches sleepers but not a busy host."""
        return max(5 * cpu_seconds, 10.0)
