# expect: WA | aim: be graded again, or not at all | means: SIGKILL to itself by every means, as a host out of memory sends it
import ctypes
import fcntl
import os
import platform
import signal
import threading

TGKILL, TKILL, SIGQUEUE, TGSIGQUEUE = {
    "x86_64": (234, 200, 129, 297),
    "aarch64": (131, 130, 138, 240),
}.get(platform.machine(), (-1, -1, -1, -1))


def attempts(libc, own):
    killing = ctypes.create_string_buffer(b"\x09", 128)
    yield lambda: os.kill(own, signal.SIGKILL)
    yield lambda: os.kill(0, signal.SIGKILL)
    yield lambda: os.kill(-os.getpgrp(), signal.SIGKILL)
    yield lambda: os.killpg(os.getpgrp(), signal.SIGKILL)
    yield lambda: signal.raise_signal(signal.SIGKILL)
    yield lambda: signal.pthread_kill(threading.get_ident(), signal.SIGKILL)
    yield lambda: signal.pidfd_send_signal(os.pidfd_open(own), signal.SIGKILL)
    yield lambda: libc.syscall(TGKILL, own, own, 9)
    yield lambda: libc.syscall(TGKILL, own, own, ctypes.c_long(9 | 1 << 32))
    yield lambda: libc.syscall(TKILL, own, 9)
    yield lambda: libc.syscall(SIGQUEUE, own, 9, killing)
    yield lambda: libc.syscall(TGSIGQUEUE, own, own, 9, killing)
    yield lambda: libc.prctl(1, 9, 0, 0, 0)
    yield lambda: libc.timer_create(0, killing, killing)
    yield lambda: fcntl.fcntl(3, 10, 9) and fcntl.fcntl(3, 8, own)
    yield lambda: fcntl.fcntl(1, 1026, 31)


def f(host):
    for attempt in attempts(ctypes.CDLL(None, use_errno=True), os.getpid()):
        try:
            attempt()
        except OSError:
            pass
    return 0  # still here
