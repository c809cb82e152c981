"""The order in which a process locks itself in: first privileges, then files, then system calls.

Theory of operation. The zygote takes away its own privileges and files before it reads its first
message (lock_zygote); each worker inherits that after fork and adds its limits, its own Landlock
domain and the seccomp filter before it reads its first message (lock_worker). A step that fails
raises, and the process ends before it has seen a byte of a submission. In a self-check, on a host
that cannot do this, only the limits apply.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable

from . import kernel, landlock, seccomp

_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
MAX_OPEN_FILES = 32
_STACK_BYTES = 8 << 20


def lock_zygote(readable: Iterable[str], *, has_walls: bool) -> None:
    """Drop every privilege and every file but readable, for this process and all its children.

    has_walls: namespaces hold the files off already, so that a kernel without Landlock will do.
    """
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    drop_capabilities()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if landlock.version() or not has_walls:
        landlock.restrict_reading(readable)


def drop_capabilities() -> None:
    """Empty all five capability sets; what an unprivileged process never had is skipped."""
    for number in range(_LAST_CAPABILITY + 1):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, number)
        except OSError:  # not privileged to drop, or past the last one of this kernel
            break
    with contextlib.suppress(OSError):  # a kernel older than ambient capabilities
        kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.c_char_p(struct.pack("<Ii", _CAPABILITY_VERSION_3, 0))
    kernel.call("capset", header, ctypes.c_char_p(bytes(24)))


def limit(cpu_seconds: int, memory_bytes: int) -> None:
    """Set the resource limits of a worker, hard and soft alike, as far as the host has them."""
    wanted = {
        "RLIMIT_CPU": cpu_seconds,
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_NOFILE": MAX_OPEN_FILES,
        "RLIMIT_STACK": _STACK_BYTES,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, most in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):  # macOS refuses RLIMIT_AS; on Linux every one must hold
            if sys.platform == "linux":
                raise


def lock_worker(zygote: int, *, has_walls: bool) -> None:
    """Die with the zygote, leave its Landlock domain, filter system calls. In this order."""
    _open_own_input()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        raise OSError("the zygote ended while its worker started")
    if landlock.version() or not has_walls:
        landlock.separate()
    seccomp.install(seccomp.program(os.getpid(), kernel.machine()))


def _open_own_input() -> None:
    """An input of its own: flags set on the zygote's would be seen by every later submission."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
