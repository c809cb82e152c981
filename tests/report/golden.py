"""Golden texts: a difference is read by a person, then accepted by copying the file it names."""

from __future__ import annotations

import tempfile
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "golden" / "report"


def assert_golden(name: str, text: str) -> None:
    """Compare a text, byte for byte, with tests/golden/report/NAME."""
    golden = _FOLDER / name
    if golden.exists() and golden.read_bytes() == text.encode("utf-8"):
        return
    actual = Path(tempfile.mkdtemp(prefix="golden-")) / name
    actual.write_bytes(text.encode("utf-8"))
    raise AssertionError(f"read the difference; to accept it: cp {actual} {golden}")
