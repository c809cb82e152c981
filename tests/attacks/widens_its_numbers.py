# expect: WA | aim: be compared as one number and carried out as another | means: high halves of system call numbers and arguments
import ctypes
import os
import platform

HIGH = (1 << 32, 1 << 63, 0x7FFFFFFF << 32)


def f(host):
    if platform.machine() != "x86_64":
        return 0
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    kill, fcntl, prlimit, clock, prctl, socket = 62, 72, 302, 228, 157, 41
    room = ctypes.create_string_buffer(64)
    own = os.getpid()
    for high in HIGH:
        calls = [
            (high | socket, 1, 1, 0),
            (high | kill, host["grader"], 0, 0),
            (kill, high | host["grader"], 0, 0),
            (kill, high | own, high | 9, 0),
            (fcntl, high | 3, high | 8, host["grader"]),
            (clock, high | ((~host["grader"] << 3 | 2) & 0xFFFFFFFF), room, 0),
            (prctl, high | 4, 1, 0),
            (prlimit, high | own, 7, high),
            (prlimit, high, 7, ctypes.addressof(room)),
        ]
        for call in calls:
            given = [c if isinstance(c, ctypes.Array) else ctypes.c_ulong(c & (1 << 64) - 1) for c in call]
            if libc.syscall(*given) != -1:
                worked.append(call[:3])
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
