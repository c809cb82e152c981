# expect: WA | aim: time the comparison (regression: a CPU clock as an oracle) | means: the clock id of another process
import os
import time


def f(host):
    worked = []
    for pid in (host["grader"], os.getppid()):
        for kind in range(8):
            try:
                worked.append(time.clock_gettime((~pid << 3) | kind))
            except OSError:
                pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
