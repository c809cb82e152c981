# expect: WA | aim: learn of the host and of other processes from the kernel | means: logs, keyrings, counters, quotas
import ctypes
import os


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    room = ctypes.create_string_buffer(4096)
    tried = {
        "klogctl": lambda: libc.klogctl(3, room, 4096),
        "keyctl": lambda: libc.syscall(250, 0, -3, 1),
        "request_key": lambda: libc.syscall(249, b"user", b"a", None, 0),
        "add_key": lambda: libc.syscall(248, b"user", b"a", b"b", 1, -3),
        "perf_event_open": lambda: libc.syscall(298, room, 0, -1, -1, 0),
        "getpriority": lambda: libc.syscall(140, 0, host["grader"]),
        "sched_getparam": lambda: libc.syscall(143, host["grader"], room),
        "getpgid": lambda: libc.syscall(121, host["grader"]),
        "getsid": lambda: libc.syscall(124, host["grader"]),
        "statfs": lambda: libc.syscall(137, b"/", room),
        "ustat": lambda: libc.syscall(136, 0, room),
        "swapoff": lambda: libc.syscall(168, room),
        "get_robust_list": lambda: libc.syscall(274, host["grader"], room, room),
        "lookup_dcookie": lambda: libc.syscall(212, 0, room, 4096),
    }
    for name, call in tried.items():
        if call() != -1:
            worked.append(name)
    for path in ("/proc/kallsyms", "/dev/kmsg", "/sys/kernel", "/proc/keys", "/dev/mem", "/boot"):
        try:
            os.open(path, os.O_RDONLY)
            worked.append(path)
        except OSError:
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
