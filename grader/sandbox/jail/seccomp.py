"""The system calls that a worker may make: an allowlist with filtered arguments, default EPERM.

Theory of operation. A classic BPF program sees the architecture, the number and the six arguments
of each call. A foreign ABI is killed, because its numbers mean other calls. What is not in the
table fails with EPERM, which libraries take well and a learner reads as PermissionError with a line
number; clone3 alone fails with ENOSYS, so that libc falls back to clone. Arguments can be compared
as numbers only; memory behind pointers cannot be seen. The list holds what an honest NumPy program
needs. No call of it makes a process, a thread, a socket, a file, shared memory or a mapping that
RLIMIT_AS does not count, and none reaches another process:

- kill and tgkill: this process only, and not SIGKILL, so that a SIGKILL we did not send is known to
  come from RLIMIT_CPU or from a host out of memory;
- clock ids below 32: the others are CPU clocks of processes, a timing oracle on the grader;
- fcntl and ioctl: a few commands; F_SETOWN with asynchronous I/O would signal the grader, and a
  pipe in packet mode would have it read byte by byte;
- prlimit64: reading, of itself; prctl: the name of the thread; madvise: no page merging;
- sched_getaffinity: of itself: of another it would tell which process numbers are taken;
- futex: private ones: others meet at a page of a file that two processes read, and those with
  priority inheritance name a thread of any process.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from . import kernel

# name: (x86_64, aarch64); None where the architecture does not have the call
_ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # data: the two pipes and the socket it was given, and reading files that Landlock grants
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "close": (3, 57), "lseek": (8, 62), "pread64": (17, 67), "openat": (257, 56), "open": (2, None),
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "fstat": (5, 80), "newfstatat": (262, 79), "stat": (4, None), "lstat": (6, None),
    "statx": (332, 291), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getcwd": (79, 17),
    "getdents64": (217, 61), "getdents": (78, None), "umask": (95, 166),
    # memory, all of it counted by RLIMIT_AS
    "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216),
    "brk": (12, 214),
    # its own signals, locks and time
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132), "pause": (34, None), "alarm": (37, None),
    "setitimer": (38, 103), "getitimer": (36, 102), "nanosleep": (35, 101),
    "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153),
    "restart_syscall": (219, 128), "sched_yield": (24, 124),
    "getcpu": (309, 168), "select": (23, None), "pselect6": (270, 72), "poll": (7, None),
    "ppoll": (271, 73),
    # who and where it is
    "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
    "getresgid": (120, 150), "getgroups": (115, 158), "getpgrp": (111, None),
    "uname": (63, 160), "sysinfo": (99, 179), "getrusage": (98, 165), "getrlimit": (97, 163),
    "getrandom": (318, 278), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
_FILTERED: dict[str, tuple[int, int]] = {
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261), "ioctl": (16, 29),
    "fcntl": (72, 25), "prctl": (157, 167), "madvise": (28, 233),
    "futex": (202, 98), "sched_getaffinity": (204, 123),
}  # fmt: skip
_CLONE3 = 435
_SETTABLE_CLOCKS = 32
_SIGKILL = 9
_PR_SET_NAME, _PR_GET_NAME = 15, 16
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
_FCNTL = (0, 1, 2, 3, 4, 1030)
_F_SETFL = 4
#: O_DIRECT of x86_64 and of aarch64; on the other one it is O_DIRECTORY, which means nothing here
_O_DIRECT = 0x4000 | 0x10000
# TCGETS (isatty), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# NORMAL to DONTNEED, FREE, HUGEPAGE, NOHUGEPAGE
_MADVISE = (0, 1, 2, 3, 4, 8, 14, 15)

# WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET, all private; both WAITs also
# by the clock of the day
_FUTEX = (128, 129, 131, 132, 133, 137, 138, 128 + 256, 137 + 256)

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_DENY = 0x00050000 | errno.EPERM
_MISSING = 0x00050000 | errno.ENOSYS
_SET_MODE_FILTER, _GET_ACTION_AVAIL = 1, 2

_Code = list[tuple[int, int, int, int]]
_RET_ALLOW, _RET_DENY = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)


def is_available() -> bool:
    """Tell whether this kernel filters system calls, and we have the numbers of this machine."""
    if not kernel.machine():
        return False
    try:
        action = ctypes.c_uint32(_KILL)
        kernel.call("seccomp", _GET_ACTION_AVAIL, 0, ctypes.byref(action))
    except OSError:
        return False
    return True


def program(pid: int, machine: str) -> bytes:
    """The filter of the worker with this pid, as an array of struct sock_filter."""
    column = 0 if machine == "x86_64" else 1
    code: _Code = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQ, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        code += [(_JUMP_GE, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL)]
    for name, numbers in _FILTERED.items():
        block = [*_conditions(name, pid), _RET_ALLOW]
        code += [(_JUMP_EQ, 0, len(block), numbers[column]), *block]
    for both in _ALLOWED.values():
        number = both[column]
        if number is not None:
            code += [(_JUMP_EQ, 0, 1, number), _RET_ALLOW]
    code += [(_JUMP_EQ, 0, 1, _CLONE3), (_RETURN, 0, 0, _MISSING), _RET_DENY]
    return b"".join(struct.pack("<HBBI", *line) for line in code)


def _conditions(name: str, pid: int) -> _Code:
    """What must hold of the arguments of one call; falls through when it does."""
    match name:
        case "kill":
            return _one_of(0, (pid,)) + _none_of(1, _SIGKILL)
        case "tgkill":
            return _one_of(0, (pid,)) + _none_of(2, _SIGKILL)
        case "prlimit64":
            return _one_of(0, (0, pid)) + _is_null(2)
        case "ioctl":
            return _one_of(1, _IOCTL)
        case "fcntl":
            packets = [(_LOAD, 0, 0, _low(2)), (_JUMP_SET, 0, 1, _O_DIRECT), _RET_DENY]
            return [*_one_of(1, _FCNTL), (_JUMP_EQ, 0, len(packets), _F_SETFL), *packets]
        case "prctl":
            return _one_of(0, (_PR_SET_NAME, _PR_GET_NAME))
        case "madvise":
            return _one_of(2, _MADVISE)
        case "futex":
            return _one_of(1, _FUTEX)
        case "sched_getaffinity":
            return _one_of(0, (0, pid))
        case _:
            return [(_LOAD, 0, 0, _low(0)), (_JUMP_GE, 0, 1, _SETTABLE_CLOCKS), _RET_DENY]


def _low(argument: int) -> int:
    """Where the low word of an argument lies; int arguments have nothing that counts above it."""
    return 16 + 8 * argument


def _one_of(argument: int, values: tuple[int, ...]) -> _Code:
    tests = [(_JUMP_EQ, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [(_LOAD, 0, 0, _low(argument)), *tests, _RET_DENY]


def _none_of(argument: int, value: int) -> _Code:
    return [(_LOAD, 0, 0, _low(argument)), (_JUMP_EQ, 0, 1, value), _RET_DENY]


def _is_null(argument: int) -> _Code:
    words = (_low(argument), _low(argument) + 4)
    return [line for at in words for line in ((_LOAD, 0, 0, at), (_JUMP_EQ, 1, 0, 0), _RET_DENY)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(code: bytes) -> None:
    """Filter every further system call of this process; needs no_new_privs, cannot be undone."""
    filtering = _Program(len(code) // 8, code)
    kernel.call("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(filtering))
