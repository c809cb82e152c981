"""Write a folder whole or not at all: beside its place first, then renamed into it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from grader.core.errors import UsageError


def write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Create target with these files (relative name -> text); UsageError leaves nothing behind."""
    if target.exists():
        raise UsageError(where=str(target), what="exists already")
    beside = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        for name, text in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        beside.chmod(0o755)
        os.rename(beside, target)
    except OSError as error:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
        reason = (error.strerror or type(error).__name__).lower()
        raise UsageError(where=str(target), what=f"cannot be written ({reason})") from error
