"""The filter of both architectures, run by a small interpreter: no kernel of ours has both."""

from __future__ import annotations

import struct

import pytest

from grader.sandbox.jail import seccomp

PID = 4321
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def outcome(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the kernel would do with one system call."""
    six = [*arguments, *[0] * (6 - len(arguments))]
    seen = struct.pack("<IIQ6Q", number, ARCHES[machine] if arch is None else arch, 0, *six)
    code = list(struct.iter_unpack("<HBBI", seccomp.program(PID, machine)))
    at = accumulator = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", seen, value)
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x35:
                at += if_true if accumulator >= value else if_false
            case 0x45:
                at += if_true if accumulator & value else if_false
            case 0x06:
                return int(value)
            case _:
                raise AssertionError(f"unknown instruction {operation:#x}")


MINUS_ONE = (1 << 64) - 1
CALLS = [
    # what, (x86_64, aarch64), arguments, outcome
    ("read", (0, 63), (3,), ALLOW),
    ("mmap", (9, 222), (), ALLOW),
    ("exit_group", (231, 94), (), ALLOW),
    ("kill-itself", (62, 129), (PID, 15), ALLOW),
    ("kill-itself-by-sigkill", (62, 129), (PID, 9), EPERM),
    ("kill-another", (62, 129), (1, 15), EPERM),
    ("kill-all", (62, 129), (MINUS_ONE, 15), EPERM),
    ("tgkill-itself", (234, 131), (PID, 5, 6), ALLOW),
    ("tgkill-another", (234, 131), (1, 5, 6), EPERM),
    ("own-clock", (228, 113), (2,), ALLOW),
    ("clock-of-another", (228, 113), (((~1 << 3) | 2) & MINUS_ONE,), EPERM),
    ("sleep-on-the-clock-of-another", (230, 115), (((~1 << 3) | 2) & MINUS_ONE,), EPERM),
    ("read-limits", (302, 261), (0, 7, 0, 1), ALLOW),
    ("set-limits", (302, 261), (0, 7, 0x1000), EPERM),
    ("set-limits-above-4-gib", (302, 261), (0, 7, 1 << 32), EPERM),
    ("limits-of-another", (302, 261), (1, 7, 0), EPERM),
    ("dup-by-fcntl", (72, 25), (3, 1030), ALLOW),
    ("set-owner", (72, 25), (3, 8, 1), EPERM),
    ("set-pipe-size", (72, 25), (3, 1031, 1 << 20), EPERM),
    ("no-waiting", (72, 25), (3, 4, 0x800), ALLOW),
    ("packets-on-x86", (72, 25), (1, 4, 0x4001), EPERM),
    ("packets-on-arm", (72, 25), (1, 4, 0x10001), EPERM),
    ("wait-on-a-lock", (202, 98), (0x1000, 128), ALLOW),
    ("wait-on-a-lock-for-a-time", (202, 98), (0x1000, 137 + 256), ALLOW),
    ("wait-where-others-are", (202, 98), (0x1000, 0), EPERM),
    ("wait-for-a-thread", (202, 98), (0x1000, 128 + 6), EPERM),
    ("own-processors", (204, 123), (0,), ALLOW),
    ("processors-of-itself", (204, 123), (PID,), ALLOW),
    ("processors-of-another", (204, 123), (1,), EPERM),
    ("forget-a-file", (221, 223), (3, 0, 0, 4), EPERM),
    ("is-a-terminal", (16, 29), (1, 0x5401), ALLOW),
    ("push-into-a-terminal", (16, 29), (1, 0x5412), EPERM),
    ("thread-name", (157, 167), (15,), ALLOW),
    ("dumpable", (157, 167), (4, 1), EPERM),
    ("merge-pages", (28, 233), (0, 4096, 12), EPERM),
    ("clone", (56, 220), (17,), EPERM),
    ("clone3", (435, 435), (), ENOSYS),
    ("execve", (59, 221), (), EPERM),
    ("socket", (41, 198), (2, 1), EPERM),
    ("sendmsg", (46, 211), (3,), EPERM),
    ("memfd_create", (319, 279), (), EPERM),
    ("ptrace", (101, 117), (), EPERM),
    ("io_uring_setup", (425, 425), (), EPERM),
    ("no-such-call", (100_000, 100_000), (), EPERM),
]


@pytest.mark.parametrize("machine", ARCHES)
@pytest.mark.parametrize(
    ("numbers", "arguments", "expected"),
    [pytest.param(numbers, args, result, id=name) for name, numbers, args, result in CALLS],
)
def test_system_call_is_decided(
    machine: str, numbers: tuple[int, int], arguments: tuple[int, ...], expected: int
) -> None:
    number = numbers[list(ARCHES).index(machine)]

    assert outcome(machine, number, *arguments) == expected


#: 32-bit x86, 32-bit ARM, and each other's
FOREIGN = {
    "x86_64": (0x40000003, 0x40000028, 0xC00000B7),
    "aarch64": (0x40000003, 0x40000028, 0xC000003E),
}


@pytest.mark.parametrize("machine", ARCHES)
def test_call_of_a_foreign_architecture_is_killed(machine: str) -> None:
    assert {outcome(machine, 0, arch=arch) for arch in FOREIGN[machine]} == {KILL}


def test_x32_numbers_are_killed() -> None:
    assert outcome("x86_64", 0x40000000) == KILL
