# expect: RTE | aim: reach the one kind of call that a filter never sees | means: uretprobe and uprobe, from no probe
import ctypes
import os
import platform


def f(host):
    if platform.machine() != "x86_64":
        os.abort()
    libc = ctypes.CDLL(None)
    # an older kernel filters them, a newer one ends the process with SIGILL; both are harmless
    if libc.syscall(335) == -1 and libc.syscall(336) == -1:
        os.abort()
    return 0
