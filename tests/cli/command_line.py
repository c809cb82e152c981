"""Run `grader` and keep what came out."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.cli import main

RIGHT = "def row_means(x):\n    return x.mean(axis=1)\n"
WRONG = "def row_means(x):\n    return x.sum(axis=1) / x.shape[0]\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    stdout: str
    stderr: str


Run = Callable[[list[str]], Ran]


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder of a test."""

    root: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text()
        assert text.count(old) == 1, (old, text.count(old))
        path.write_text(text.replace(old, new))


class _Bytes(io.TextIOWrapper):
    """A text stream that remembers its bytes, as the real one of a process."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]  # BytesIO


def run_here(arguments: list[str]) -> Ran:
    """Run in this process; argparse leaves by SystemExit."""
    out, err = _Bytes(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    return Ran(code, out.text(), err.getvalue())


def run_there(
    arguments: list[str],
    *,
    folder: Path,
    stdin: bytes = b"",
    prefix: tuple[str, ...] = (),
    **environment: str,
) -> Ran:
    """Run in a process of its own."""
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "grader", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )
    return Ran(
        done.returncode,
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
    )
