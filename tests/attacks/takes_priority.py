# expect: WA | aim: take the host's time from the others | means: nice values, schedulers, affinity, pages
import ctypes
import os


def attempts(libc, host):
    def raised(result):
        if result == -1:
            raise OSError

    yield lambda: os.nice(-5)
    yield lambda: os.setpriority(os.PRIO_PROCESS, host["grader"], 19)
    yield lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    yield lambda: os.sched_setaffinity(0, {0})
    yield lambda: os.sched_setaffinity(host["grader"], {0})
    yield lambda: raised(libc.mlockall(3))
    yield lambda: raised(libc.syscall(251, 1, 0, 0x2000))  # ioprio_set
    yield lambda: raised(libc.prctl(29, 1, 0, 0, 0))  # timer slack
    yield lambda: raised(libc.syscall(314, 0, None, 0))  # sched_setattr
    yield lambda: raised(libc.madvise(None, 4096, 12))  # page merging
    yield lambda: raised(libc.syscall(237, None, 0, 0, None, 0, 0))  # mbind


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    for number, attempt in enumerate(attempts(libc, host)):
        try:
            attempt()
            worked.append(number)
        except OSError:
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
