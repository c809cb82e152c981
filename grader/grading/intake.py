"""Read what a learner handed in as bytes; nothing of it is parsed here.

A submission is a .py file, a notebook, a zip, a folder, or standard input. Unpacking, decoding and
compiling happen in the worker. Here only sizes, kinds of file and places are looked at, so that a
2 GB file, a device or a link out of the folder costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import UsageError
from grader.core.limits import MEBIBYTE

_LARGEST = {".py": MEBIBYTE, ".ipynb": 16 * MEBIBYTE, ".zip": 16 * MEBIBYTE}
_LARGEST_FOLDER = 16 * MEBIBYTE
_MOST_FILES = 200
_DEEPEST = 6
_SKIPPED = {"__pycache__", "__MACOSX", "node_modules", "venv", "site-packages"}
SUBMITTED_KINDS = (".py", ".ipynb", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What was handed in at one time: relative name -> bytes. refusal: why it is not graded."""

    name: str
    files: Mapping[str, bytes]
    sha256: str
    refusal: str = ""


def read_submission(path: Path, name: str | None = None) -> Submission:
    """Read one file or folder as one submission; UsageError when there is nothing at path."""
    label = name or path.name or str(path)
    mode = _mode_of(path)
    if stat.S_ISDIR(mode):
        return _read_folder(path, label)
    if not stat.S_ISREG(mode):
        return _refused(label, f"{label} is not a regular file")
    try:
        content, refusal = _read_file(path, label)
    except OSError as error:
        raise unreadable(path, error) from error
    return _refused(label, refusal) if refusal else submission_of(label, {label: content})


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder at path; UsageError when there is nothing."""
    return stat.S_ISDIR(_mode_of(path))


def _mode_of(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError as error:
        raise UsageError(where=str(path), what="there is no such file or folder") from error
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> UsageError:
    """Give the error for a path that cannot be read."""
    return UsageError(where=str(path)[:200], what=f"cannot be read ({_reason(error)})")


def read_found(path: Path) -> Submission:
    """Read what was found in a folder of many: whatever is wrong with it is its own matter only."""
    if path.is_symlink():
        return _refused(path.name, f"{path.name} is a link; hand in the file itself")
    try:
        return read_submission(path)
    except UsageError as error:
        return _refused(path.name, f"{path.name} {error.what}")


def read_standard_input(name: str = "stdin.py") -> Submission:
    """Read a source or a notebook from standard input."""
    content = sys.stdin.buffer.read(_LARGEST[".ipynb"] + 1)
    if content[:1] == b"{" and b'"cells"' in content:
        name = Path(name).with_suffix(".ipynb").name
    largest = _LARGEST[Path(name).suffix]
    if len(content) > largest:
        return _refused(name, f"standard input is larger than {largest // MEBIBYTE} MiB")
    return (
        _refused(name, "standard input is empty")
        if not content.strip()
        else submission_of(name, {name: content})
    )


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Give a key that sorts student2 before student10."""
    pieces = re.split(r"(\d{1,18})", str(path))
    return [(1, int(piece), "") if piece.isdecimal() else (0, 0, piece) for piece in pieces]


def is_candidate(path: Path) -> bool:
    """Tell whether something in a folder may be, or hold, what a learner wrote."""
    if path.name.startswith(".") or path.name in _SKIPPED:
        return False
    return path.is_dir() or path.suffix.lower() in SUBMITTED_KINDS


def _read_file(path: Path, label: str) -> tuple[bytes, str]:
    """Give the content, or why it is refused."""
    largest = _LARGEST.get(path.suffix.lower(), MEBIBYTE)
    # O_NONBLOCK: a name that turned into a pipe since it was looked at must not hang the grader
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return b"", f"{label} is not a regular file"
        if status.st_size > largest:
            size = status.st_size / MEBIBYTE
            return (
                b"",
                f"{label} is {size:,.1f} MiB; at most {largest // MEBIBYTE} MiB can be handed in",
            )
        content = file.read(largest + 1)
    if len(content) > largest:
        return b"", f"{label} grew while it was read"
    if not content.strip():
        return b"", f"{label} is empty"
    return content, ""


def _read_folder(folder: Path, label: str) -> Submission:
    files: dict[str, bytes] = {}
    total, root = 0, folder.resolve()
    try:
        found = list(_walk(folder, 0))
    except OSError as error:
        return _refused(label, f"a folder in {label} cannot be read ({_reason(error)})")
    for path in found:
        name = path.relative_to(folder).as_posix()
        if not _is_inside(path, root):
            return _refused(label, f"{name} in {label} is a link to a place outside of it")
        if not path.is_file():
            continue
        try:
            content, refusal = _read_file(path, name)
        except OSError as error:
            return _refused(label, f"{name} in {label} cannot be read ({_reason(error)})")
        if refusal and not refusal.endswith("is empty"):
            return _refused(label, refusal)
        total += len(content)
        if content:
            files[name] = content
        if total > _LARGEST_FOLDER or len(files) > _MOST_FILES:
            return _refused(label, f"{label} has more than {_MOST_FILES} files or 16 MiB of source")
    if not files:
        return _refused(label, f"{label} holds no .py file and no notebook")
    return submission_of(label, files)


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _walk(folder: Path, depth: int) -> Iterable[Path]:
    if depth > _DEEPEST:
        return
    for child in sorted(folder.iterdir(), key=natural_key):
        if not is_candidate(child):
            continue
        if child.is_dir() and not child.is_symlink():
            yield from _walk(child, depth + 1)
        elif child.is_symlink() or child.suffix.lower() in SUBMITTED_KINDS:
            yield child


def submission_of(name: str, files: Mapping[str, bytes]) -> Submission:
    """Give what was handed in over another way than the file system, already bounded in size."""
    sendable = {_sendable(file): content for file, content in files.items()}
    return Submission(name=name, files=sendable, sha256=_digest(files))


def _sendable(name: str) -> str:
    """Give a file name as text that every encoding of Unicode can hold: names are bytes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _refused(name: str, refusal: str) -> Submission:
    return Submission(name=name, files={}, sha256=_digest({}), refusal=refusal)


def _digest(files: Mapping[str, bytes]) -> str:
    """Digest of one file's bytes, as sha256sum gives it; of more, over names and contents."""
    if len(files) == 1:
        return hashlib.sha256(next(iter(files.values()))).hexdigest()
    digest = hashlib.sha256()
    for name in sorted(files):
        encoded = name.encode("utf-8", "surrogateescape")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
        digest.update(len(files[name]).to_bytes(8, "little") + files[name])
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
