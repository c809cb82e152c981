"""Hosts that lack something, made out of this one: a process under a filter of system calls.

Run as a program: `python degraded.py NAME CODE` runs CODE on a host that lacks what NAME says. The
filter is inherited by everything it starts, as that of a container is.
"""

from __future__ import annotations

import ctypes
import errno
import struct
import subprocess
import sys

from grader.sandbox.jail import kernel, seccomp

_LOAD, _JUMP_EQ, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_FIRST_ARGUMENT = 16
_CLONE_NEWUSER = 0x10000000
# x86_64, aarch64
_NUMBERS = {"clone": (56, 220), "unshare": (272, 97), "mount": (165, 40)}
_CLONE3, _LANDLOCK = 435, (444, 445, 446)


def _number(name: str) -> int:
    return _NUMBERS[name][0 if kernel.machine() == "x86_64" else 1]


def _fail(number: int, error: int) -> list[tuple[int, int, int, int]]:
    return [(_JUMP_EQ, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]


def _fail_with_flag(number: int, flag: int) -> list[tuple[int, int, int, int]]:
    """EPERM when the first argument has the flag."""
    return [
        (_JUMP_EQ, 0, 4, number),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_SET, 0, 1, flag),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_LOAD, 0, 0, 0),
    ]


def _lacking(name: str) -> list[tuple[int, int, int, int]]:
    match name:
        case "landlock":
            return [line for number in _LANDLOCK for line in _fail(number, errno.ENOSYS)]
        case "user namespaces":  # as Docker's default filter
            return [
                *_fail_with_flag(_number("clone"), _CLONE_NEWUSER),
                *_fail(_number("unshare"), errno.EPERM),
                *_fail(_CLONE3, errno.ENOSYS),
            ]
        case "mount":  # as AppArmor
            return _fail(_number("mount"), errno.EACCES)
    raise ValueError(name)


def run(name: str, code: str) -> subprocess.CompletedProcess[str]:
    """What the code printed on a host that lacks name; its last line is what matters."""
    return subprocess.run(
        [sys.executable, __file__, name, code], capture_output=True, text=True, timeout=60
    )


def _install(name: str) -> None:
    lines = [(_LOAD, 0, 0, 0), *_lacking(name), (_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("<HBBI", *line) for line in lines)
    assert ctypes.sizeof(ctypes.c_void_p) == 8
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(code)


if __name__ == "__main__":
    _install(sys.argv[1])
    exec(sys.argv[2])
