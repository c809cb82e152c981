"""System call numbers of both architectures against the kernel's own headers, by name.

aarch64 uses the generic table (asm-generic/unistd.h), which linux-libc-dev installs on every
architecture: so the table that no machine of ours runs is checked wherever the headers are.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.sandbox.jail import kernel, seccomp

from . import degraded
from .test_seccomp import ALLOW, ARCHES, CALLS, ENOSYS, EPERM, PID, outcome

HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}
_DEFINED = re.compile(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", re.M)
#: what the generic header names otherwise on 64 bits, in its last part
_ALIASES = {"fstatat": "newfstatat"}
#: CALLS names what is tried, not the call
_CALLED = {
    "read": "read",
    "mmap": "mmap",
    "exit_group": "exit_group",
    "kill-another": "kill",
    "tgkill-another": "tgkill",
    "own-clock": "clock_gettime",
    "sleep-on-the-clock-of-another": "clock_nanosleep",
    "set-limits": "prlimit64",
    "set-owner": "fcntl",
    "is-a-terminal": "ioctl",
    "thread-name": "prctl",
    "merge-pages": "madvise",
    "wait-on-a-lock": "futex",
    "own-processors": "sched_getaffinity",
    "forget-a-file": "fadvise64",
    "clone": "clone",
    "clone3": "clone3",
    "execve": "execve",
    "socket": "socket",
    "sendmsg": "sendmsg",
    "memfd_create": "memfd_create",
    "ptrace": "ptrace",
    "io_uring_setup": "io_uring_setup",
}


def numbers_of(machine: str) -> dict[str, int]:
    """Name → number, as the kernel's header has it; skips where there is none."""
    header = next((Path(name) for name in HEADERS[machine] if Path(name).exists()), None)
    if header is None:
        pytest.skip(f"NOT TESTED: no {HEADERS[machine][0]}: apt-get install linux-libc-dev")
    found = {name: int(number) for name, number in _DEFINED.findall(header.read_text())}
    assert len(found) > 250
    return {_ALIASES.get(name, name): number for name, number in found.items()}


def column(machine: str) -> int:
    return list(ARCHES).index(machine)


@pytest.mark.parametrize("machine", ARCHES)
def test_numbers_are_those_of_the_kernel(machine: str) -> None:
    known, at = numbers_of(machine), column(machine)
    ours = {name: both[at] for name, both in {**seccomp._ALLOWED, **seccomp._FILTERED}.items()}
    ours |= kernel._NUMBERS[machine] | kernel._COMMON | {"clone3": seccomp._CLONE3}
    ours |= {name: both[at] for name, both in degraded._NUMBERS.items()}
    ours |= {_CALLED[name]: both[at] for name, both, *_ in CALLS if name in _CALLED}

    wrong = {n: (have, known.get(n)) for n, have in ours.items() if have != known.get(n)}

    assert wrong == {}


@pytest.mark.parametrize("machine", ARCHES)
def test_every_other_call_of_the_kernel_is_refused(machine: str) -> None:
    """With each argument that a filter lets pass: no argument opens a call that is not listed."""
    listed = {**seccomp._ALLOWED, **seccomp._FILTERED}
    arguments = [(), (PID,), (PID, 15), (15,), (0, 0x5401), (0, 0, 8), (0, 128)]

    opened = {
        name
        for name, number in numbers_of(machine).items()
        if any(outcome(machine, number, *given) == ALLOW for given in arguments)
    }

    assert opened - set(listed) == set()
    assert opened >= {
        name for name, both in seccomp._ALLOWED.items() if both[column(machine)] is not None
    }


@pytest.mark.parametrize("machine", ARCHES)
def test_filter_decides_every_number(machine: str) -> None:
    """Also those that no kernel has yet: allowed by the table, clone3 missing, all others EPERM."""
    listed = {**seccomp._ALLOWED, **seccomp._FILTERED}
    ours = {both[column(machine)] for both in listed.values()}
    decided = {number: outcome(machine, number) for number in range(2048)}

    assert {number for number, what in decided.items() if what == ALLOW} <= ours
    assert decided.pop(seccomp._CLONE3) == ENOSYS
    assert {what for number, what in decided.items() if number not in ours} == {EPERM}


def test_no_architecture_allows_what_the_other_does_not_know() -> None:
    """The smaller table is a part of the larger: a call is never let in on one machine alone."""
    allowed = {name for name, (_, aarch64) in seccomp._ALLOWED.items() if aarch64 is not None}
    old = {name for name, (_, aarch64) in seccomp._ALLOWED.items() if aarch64 is None}

    assert allowed
    # calls that the generic table dropped, each for a newer one that is listed
    waiting = {"pause", "alarm", "time", "select", "poll"}
    files = {"open", "dup2", "stat", "lstat", "access", "readlink", "getdents"}
    assert old <= waiting | files | {"getpgrp"}
