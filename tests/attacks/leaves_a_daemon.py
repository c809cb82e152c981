# expect: WA | aim: outlive the worker | means: sessions, double forks, subreapers and raw clone flags
import ctypes
import os


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    for name in ("setsid", "fork", "vfork", "daemon", "setpgid"):
        if name != "vfork" and libc[name](0, 0) not in (-1,):
            worked.append(name)
    for flags in (0, 17, 0x100, 0x4000, 0x8000, 0x00010F00, 0x10000000, 0x20000000, 0x40000000):
        if libc.syscall(56, flags, 0, 0, 0, 0) != -1:
            worked.append(hex(flags))
    if libc.prctl(36, 1, 0, 0, 0) != -1:  # PR_SET_CHILD_SUBREAPER
        worked.append("subreaper")
    try:
        os.forkpty()
        worked.append("forkpty")
    except OSError:
        pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
