# expect: WA | aim: time the comparison | means: sleeping and timers on CPU clocks of other processes
import ctypes
import os


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    moment = (ctypes.c_long * 2)(0, 1)
    for pid in (host["grader"], host["zygote"], host["bystander"], os.getppid()):
        clock = (~pid << 3) | 2
        for name in ("clock_gettime", "clock_getres"):
            if libc[name](clock, ctypes.byref(moment)) == 0:
                worked.append((name, pid))
        if libc.clock_nanosleep(clock, 0, ctypes.byref(moment), None) == 0:
            worked.append(("sleep", pid))
        timer = ctypes.c_long()
        if libc.timer_create(clock, None, ctypes.byref(timer)) == 0:
            worked.append(("timer", pid))
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
