"""The few system calls that Python has no name for, with errno turned into OSError."""

from __future__ import annotations

import ctypes
import os
import platform

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CLONE_THREAD = 0x00010000

#: numbers of calls by the machine; the allowlist of the jail has its own, longer table
_NUMBERS = {
    "x86_64": {"capset": 126, "seccomp": 317, "unshare": 272, "mount": 165},
    "aarch64": {"capset": 91, "seccomp": 277, "unshare": 97, "mount": 40},
}
# added to every architecture under one number
_COMMON = {
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}


def machine() -> str:
    """The architecture of this process ('x86_64', 'aarch64'), '' when we have no tables for it."""
    name = platform.machine()
    is_known = name in _NUMBERS and ctypes.sizeof(ctypes.c_void_p) == 8
    return name if is_known else ""


def call(name: str, *arguments: object) -> int:
    """The result of one raw system call; OSError with its errno when it fails."""
    number = _COMMON.get(name) or _NUMBERS[machine()][name]
    result = int(_libc.syscall(ctypes.c_long(number), *(_long(item) for item in arguments)))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """Change one attribute of this process; OSError when the kernel refuses."""
    arguments = (option, first, second, 0, 0)
    if _libc.prctl(*(ctypes.c_ulong(item) for item in arguments)) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}): {os.strerror(error)}")


def _long(item: object) -> object:
    return ctypes.c_long(item) if isinstance(item, int) else item
