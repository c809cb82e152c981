"""Which files a process may read: Landlock rules, hierarchical, granted one by one, never undone.

There is no deny rule, so a rule on a directory grants all below it. In a plain interpreter
site-packages lies inside the standard library: whoever makes the list of paths grants the children
of that directory one by one. Nothing is ever granted for writing, executing or listing /proc.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from . import kernel

_READ_FILE, _READ_DIR, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
#: rights over files that each ABI version knows, the last one for all later ones
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_RIGHTS = 0b11
_SCOPES = 0b11
_VERSION_FLAG = 1
_PATH_BENEATH = 1


def version() -> int:
    """The Landlock ABI of this kernel, 0 when there is none or it may not be used."""
    try:
        return kernel.call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except (OSError, KeyError):
        return 0


def _create(abi: int, file_rights: int, tcp_rights: int) -> int:
    scopes = _SCOPES if abi >= 6 else 0
    attributes = struct.pack("<QQQ", file_rights, tcp_rights if abi >= 4 else 0, scopes)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    return kernel.call("landlock_create_ruleset", ctypes.c_char_p(attributes), size, 0)


def restrict_reading(paths: Iterable[str]) -> None:
    """Leave this process only reading of paths and what is below them; a missing one is skipped."""
    abi = version()
    ruleset = _create(abi, (1 << _FILE_RIGHTS[min(abi, 5)]) - 1, _TCP_RIGHTS)
    try:
        for path in paths:
            _allow_reading(ruleset, path)
        kernel.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, path: str) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        rights = _READ_FILE | _READ_DIR if os.path.isdir(path) else _READ_FILE
        rule = struct.pack("<Qi", rights, beneath)
        kernel.call("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(beneath)


def separate() -> None:
    """A domain of this process's own: no signal, trace or memory call to its parent or siblings."""
    ruleset = _create(version(), _EXECUTE, 0)
    try:
        kernel.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
