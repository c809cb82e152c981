"""Corpora on disk: built once per question version, read by every process after that.

A file is magic, version, sha256 over key and payload, payload (packing.py, never pickle). It has
three states. Whole: it is used. Absent: the corpus is built and written beside it, then renamed in
one step, so a reader never sees half a file and two builders at once only do the work twice.
Anything else (cut short, changed, a link, another user's, writable by others, of another version):
it is treated as absent. A folder that cannot be used means building every time, never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path

from grader.core.codec import CodecError
from grader.core.corpus import Corpus
from grader.draw.packing import pack, unpack

#: raise when packing, drawing or the order of cases changes
VERSION = 1
MOST_BYTES = 200 << 20
MOST_FILES = 500
_HEAD = b"grader corpus %d\n" % VERSION
_DIGEST_BYTES = 32
_STALE_SECONDS = 3600.0  # of a temporary file left by a process that died


def cache_folder() -> Path | None:
    """Give the folder of cached corpora: $GRADER_CACHE, $XDG_CACHE_HOME/grader or ~/.cache/grader.

    None where there is no home. The folder need not exist yet.
    """
    if chosen := os.environ.get("GRADER_CACHE"):
        return Path(chosen).absolute()
    shared = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(shared):  # the XDG specification ignores relative ones
        return Path(shared) / "grader"
    home = "" if os.environ.get("HOME") == "" else os.path.expanduser("~")
    return Path(home) / ".cache" / "grader" if os.path.isabs(home) else None


def load_or_build(key: str, build: Callable[[], Corpus], folder: Path | None) -> Corpus:
    """Give the corpus cached under a key, or build it and cache it where that is possible.

    key names everything the corpus depends on: the checks, the reference, the versions of grader
    and of Hypothesis.
    """
    cached = _unpacked(read_cached(key, folder))
    if cached is not None:
        return cached
    corpus = build()
    with contextlib.suppress(CodecError):  # nothing that can be written
        write_cached(key, pack(corpus), folder)
    return corpus


def read_cached(key: str, folder: Path | None) -> bytes | None:
    """Give what was written under a key, or None when it is absent or not whole."""
    if folder is None:
        return None
    path = _path(key, folder)
    try:
        data = _read(path)
    except OSError:
        return None
    start = len(_HEAD) + _DIGEST_BYTES
    if (
        data is None
        or not data.startswith(_HEAD)
        or data[len(_HEAD) : start] != _digest(key, data[start:])
    ):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the least recently used are removed first
    return data[start:]


def write_cached(key: str, payload: bytes, folder: Path | None) -> None:
    """Keep a payload under a key, where the folder can be used; never an error."""
    if folder is None:
        return
    path = _path(key, folder)
    with contextlib.suppress(OSError):  # no space, or no rights
        _store(path, key, payload)
        _prune(folder, path)


def _path(key: str, folder: Path) -> Path:
    plain = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", key)
    return folder / f"{key if plain else hashlib.sha256(key.encode()).hexdigest()}.corpus"


def _unpacked(data: bytes | None) -> Corpus | None:
    try:
        return unpack(data) if data is not None else None
    except ValueError:
        return None


def _digest(key: str, payload: bytes) -> bytes:
    head = len(key.encode()).to_bytes(8, "big") + key.encode()
    return hashlib.sha256(head + payload).digest()


def _read(path: Path) -> bytes | None:
    """Give the bytes of our own regular file, or None: nobody else may choose what we trust."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return None
        if hasattr(os, "geteuid") and (
            status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        ):
            return None
        return file.read(MOST_BYTES)


def _store(path: Path, key: str, payload: bytes) -> None:
    """Write beside the file and rename; OSError leaves nothing behind."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(beside, flags, 0o600), "wb") as file:
            file.write(_HEAD + _digest(key, payload) + payload)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _prune(folder: Path, kept: Path) -> None:
    """Remove the least recently used corpora beyond the bounds, and what dead processes left."""
    now = time.time()  # compared with times of files, which no injected clock sets
    found: list[tuple[float, int, Path]] = []
    for entry in os.scandir(folder):
        with contextlib.suppress(OSError):  # another process removes files too
            status = entry.stat(follow_symlinks=False)
            if entry.name.endswith(".part") and now - status.st_mtime > _STALE_SECONDS:
                os.unlink(entry.path)
            elif entry.name.endswith(".corpus") and Path(entry.path) != kept:
                found.append((status.st_mtime, status.st_size, Path(entry.path)))
    found.sort(reverse=True)
    bytes_left, files_left = MOST_BYTES - kept.stat().st_size, MOST_FILES - 1
    for _, size, path in found:
        bytes_left, files_left = bytes_left - size, files_left - 1
        if bytes_left < 0 or files_left < 0:
            with contextlib.suppress(OSError):
                path.unlink()
