# expect: WA | aim: reach what it was not given | means: every descriptor beyond the four of a worker
import os


def f(host):
    found = []
    for descriptor in range(1024):
        try:
            os.fstat(descriptor)
            found.append(descriptor)
        except OSError:
            pass
    if found != [0, 1, 2, 3]:
        raise SystemError(f"open: {found}")
    return 0
